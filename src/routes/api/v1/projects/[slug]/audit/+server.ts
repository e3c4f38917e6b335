import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/audit.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readAudit } from '#lib/server/usecases/read-audit.ts';

/** Entries of a page where nobody says how many. */
const PAGE = 50;

export const GET = serve(operations.readAudit, async ({ app, actor, params, query }) => {
	const result = await readAudit(app, actor, { slug: params.slug, ...query, limit: query.limit ?? PAGE });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
