import * as v from 'valibot';
import { PLAYGROUND_VERDICTS } from '../../usecases/prefer-in-playground.ts';
import { slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const answer = v.object({ text: v.string(), id: v.nullable(v.string()), checkpointId: v.nullable(v.string()) });

export const AskPlayground = v.strictObject({
	left: uuid,
	right: uuid,
	prompt: text(20_000),
	blind: v.optional(v.boolean(), true),
	maxTokens: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'from 1 to 4096'), v.maxValue(4096, 'from 1 to 4096')), 256),
	temperature: v.optional(v.pipe(v.number(), v.minValue(0, 'from 0 to 2'), v.maxValue(2, 'from 0 to 2')), 0.7)
});

export const askPlayground = operation({
	id: 'askPlayground',
	method: 'POST',
	path: '/projects/{slug}/playground',
	summary: 'Have two checkpoints that servers answer for, each by its id or that of an export of it, answer a question side by side; blind unless said otherwise. Nothing of it is kept: `turn` carries it, sealed, to a preference',
	access: 'generation.start',
	params: slugParams,
	body: AskPlayground,
	answers: { 200: v.object({ left: answer, right: answer, same: v.boolean(), turn: v.string() }) },
	problems: ['walled', 'not_ready']
});

export const PlaygroundPreference = v.strictObject({ turn: text(3_000_000), better: v.picklist(PLAYGROUND_VERDICTS, 'left, right, tie or both_bad') });

export const preferInPlayground = operation({
	id: 'preferInPlayground',
	method: 'POST',
	path: '/projects/{slug}/playground/preferences',
	summary: 'Say of two answers of the playground which is better, that they tie, or that both are bad: a judgment of origin playground, by an import, which counts for no decision. Says whose answers they were, and whether an earlier word of the same person on the pair stands',
	access: 'import.create',
	params: slugParams,
	body: PlaygroundPreference,
	answers: { 200: v.object({ left: v.string(), right: v.string(), importId: v.string(), waits: v.boolean(), earlierStands: v.boolean() }) },
	problems: ['import_refused', 'conflict', 'not_ready']
});
