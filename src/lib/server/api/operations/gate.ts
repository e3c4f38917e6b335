import * as v from 'valibot';
import { EXPORT_FORMATS } from '../../../domain/checkpoint-export.ts';
import { Gate } from '../../../domain/gate.ts';
import { DECISIONS } from '../../usecases/decide.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const password = v.optional(text(1_000));
const verdict = v.object({
	level: v.number(),
	passed: v.boolean(),
	rules: v.array(
		v.looseObject({
			rule: v.looseObject({ kind: v.string() }),
			name: v.nullable(v.string()),
			inForm: v.optional(v.literal(true)),
			outcome: v.picklist(['held', 'not_held', 'unknown']),
			value: v.nullable(v.number()),
			low: v.nullable(v.number()),
			high: v.nullable(v.number()),
			n: v.number(),
			bound: v.number(),
			p: v.nullable(v.number()),
			adjusted: v.nullable(v.number())
		})
	)
});
const version = v.object({ version: v.number(), gate: Gate, byName: v.string(), createdAt: v.string() });
const named = v.object({ id: v.string(), name: v.string(), isBase: v.boolean() });

export const readGate = operation({
	id: 'readGate',
	method: 'GET',
	path: '/projects/{slug}/gate',
	summary: 'What a checkpoint of the project must show before it is promoted, earlier versions of that, who may sign, the champion and those it can go back to',
	access: 'checkpoint.read',
	params: slugParams,
	answers: { 200: v.looseObject({ gate: v.nullable(version), versions: v.array(version), fourEyes: v.boolean(), signers: v.array(v.string()), usual: Gate, champion: named, earlier: v.array(named) }) }
});

export const putGate = operation({
	id: 'putGate',
	method: 'PUT',
	path: '/projects/{slug}/gate',
	summary: 'Set the gate (a new version where it says something else), and whether nobody decides on a run of their own. What is left out stays',
	access: 'project.configure',
	params: slugParams,
	body: v.pipe(
		v.object({ gate: v.optional(Gate), fourEyes: v.optional(v.boolean()) }),
		v.check(({ gate, fourEyes }) => gate !== undefined || fourEyes !== undefined, 'say gate, fourEyes or both')
	),
	answers: { 200: v.object({ version: v.nullable(v.number()), added: v.boolean(), fourEyes: v.boolean() }) }
});

export const readCheckpointGate = operation({
	id: 'readCheckpointGate',
	method: 'GET',
	path: '/checkpoints/{id}/gate',
	summary: 'What the gate says of a checkpoint now, rule by rule, and of each form that it could be promoted in; people’s verdicts with an interval that holds however often it is looked at; a decision that waits for a second signature; those that were not given one, and why',
	access: 'checkpoint.read',
	params: idParams,
	answers: {
		200: v.looseObject({
			gate: v.nullable(v.object({ version: v.number(), verdict })),
			forms: v.array(v.object({ exportId: v.string(), plan: v.looseObject({ format: v.picklist(EXPORT_FORMATS) }), verdict })),
			look: v.nullable(v.looseObject({ value: v.nullable(v.number()), low: v.nullable(v.number()), high: v.nullable(v.number()), groups: v.number(), judgments: v.number(), verdict: v.string(), more: v.nullable(v.object({ groups: v.number(), judgments: v.number() })), flip: v.nullable(v.number()) })),
			waiting: v.nullable(v.looseObject({ id: v.string(), reason: v.string(), waitsFor: v.array(v.string()) })),
			unsigned: v.array(v.looseObject({ id: v.string(), outcome: v.picklist(['declined', 'withdrawn']), by: v.string(), reason: v.nullable(v.string()), endedBy: v.string(), endedReason: v.nullable(v.string()) }))
		})
	}
});

export const decideCheckpoint = operation({
	id: 'decideCheckpoint',
	method: 'POST',
	path: '/checkpoints/{id}/decision',
	summary: 'Promote, reject or ask for more data, with a reason, signed with the password of the person (a token alone signs nothing). Promoting against the gate needs override and then waits for a second person. With exportId it is promoted in that form, which must have been measured where its weights are others, and of which the gate’s rules on what machines measure must hold too',
	access: 'checkpoint.decide',
	params: idParams,
	body: v.object({ decision: v.picklist(DECISIONS, `one of ${DECISIONS.join(', ')}`), reason: text(5_000), password, override: v.optional(v.boolean()), exportId: v.optional(v.nullable(uuid)) }),
	answers: { 201: v.object({ id: v.string(), decision: v.string(), status: v.picklist(['signed', 'waiting']), waitsFor: v.array(v.string()) }) },
	problems: ['conflict', 'four_eyes', 'gate_not_passed', 'too_many_attempts']
});

export const signDecision = operation({
	id: 'signDecision',
	method: 'POST',
	path: '/checkpoints/{id}/decision/signature',
	summary: 'Sign a promotion against the gate as the second person, with your password; or end its waiting with sign: false, and a reason where somebody else signed first',
	access: 'checkpoint.decide',
	params: idParams,
	body: v.object({ sign: v.boolean(), password, reason: v.optional(text(5_000)) }),
	answers: { 200: v.object({ id: v.string(), status: v.picklist(['signed', 'declined', 'withdrawn']) }) },
	problems: ['conflict', 'four_eyes', 'too_many_attempts']
});

export const rollBack = operation({
	id: 'rollBack',
	method: 'POST',
	path: '/projects/{slug}/roll-back',
	summary: 'Make an earlier champion (or the base model) the champion again, with a reason, signed with your password',
	access: 'checkpoint.decide',
	params: slugParams,
	body: v.object({ checkpointId: uuid, reason: text(5_000), password }),
	answers: { 201: v.object({ id: v.string(), champion: v.string(), was: v.string() }) },
	problems: ['conflict', 'four_eyes', 'too_many_attempts']
});

export const readReport = operation({
	id: 'readReport',
	method: 'GET',
	path: '/checkpoints/{id}/report',
	summary: 'The report that was frozen with a decision (the newest unless another is named), as HTML or PDF; 503 while a worker writes it, 403 walled for who may not see an example in it',
	access: 'checkpoint.read',
	params: idParams,
	query: v.object({ format: v.optional(v.picklist(['html', 'pdf'], 'html or pdf'), 'html'), locale: v.optional(v.picklist(['en', 'zh'], 'en or zh'), 'en'), decision: v.optional(uuid) }),
	answers: { 200: ['text/html', 'application/pdf'] },
	problems: ['walled', 'not_ready', 'gone']
});
