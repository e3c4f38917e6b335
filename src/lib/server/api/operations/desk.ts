import * as v from 'valibot';
import { DraftBodySchema } from '../../../domain/draft.ts';
import { MOST_INT } from '../../../domain/most-int.ts';
import { text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const taskParams = v.object({ taskId: uuid });
const leaseToken = v.pipe(v.string('the lease token that the claim gave'), v.minLength(1), v.maxLength(200));
const revision = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(1, '1 or more'), v.maxValue(MOST_INT));
const storedDraft = v.object({ body: v.record(v.string(), v.unknown()), revision: v.number() });

export const keepDraft = operation({
	id: 'keepDraft',
	method: 'PUT',
	path: '/tasks/{taskId}/draft',
	summary: 'Keep what is typed on a pair until it is judged; 204 when kept, 200 with the newer one that stands instead',
	access: 'task.judge',
	params: taskParams,
	body: v.object({ leaseToken, body: DraftBodySchema, revision }),
	answers: { 200: storedDraft, 204: null },
	problems: ['lease_lost', 'already_decided', 'walled']
});

export const readDraft = operation({
	id: 'readDraft',
	method: 'GET',
	path: '/tasks/{taskId}/draft',
	summary: 'What I have typed on a pair and not yet judged, on whatever device; 204 when there is nothing',
	access: 'task.judge',
	params: taskParams,
	answers: { 200: storedDraft, 204: null },
	problems: ['walled']
});

export const putBookmark = operation({
	id: 'putBookmark',
	method: 'PUT',
	path: '/tasks/{taskId}/bookmark',
	summary: 'Mark a pair to come back to or discuss it; the mark and its note are mine alone',
	access: 'task.judge',
	params: taskParams,
	body: v.object({ note: v.optional(text(1_000, 0)) }),
	answers: { 204: null },
	problems: ['walled']
});

export const removeBookmark = operation({
	id: 'removeBookmark',
	method: 'DELETE',
	path: '/tasks/{taskId}/bookmark',
	summary: 'Take my mark of a pair away',
	access: 'task.judge',
	params: taskParams,
	answers: { 204: null },
	problems: ['walled']
});
