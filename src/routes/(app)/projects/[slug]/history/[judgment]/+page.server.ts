import { error } from '@sveltejs/kit';
import { listComments } from '#lib/server/usecases/list-comments.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import type { PageServerLoad } from './$types';
import { isRowId } from '../../../../../row-id.ts';

const missing = () => error(404, { message: 'There is no such judgment.', code: 'not_found' });

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	if (!isRowId(params.judgment)) missing();
	const read = await readJudgment(locals.app, actor, params.judgment);
	// Who may still be given the pair reads nothing that was said of it, but what is addressed to them.
	const waits = read.ok || read.problem.code !== 'yet_to_judge' ? null : read.problem.facts?.['comparisonId'];
	if (typeof waits === 'string') {
		const talk = valueOf(await listComments(locals.app, actor, waits), locals.requestId);
		if (talk.project !== params.slug) missing();
		return { judgment: null, thread: talk };
	}
	const judgment = valueOf(read, locals.requestId);
	// A judgment stands under its own project only: the frame around it must not name another one.
	if (judgment.project !== params.slug) missing();
	// A judgment that is void lets its judge see no more of the pair than it was.
	const thread = await listComments(locals.app, actor, judgment.comparisonId);
	return { judgment, thread: thread.ok ? thread.value : null };
};
