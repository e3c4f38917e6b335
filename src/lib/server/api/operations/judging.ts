import * as v from 'valibot';
import { DetailsSchema, JudgingFormSchema } from '../../../domain/judging-form-schema.ts';
import { SHOWN_PAIR_VERDICTS } from '../../../domain/verdict.ts';
import { SKIP_REASONS } from '../../usecases/skip-task.ts';
import { VOID_REASONS } from '../../usecases/void-chain.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const taskParams = v.object({ taskId: uuid });
const leaseToken = v.pipe(v.string('the lease token that the claim gave'), v.minLength(1), v.maxLength(200));
const key = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'Idempotency-Key: 1 to 200 printable characters without spaces'));
const messages = v.object({ messages: v.array(v.object({ role: v.string(), content: v.union([v.string(), v.array(v.looseObject({ type: v.string() }))]) })) });

/** What a judgment says, when it is made and when it is corrected. */
export const said = {
	verdict: v.picklist([...SHOWN_PAIR_VERDICTS, 'good', 'bad'], 'left, right, tie, both_bad or cannot_judge'),
	...DetailsSchema.entries,
	rationale: v.optional(text(20_000, 0)),
	/** Of the page or program it was made with. */
	language: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/, 'a language tag such as en or zh-Hans'))),
	clientVersion: v.optional(v.pipe(text(100), v.regex(/^[\x20-\x7e]+$/, 'printable ASCII'))),
	durationMs: v.optional(v.pipe(v.number(), v.integer('whole milliseconds'), v.minValue(0), v.maxValue(86_400_000, 'at most a day in milliseconds')))
};

export const claimTask = operation({
	id: 'claimTask',
	method: 'POST',
	path: '/projects/{slug}/tasks/claim',
	summary: 'Lease the next pair; 204 when there is nothing for me to do',
	access: 'task.judge',
	params: slugParams,
	headers: v.object({ 'idempotency-key': v.optional(key) }),
	answers: {
		200: v.object({
			taskId: v.string(),
			leaseToken: v.string(),
			leaseExpiresAt: v.string(),
			mode: v.picklist(['pair', 'single']),
			prompt: messages,
			left: messages,
			right: v.nullable(messages),
			guideline: v.nullable(v.object({ version: v.number(), body: v.string() })),
			form: v.nullable(v.object({ version: v.number(), form: JudgingFormSchema })),
			draft: v.nullable(v.object({ body: v.record(v.string(), v.unknown()), revision: v.number() }))
		}),
		204: null
	},
	problems: ['conflict', 'key_reused', 'too_many_leases']
});

export const heartbeatTask = operation({
	id: 'heartbeatTask',
	method: 'POST',
	path: '/tasks/{taskId}/heartbeat',
	summary: 'Renew a lease',
	access: 'task.judge',
	accessFor: { what: 'an adjudication', access: 'judgment.adjudicate' },
	params: taskParams,
	body: v.object({ leaseToken }),
	answers: { 200: v.object({ leaseExpiresAt: v.string() }) },
	problems: ['lease_lost']
});

export const skipTask = operation({
	id: 'skipTask',
	method: 'POST',
	path: '/tasks/{taskId}/skip',
	summary: 'Pass a pair on, with a reason',
	access: 'task.judge',
	params: taskParams,
	body: v.object({ leaseToken, reason: v.picklist(SKIP_REASONS, `one of ${SKIP_REASONS.join(', ')}`) }),
	answers: { 200: v.object({ skipped: v.literal(true) }) },
	problems: ['lease_lost', 'already_decided']
});

export const submitJudgment = operation({
	id: 'submitJudgment',
	method: 'POST',
	path: '/tasks/{taskId}/judgment',
	summary: 'Judge a pair. A late judgment is kept; the same key again gives the same answer',
	access: 'task.judge',
	params: taskParams,
	headers: v.object({ 'idempotency-key': v.optional(key) }),
	body: v.object({
		leaseToken,
		...said,
		supersedes: v.optional(uuid)
	}),
	answers: { 201: v.looseObject({ judgmentId: v.string(), counted: v.boolean() }) },
	problems: ['lease_lost', 'already_judged', 'already_decided', 'conflict', 'key_reused', 'walled']
});

export const voidJudgment = operation({
	id: 'voidJudgment',
	method: 'POST',
	path: '/judgments/{id}/void',
	summary: 'Declare a judgment void; its slot opens again',
	access: 'judgment.void',
	params: idParams,
	body: v.object({ reason: v.picklist(VOID_REASONS, `one of ${VOID_REASONS.join(', ')}`), note: v.optional(text(2_000)) }),
	answers: { 200: v.object({ voided: v.number(), reopened: v.boolean() }) },
	problems: ['conflict']
});

export const figure = v.object({ value: v.nullable(v.number()), low: v.nullable(v.number()), high: v.nullable(v.number()), n: v.number(), groups: v.number(), method: v.string(), reason: v.optional(v.string()) });

export const readAgreement = operation({
	id: 'readAgreement',
	method: 'GET',
	path: '/projects/{slug}/agreement',
	summary: 'How well people agree, over all rounds or in one, on the verdict or on a criterion; intervals by prompt group',
	access: 'agreement.read',
	params: slugParams,
	query: v.object({ round: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'a round’s number'), v.transform(Number))), criterion: v.optional(text(40)) }),
	answers: {
		200: v.looseObject({
			round: v.nullable(v.number()),
			criterion: v.nullable(v.string()),
			judgments: v.number(),
			people: v.number(),
			alphaNominal: figure,
			alphaOrdinal: v.nullable(figure),
			leftRate: figure,
			medianSeconds: figure,
			selfConsistency: figure,
			goldAccuracy: v.nullable(figure),
			pairs: v.array(v.object({ people: v.array(v.string()), alpha: figure, equal: figure }))
		})
	}
});
