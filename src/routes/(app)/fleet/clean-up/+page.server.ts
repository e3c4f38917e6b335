import * as v from 'valibot';
import { DEFAULT_RETENTION } from '#lib/domain/retention.ts';
import { RetentionInput } from '#lib/server/api/operations/clean-ups.ts';
import { planCleanUp } from '#lib/server/usecases/clean-up.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { PageServerLoad } from './$types';

const numberIn = (text: string | null) => (text === null || text.trim() === '' ? undefined : Number(text));

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	// Costs a walk through the whole store: apart from the clean-ups themselves, which are looked at again while one goes on.
	depends('plumbline:clean-up-plan');
	const asked = v.safeParse(RetentionInput, { lastRuns: numberIn(url.searchParams.get('lastRuns')), days: numberIn(url.searchParams.get('days')) });
	// A number that makes no sense shows what the usual rule would do.
	const { rule, folders, files } = valueOf(await planCleanUp(locals.app, signedIn(locals, url), asked.success ? asked.output : DEFAULT_RETENTION), locals.requestId);
	return { rule, folders, files };
};
