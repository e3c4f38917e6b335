import * as v from 'valibot';
import { DEFAULT_RETENTION } from '../../../domain/retention.ts';
import { operation } from '../operation.ts';

const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const asked = (most: number, otherwise: number) => v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'a whole number'), v.transform(Number), v.maxValue(most)), String(otherwise));
const sum = v.object({ n: v.number(), bytes: v.number() });
const sums = v.record(v.string(), sum);
const rule = v.object({ lastRuns: v.number(), days: v.number() });

/** The rule of a clean-up as it is sent. */
export const RetentionInput = v.object({ lastRuns: v.optional(whole(1000), DEFAULT_RETENTION.lastRuns), days: v.optional(whole(3650), DEFAULT_RETENTION.days) });

export const planCleanUp = operation({
	id: 'planCleanUp',
	method: 'GET',
	path: '/clean-ups/plan',
	summary: 'What a clean-up would remove and why the rest stays: folders of ended attempts, and stored files that nothing cites. Removes nothing',
	access: 'fleet.manage',
	query: v.object({ lastRuns: asked(1000, DEFAULT_RETENTION.lastRuns), days: asked(3650, DEFAULT_RETENTION.days) }),
	answers: {
		200: v.object({
			rule,
			folders: v.object({ goes: sum, stays: sums, list: v.array(v.looseObject({ runId: v.string(), attempt: v.number(), bytes: v.number(), because: v.nullable(v.string()) })) }),
			files: v.object({ goes: sum, stays: sums, list: v.array(v.object({ sha256: v.string(), bytes: v.number(), modifiedAt: v.string() })) }),
			earlier: v.array(v.looseObject({ id: v.string(), status: v.string(), createdAt: v.string() }))
		})
	}
});

export const startCleanUp = operation({
	id: 'startCleanUp',
	method: 'POST',
	path: '/clean-ups',
	summary: 'Let a worker remove what a rule does not keep; what the record cites always stays',
	access: 'fleet.manage',
	body: RetentionInput,
	answers: { 202: v.object({ id: v.string(), status: v.literal('queued') }) },
	problems: ['conflict']
});
