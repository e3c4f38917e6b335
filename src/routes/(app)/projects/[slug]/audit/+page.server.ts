import * as v from 'valibot';
import { AuditQuery } from '#lib/server/api/operations/audit.ts';
import { readAudit } from '#lib/server/usecases/read-audit.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

const PAGE = 40;

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const asked = v.safeParse(v.omit(AuditQuery, ['limit']), Object.fromEntries(url.searchParams));
	const query: Omit<v.InferOutput<typeof AuditQuery>, 'limit'> = asked.success ? asked.output : {};
	return { ...valueOf(await readAudit(locals.app, actor, { slug: params.slug, ...query, limit: PAGE }), locals.requestId), query };
};
