import * as v from 'valibot';
import { SHOWN_PAIR_VERDICTS } from '../../../domain/verdict.ts';
import { KINDS, OWN_KINDS } from '../../db/history.ts';
import { EXPORT_FORMATS } from '../../usecases/export-judgments.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';
import { figure, said } from './judging.ts';

const VERDICTS = [...SHOWN_PAIR_VERDICTS, 'a', 'b', 'good', 'bad'] as const;
const ALL_KINDS = [...new Set([...KINDS, ...OWN_KINDS])];
const flag = v.optional(v.pipe(v.picklist(['true', 'false', '1', '0'], 'true or false'), v.transform((given) => given === 'true' || given === '1')));
const words = v.nullable(v.record(v.string(), v.string()));

const judgment = v.looseObject({
	id: v.string(),
	kind: v.picklist(ALL_KINDS),
	judge: v.nullable(v.object({ id: v.string(), name: v.string() })),
	round: v.number(),
	question: v.string(),
	verdict: v.string(),
	strength: v.nullable(v.string()),
	criteria: words,
	reasons: v.nullable(v.array(v.string())),
	rationale: v.nullable(v.string()),
	durationMs: v.nullable(v.number()),
	supersedes: v.nullable(v.string()),
	supersededBy: v.nullable(v.string()),
	void: v.nullable(v.object({ reason: v.string(), at: v.string() })),
	createdAt: v.string()
});
const messages = v.array(v.looseObject({ role: v.string() }));

export const listJudgments = operation({
	id: 'listJudgments',
	method: 'GET',
	path: '/projects/{slug}/judgments',
	summary: 'Judgments, newest first, a page at a time: everybody’s for who has judgment.read, else one’s own (kind judged, whatever they were for). Others’ judgments of pairs that a reviewer may still be given to judge are left out: undecided says how many on this stretch, whatever is looked for',
	access: 'judgment.own',
	params: slugParams,
	query: v.object({
		kind: v.optional(v.picklist(ALL_KINDS, `one of ${ALL_KINDS.join(', ')}`)),
		annotator: v.optional(v.union([v.literal('me'), uuid], 'an id, or me')),
		round: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'a round’s number'), v.transform(Number))),
		verdict: v.optional(v.picklist(VERDICTS, `one of ${VERDICTS.join(', ')}`)),
		search: v.optional(text(200, 0)),
		rationale: flag,
		bookmarked: flag,
		cursor: v.optional(uuid),
		limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 200'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(200, 'at most 200')))
	}),
	answers: { 200: v.object({ judgments: v.array(judgment), undecided: v.number(), next: v.nullable(v.string()) }) }
});

export const readJudgment = operation({
	id: 'readJudgment',
	method: 'GET',
	path: '/judgments/{id}',
	summary: 'One judgment with its pair, on the sides it was shown on, and all that it corrects or that corrects it; 409 yet_to_judge for a reviewer who may still be given the pair',
	access: 'judgment.own',
	params: idParams,
	problems: ['yet_to_judge'],
	answers: {
		200: v.looseObject({
			...judgment.entries,
			project: v.string(),
			mine: v.boolean(),
			shown: v.looseObject({ verdict: v.nullable(v.string()), criteria: words }),
			prompt: messages,
			left: messages,
			right: v.nullable(messages),
			chain: v.array(v.object({ id: v.string(), verdict: v.string(), createdAt: v.string(), isCorrection: v.boolean(), reason: v.nullable(v.string()) })),
			correctable: v.nullable(v.object({ snapshots: v.number() }))
		})
	}
});

export const exportJudgments = operation({
	id: 'exportJudgments',
	method: 'GET',
	path: '/projects/{slug}/judgments/export',
	summary: 'One’s own judgments in a project, oldest first, as JSON lines or CSV (format=csv: text/csv)',
	access: 'judgment.own',
	params: slugParams,
	query: v.object({ format: v.optional(v.picklist(EXPORT_FORMATS, `one of ${EXPORT_FORMATS.join(', ')}`), 'jsonl') }),
	answers: { 200: 'application/x-ndjson' },
	problems: ['sensitive', 'not_ready']
});

export const correctJudgment = operation({
	id: 'correctJudgment',
	method: 'POST',
	path: '/judgments/{id}/correction',
	summary: 'Correct one’s own standing judgment under the guideline and form it was made under; with a reason once its round was frozen',
	access: 'task.judge',
	params: idParams,
	headers: v.object({ 'idempotency-key': v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'Idempotency-Key: 1 to 200 printable characters without spaces'))) }),
	body: v.object({
		...said,
		reason: v.optional(text(2_000, 0))
	}),
	answers: { 201: v.object({ judgmentId: v.string(), counted: v.boolean(), stale: v.number() }) },
	problems: ['conflict', 'key_reused']
});

export const readOwnFigures = operation({
	id: 'readOwnFigures',
	method: 'GET',
	path: '/projects/{slug}/me',
	summary: 'One’s own figures: pace, sides, agreement with all others pooled, repeats; gold from the twentieth item on, ten at a time',
	access: 'judgment.own',
	params: slugParams,
	answers: {
		200: v.object({
			judged: v.number(),
			cannotJudge: v.number(),
			skipped: v.number(),
			perHour: v.nullable(v.number()),
			hours: v.array(v.object({ start: v.string(), judged: v.number(), seconds: v.number() })),
			medianSeconds: figure,
			leftRate: figure,
			others: v.object({ equal: figure, alpha: figure }),
			selfConsistency: figure,
			goldAccuracy: figure,
			goldFrom: v.number()
		})
	}
});
