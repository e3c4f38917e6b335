import * as v from 'valibot';
import { LAUNCHERS } from '../../../domain/launcher.ts';
import { MOST_PRIORITY } from '../../../domain/next-run.ts';
import { HEALTH_RULES } from '../../../domain/run-health.ts';
import { WorkerLabelsSchema } from '../../../domain/worker-label.ts';
import { idParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const status = v.object({ status: v.string() });
/** Higher goes first. */
const priority = v.pipe(v.number(), v.integer(), v.minValue(-MOST_PRIORITY), v.maxValue(MOST_PRIORITY));
const recipe = v.optional(v.record(v.string(), v.unknown()));
/** What every training is asked for with, one run or many. */
export const trainingFields = {
	snapshotId: uuid,
	parentCheckpointId: v.optional(uuid),
	recipe,
	priority: v.optional(priority),
	launcher: v.optional(v.picklist(LAUNCHERS, `one of ${LAUNCHERS.join(', ')}`)),
	labels: v.optional(WorkerLabelsSchema),
	stopOn: v.optional(v.array(v.picklist(HEALTH_RULES, `one of ${HEALTH_RULES.join(', ')}`)))
};

export const pauseRun = operation({
	id: 'pauseRun',
	method: 'POST',
	path: '/runs/{id}/pause',
	summary: 'Pause a run: its worker is free as soon as the step is saved, and it goes on from there when it is continued',
	access: 'run.cancel',
	params: idParams,
	answers: { 200: status },
	problems: ['already_decided', 'conflict']
});

export const continueRun = operation({
	id: 'continueRun',
	method: 'POST',
	path: '/runs/{id}/continue',
	summary: 'Put a paused run back in line',
	access: 'run.cancel',
	params: idParams,
	answers: { 200: status },
	problems: ['already_decided', 'conflict']
});

export const cloneRun = operation({
	id: 'cloneRun',
	method: 'POST',
	path: '/runs/{id}/clone',
	summary: 'Start a run with the settings of another and some changes; without any it is a retry',
	access: 'run.start',
	params: idParams,
	body: v.object({ ...trainingFields, snapshotId: v.optional(uuid) }),
	answers: { 201: v.looseObject({ id: v.string(), status: v.picklist(['queued', 'waiting']) }) },
	problems: ['impossible_recipe', 'conflict']
});

export const repeatRun = operation({
	id: 'repeatRun',
	method: 'GET',
	path: '/runs/{id}/repeat',
	summary: 'A shell script that repeats the run outside the product: versions, data, base and parent checked by hash, the same arguments, the losses compared',
	access: 'run.read',
	params: idParams,
	answers: { 200: 'text/x-shellscript' },
	problems: ['conflict', 'gone']
});

export const readCheckpointFile = operation({
	id: 'readCheckpointFile',
	method: 'GET',
	path: '/checkpoints/{id}/files',
	summary: 'One file of a trained checkpoint, by the path that the checkpoint lists it under',
	access: 'snapshot.data',
	params: idParams,
	query: v.object({ path: v.pipe(v.string(), v.minLength(1), v.maxLength(500)) }),
	answers: { 200: 'application/octet-stream' },
	problems: ['walled', 'gone']
});
