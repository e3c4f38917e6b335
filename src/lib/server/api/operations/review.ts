import * as v from 'valibot';
import { DetailsSchema, JudgingFormSchema } from '../../../domain/judging-form-schema.ts';
import { JudgingPolicySchema } from '../../../domain/judging-policy.ts';
import { ShownSpanSchema } from '../../../domain/span-schema.ts';
import { LanguageSchema, SkillSchema } from '../../../domain/skills.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const key = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'Idempotency-Key: 1 to 200 printable characters without spaces'));
const leaseToken = v.pipe(v.string('the lease token that the claim gave'), v.minLength(1), v.maxLength(200));
const messages = v.object({ messages: v.array(v.object({ role: v.string(), content: v.union([v.string(), v.array(v.looseObject({ type: v.string() }))]) })) });
const canonical = v.picklist(['a', 'b', 'tie', 'both_bad', 'good', 'bad'], 'a, b, tie or both_bad; good or bad for one answer');

export const putPolicy = operation({
	id: 'putPolicy',
	method: 'PUT',
	path: '/projects/{slug}/policy',
	summary: 'How the project checks its judging: gold, repeats, and when a reviewer must decide',
	access: 'project.configure',
	params: slugParams,
	body: JudgingPolicySchema,
	answers: { 200: v.object({ policy: JudgingPolicySchema, disputed: v.number() }) }
});

export const putGold = operation({
	id: 'putGold',
	method: 'POST',
	path: '/projects/{slug}/gold',
	summary: 'Make comparisons gold: named ones with their right verdict, or all whose preference an import stated',
	access: 'gold.manage',
	params: slugParams,
	body: v.union(
		[
			v.strictObject({
				items: v.pipe(
					v.array(v.strictObject({ comparisonId: uuid, verdict: canonical, tieIsRight: v.optional(v.boolean()), explanation: v.optional(text(2_000, 0)), warmUp: v.optional(v.boolean()) })),
					v.minLength(1, 'at least one'),
					v.maxLength(1_000, 'at most 1000')
				)
			}),
			v.strictObject({ importId: uuid, warmUp: v.optional(v.boolean()), tieIsRight: v.optional(v.boolean()) })
		],
		'{items: [{comparisonId, verdict}]} or {importId}'
	),
	answers: { 201: v.object({ added: v.number(), already: v.number(), setAside: v.number() }) }
});

export const raiseWall = operation({
	id: 'raiseWall',
	method: 'POST',
	path: '/projects/{slug}/walls',
	summary: 'Keep a person away from a matter; what they judged of it becomes void',
	access: 'walls.manage',
	params: slugParams,
	body: v.object({ userId: uuid, matter: text(500) }),
	answers: { 201: v.object({ id: v.string(), voided: v.number(), leasesEnded: v.number() }) },
	problems: ['conflict']
});

export const liftWall = operation({
	id: 'liftWall',
	method: 'DELETE',
	path: '/walls/{id}',
	summary: 'Take a wall down; what was voided stays void',
	access: 'walls.manage',
	params: idParams,
	answers: { 200: v.object({ lifted: v.literal(true) }) },
	problems: ['conflict']
});

export const putSkills = operation({
	id: 'putSkills',
	method: 'POST',
	path: '/projects/{slug}/skills',
	summary: 'Say what a member knows and which languages they judge in (none: any)',
	access: 'members.manage',
	params: slugParams,
	body: v.object({ userId: uuid, skills: v.optional(v.pipe(v.array(SkillSchema), v.maxLength(50, 'at most 50')), []), languages: v.optional(v.pipe(v.array(LanguageSchema), v.maxLength(20, 'at most 20')), []) }),
	answers: { 200: v.object({ userId: v.string(), skills: v.array(v.string()), languages: v.array(v.string()) }) }
});

export const claimAdjudication = operation({
	id: 'claimAdjudication',
	method: 'POST',
	path: '/projects/{slug}/adjudications/claim',
	summary: 'Lease the next comparison that waits for a reviewer’s decision; 204 when there is none that I may decide',
	access: 'judgment.adjudicate',
	params: slugParams,
	answers: {
		200: v.looseObject({
			adjudicationId: v.string(),
			comparisonId: v.string(),
			leaseToken: v.string(),
			leaseExpiresAt: v.string(),
			mode: v.picklist(['pair', 'single']),
			prompt: messages,
			left: messages,
			right: v.nullable(messages),
			form: v.nullable(v.object({ version: v.number(), form: JudgingFormSchema })),
			judgments: v.array(v.looseObject({ id: v.string(), judge: v.nullable(v.string()), number: v.number(), verdict: v.string(), counts: v.boolean(), rationale: v.nullable(v.string()), spans: v.nullable(v.array(ShownSpanSchema)), rewrite: v.nullable(v.looseObject({ side: v.picklist(['left', 'right']) })) }))
		}),
		204: null
	}
});

export const decideAdjudication = operation({
	id: 'decideAdjudication',
	method: 'POST',
	path: '/adjudications/{id}/decision',
	summary: 'Decide with a reason, or send the pair back to its judges with a comment',
	access: 'judgment.adjudicate',
	params: idParams,
	headers: v.object({ 'idempotency-key': v.optional(key) }),
	body: v.union(
		[
			v.strictObject({ leaseToken, sendBack: text(20_000) }),
			v.strictObject({
				leaseToken,
				verdict: v.picklist(['left', 'right', 'tie', 'both_bad', 'good', 'bad'], 'left, right, tie or both_bad; good or bad for one answer'),
				strength: DetailsSchema.entries.strength,
				criteria: DetailsSchema.entries.criteria,
				reasons: DetailsSchema.entries.reasons,
				spans: DetailsSchema.entries.spans,
				rewrite: DetailsSchema.entries.rewrite,
				rationale: text(20_000),
				durationMs: v.optional(v.pipe(v.number(), v.integer('whole milliseconds'), v.minValue(0), v.maxValue(86_400_000)))
			})
		],
		'{leaseToken, verdict, rationale} or {leaseToken, sendBack}'
	),
	answers: { 201: v.looseObject({ outcome: v.picklist(['decided', 'sent_back']) }) },
	problems: ['lease_lost', 'already_decided', 'conflict', 'key_reused', 'walled']
});
