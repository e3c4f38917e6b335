import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as feedback from '../db/gateway-feedback.ts';
import type { Feedback } from '../db/gateway-feedback.ts';
import { inTransaction } from './transaction.ts';

/**
 * Notes what somebody said of an answer, through the application that asked for
 * it. Words are taken only where the project keeps those of the answer: what
 * corrects a text repeats it.
 */
export async function giveFeedback(app: Pick<App, 'db'>, key: { id: string; projectId: string }, input: Feedback & { requestId: string }): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		const request = await feedback.requestOf(tx, { requestId: input.requestId, projectId: key.projectId });
		if (!request) return fail('not_found', 'No answer with this id was given to this project.');
		if (!request.kept && (input.edit !== null || input.comment !== null)) return fail('conflict', 'The project keeps no words of this answer: send a thumb alone.');
		if (!(await feedback.put(tx, { ...input, keyId: key.id }))) return fail('already_decided', 'What was said of this answer is part of the record already.');
		await record(tx, null, { action: 'feedback.give', projectId: key.projectId, subject: ['gateway_request', input.requestId], details: { key: key.id, thumb: input.thumb, edit: input.edit !== null, comment: input.comment !== null } });
		return ok(null);
	});
}
