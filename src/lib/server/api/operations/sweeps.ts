import * as v from 'valibot';
import { SweepPlanSchema } from '../../../domain/sweep-plan.ts';
import { idParams, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';
import { trainingFields } from './run-control.ts';

export const startSweep = operation({
	id: 'startSweep',
	method: 'POST',
	path: '/projects/{slug}/sweeps',
	summary: 'Start several runs that differ in a few settings, all or none: every combination of a grid, or points drawn between bounds. They are scored on dev questions only',
	access: 'run.start',
	params: slugParams,
	body: v.object({ ...trainingFields, plan: SweepPlanSchema }),
	answers: { 201: v.object({ id: v.string(), runs: v.array(v.string()) }) },
	problems: ['invalid_input', 'impossible_recipe', 'conflict']
});

export const listSweeps = operation({
	id: 'listSweeps',
	method: 'GET',
	path: '/projects/{slug}/sweeps',
	summary: 'Sweeps of a project, newest first, with how many of their runs are in which state',
	access: 'run.read',
	params: slugParams,
	answers: { 200: v.object({ sweeps: v.array(v.looseObject({ id: v.string(), objective: v.string(), states: v.record(v.string(), v.number()) })) }) }
});

export const readSweep = operation({
	id: 'readSweep',
	method: 'GET',
	path: '/sweeps/{id}',
	summary: 'A sweep: its runs, the settings in which they differ, their scores on dev questions, and how they rank; the best of several looks is flattered by chance',
	access: 'run.read',
	params: idParams,
	answers: {
		200: v.looseObject({
			id: v.string(),
			dev: v.object({ comparisons: v.number(), groups: v.number() }),
			points: v.array(v.looseObject({ id: v.string(), point: v.number(), status: v.string(), score: v.nullable(v.looseObject({ kind: v.picklist(['accuracy', 'auc']) })) })),
			differing: v.array(v.object({ field: v.string(), values: v.array(v.unknown()) })),
			ranking: v.object({ order: v.array(v.string()), best: v.nullable(v.string()), close: v.array(v.string()) })
		})
	}
});

export const cancelSweep = operation({
	id: 'cancelSweep',
	method: 'POST',
	path: '/sweeps/{id}/cancel',
	summary: 'Take what waits of a sweep out of line; what trains goes on',
	access: 'run.cancel',
	params: idParams,
	answers: { 200: v.object({ cancelled: v.number() }) },
	problems: ['already_decided']
});
