import * as v from 'valibot';
import { AXES } from '../../../domain/compare-runs.ts';
import { MOST_INT } from '../../../domain/most-int.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';
import { trainingFields } from './run-control.ts';

const runView = v.looseObject({ id: v.string(), objective: v.string(), status: v.string(), step: v.number(), maxSteps: v.nullable(v.number()) });
export const startRun = operation({
	id: 'startRun',
	method: 'POST',
	path: '/projects/{slug}/runs',
	summary: 'Train on a snapshot. Settings that are left out take their defaults; impossible ones are refused at once',
	access: 'run.start',
	params: slugParams,
	body: v.object({ ...trainingFields, stages: v.optional(v.pipe(v.array(v.object({ snapshotId: uuid, recipe: v.optional(v.record(v.string(), v.unknown())) })), v.maxLength(1, 'one stage before the run at most'))) }),
	answers: { 201: v.object({ id: v.string(), status: v.picklist(['queued', 'waiting']), stages: v.array(v.string()) }) },
	problems: ['impossible_recipe', 'conflict']
});

export const planRun = operation({
	id: 'planRun',
	method: 'POST',
	path: '/projects/{slug}/plans',
	summary: 'What a recipe needs and does, without running it: memory by part and device, batch, rows too long, time. The first plan of a snapshot has its rows counted; ask again until inspection is done',
	access: 'run.start',
	params: slugParams,
	body: v.object({
		snapshotId: uuid,
		parentCheckpointId: v.optional(uuid),
		recipe: v.optional(v.record(v.string(), v.unknown())),
		launcher: trainingFields.launcher,
		labels: trainingFields.labels,
		device: v.optional(v.object({ name: v.optional(text(100)), memoryGb: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)), count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64))) }))
	}),
	answers: { 200: v.looseObject({ steps: v.number(), problems: v.array(v.looseObject({ field: v.string(), code: v.string(), message: v.string() })), inspection: v.looseObject({ status: v.string() }), memory: v.array(v.looseObject({ total: v.number(), fit: v.picklist(['fits', 'tight', 'too_large']) })) }) },
	problems: ['impossible_recipe']
});

export const recipeSchema = operation({
	id: 'recipeSchema',
	method: 'GET',
	path: '/recipes/schema',
	summary: 'Every setting of every objective: JSON Schema, defaults on CPU and GPU, what each does in English and Chinese, presets, and the engine’s arguments that may be added',
	access: 'signed-in',
	answers: { 200: v.looseObject({ objectives: v.record(v.string(), v.looseObject({ schema: v.looseObject({}) })) }) }
});

export const listRuns = operation({
	id: 'listRuns',
	method: 'GET',
	path: '/projects/{slug}/runs',
	summary: 'Runs of a project, newest first',
	access: 'run.read',
	params: slugParams,
	answers: { 200: v.object({ runs: v.array(runView) }) }
});

export const compareRuns = operation({
	id: 'compareRuns',
	method: 'GET',
	path: '/projects/{slug}/runs/compare',
	summary: 'Runs beside each other: one metric of each, thinned to 400 points (12,000 over all of them), and the settings in which they differ',
	access: 'run.read',
	params: slugParams,
	query: v.object({
		runs: v.pipe(v.string(), v.transform((text) => text.split(',')), v.array(uuid), v.minLength(1)),
		metric: v.optional(v.pipe(v.string(), v.maxLength(100)), 'loss'),
		axis: v.optional(v.picklist(AXES, AXES.join(', ')), 'step')
	}),
	answers: {
		200: v.object({
			runs: v.array(v.looseObject({ id: v.string(), objective: v.string(), status: v.string(), last: v.nullable(v.number()), curve: v.array(v.object({ x: v.number(), y: v.number() })) })),
			metric: v.string(),
			axis: v.string(),
			metrics: v.array(v.string()),
			differing: v.array(v.object({ field: v.string(), values: v.array(v.unknown()) }))
		})
	},
	problems: ['invalid_input']
});

export const readRun = operation({ id: 'readRun', method: 'GET', path: '/runs/{id}', summary: 'One run; while it waits, why', access: 'run.read', params: idParams, answers: { 200: runView } });

export const cancelRun = operation({
	id: 'cancelRun',
	method: 'POST',
	path: '/runs/{id}/cancel',
	summary: 'Stop a run; its last complete checkpoint is kept unless keep is false',
	access: 'run.cancel',
	params: idParams,
	body: v.object({ keep: v.optional(v.boolean(), true) }),
	answers: { 200: v.object({ status: v.string() }) },
	problems: ['already_decided']
});

export const readRunMetrics = operation({
	id: 'readRunMetrics',
	method: 'GET',
	path: '/runs/{id}/metrics',
	summary: 'Metrics once per step, after a step',
	access: 'run.read',
	params: idParams,
	query: v.object({ since: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(-MOST_INT), v.maxValue(MOST_INT))) }),
	answers: { 200: v.object({ metrics: v.array(v.object({ step: v.number(), attempt: v.number(), epoch: v.nullable(v.number()), values: v.record(v.string(), v.number()) })) }) }
});

export const searchRunLog = operation({
	id: 'searchRunLog',
	method: 'GET',
	path: '/runs/{id}/log',
	summary: 'Lines of what the engine said that hold a text, newest first; hidden from who is walled off from anything it was trained on',
	access: 'run.read',
	params: idParams,
	query: v.object({ text: text(200, 1), cursor: v.optional(v.string()) }),
	answers: { 200: v.object({ lines: v.array(v.object({ attempt: v.number(), createdAt: v.string(), line: v.string() })), next: v.nullable(v.string()), hidden: v.boolean() }) },
	problems: ['invalid_input']
});

export const readTensorboard = operation({
	id: 'readTensorboard',
	method: 'GET',
	path: '/runs/{id}/tensorboard',
	summary: 'Event files for TensorBoard of a run whose recipe asked for them, a folder an attempt; there once an attempt has ended',
	access: 'run.read',
	params: idParams,
	answers: { 200: 'application/zip' }
});

export const followRun = operation({
	id: 'followRun',
	method: 'GET',
	path: '/runs/{id}/events',
	summary: 'Server-sent events of a run; after a break it goes on from Last-Event-ID',
	access: 'run.read',
	params: idParams,
	answers: { 200: 'text/event-stream' }
});

export const listRounds = operation({
	id: 'listRounds',
	method: 'GET',
	path: '/projects/{slug}/rounds',
	summary: 'Rounds of a project with their counts, oldest first',
	access: 'round.read',
	params: slugParams,
	answers: { 200: v.object({ rounds: v.array(v.looseObject({ number: v.number(), status: v.string(), comparisons: v.number(), complete: v.number(), judgments: v.number() })) }) }
});

export const readCheckpoint = operation({
	id: 'readCheckpoint',
	method: 'GET',
	path: '/checkpoints/{id}',
	summary: 'A checkpoint beside its parent: evaluation on held-out pairs and on answers judged alone, win rate and share of good answers by people, lineage, decisions',
	access: 'checkpoint.read',
	params: idParams,
	answers: { 200: v.looseObject({ id: v.string(), name: v.string(), kind: v.string() }) }
});

const inLine = v.object({ id: v.string(), status: v.literal('queued') });

export const evaluateAgain = operation({
	id: 'evaluateAgain',
	method: 'POST',
	path: '/checkpoints/{id}/evaluation',
	summary: 'Put an evaluation that failed in line again',
	access: 'run.start',
	params: idParams,
	answers: { 202: inLine },
	problems: ['conflict']
});

const stopped = v.object({ id: v.string(), status: v.literal('failed') });

export const stopEvaluation = operation({
	id: 'stopEvaluation',
	method: 'POST',
	path: '/checkpoints/{id}/evaluation/cancel',
	summary: 'Stop an evaluation that waits or is under way; it can be put in line again',
	access: 'run.cancel',
	params: idParams,
	answers: { 200: stopped },
	problems: ['conflict']
});

export const stopAnswers = operation({
	id: 'stopAnswers',
	method: 'POST',
	path: '/checkpoints/{id}/answers/cancel',
	summary: 'Stop the answers for the next round, waiting or under way; those that were made stay, and the rest can be put in line again',
	access: 'run.cancel',
	params: idParams,
	answers: { 200: stopped },
	problems: ['conflict']
});

export const generateAgain = operation({
	id: 'generateAgain',
	method: 'POST',
	path: '/checkpoints/{id}/answers',
	summary: 'Put answers that could not be made in line again; those that were made stay',
	access: 'run.start',
	params: idParams,
	answers: { 202: inLine },
	problems: ['conflict']
});
