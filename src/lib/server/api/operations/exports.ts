import * as v from 'valibot';
import { EXPORT_FORMATS, EXPORT_STATUSES, ExportPlan } from '../../../domain/checkpoint-export.ts';
import { EVALUATION_STATUSES } from '../../../domain/evaluation-results.ts';
import { idParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';
import { suiteRun } from './suites.ts';

const exportParams = v.object({ id: uuid, exportId: uuid });
const queued = v.object({ id: v.string(), status: v.literal('queued') });
const figure = v.nullable(v.looseObject({ value: v.nullable(v.number()), low: v.nullable(v.number()), high: v.nullable(v.number()), n: v.number(), groups: v.number(), tooFew: v.boolean() }));
const problem = v.nullable(v.looseObject({ code: v.string(), message: v.string() }));

export const startExport = operation({
	id: 'startExport',
	method: 'POST',
	path: '/checkpoints/{id}/exports',
	summary: 'Have a worker make a form of a checkpoint: its adapter, the whole model, weights rounded by GPTQ or AWQ on rows that it learned from, or GGUF. Other weights than the checkpoint’s are measured beside it on the same held-out data, and run through the project’s suite',
	access: 'run.start',
	params: idParams,
	body: ExportPlan,
	answers: { 202: queued },
	problems: ['conflict']
});

export const listExports = operation({
	id: 'listExports',
	method: 'GET',
	path: '/checkpoints/{id}/exports',
	summary: 'Exports of a checkpoint, newest first, each with its files’ hashes, the command that makes it and what was measured of it; and which forms this checkpoint can take and a living worker can make',
	access: 'checkpoint.read',
	params: idParams,
	answers: {
		200: v.object({
			exports: v.array(
				v.object({
					id: v.string(),
					plan: v.looseObject({ format: v.picklist(EXPORT_FORMATS) }),
					changed: v.boolean(),
					status: v.picklist(EXPORT_STATUSES),
					command: v.nullable(v.array(v.string())),
					calibrationRows: v.nullable(v.number()),
					sha256: v.nullable(v.string()),
					files: v.nullable(v.array(v.object({ path: v.string(), bytes: v.number(), sha256: v.string() }))),
					bytes: v.nullable(v.number()),
					problem,
					createdAt: v.string(),
					finishedAt: v.nullable(v.string()),
					droppedAt: v.nullable(v.string()),
					byName: v.nullable(v.string()),
					evaluation: v.nullable(v.object({ status: v.picklist(EVALUATION_STATUSES), problem, split: v.picklist(['dev', 'test']), figure, own: figure, difference: figure, moved: figure })),
					suite: v.nullable(suiteRun),
					checked: v.nullable(suiteRun),
					unfit: v.nullable(v.picklist(['not_made', 'not_measured'])),
					promoted: v.boolean(),
					served: v.boolean()
				})
			),
			forms: v.array(v.object({ format: v.picklist(EXPORT_FORMATS), refused: v.nullable(v.string()), able: v.boolean() }))
		})
	}
});

export const takeExport = operation({
	id: 'takeExport',
	method: 'GET',
	path: '/checkpoints/{id}/exports/{exportId}/files',
	summary: 'An export as a zip: its files, its report in both languages as HTML, and the same as export.json. Refused to who is walled off from anything it learned from',
	access: 'snapshot.data',
	params: exportParams,
	answers: { 200: 'application/zip' },
	problems: ['conflict', 'walled', 'gone']
});

export const cancelExport = operation({
	id: 'cancelExport',
	method: 'POST',
	path: '/checkpoints/{id}/exports/{exportId}/cancel',
	summary: 'Stop an export that waits or is being made; one that was made stays, and its evaluation is stopped where it waits or is under way',
	access: 'run.cancel',
	params: exportParams,
	answers: { 200: v.object({ id: v.string(), status: v.picklist(['cancelled', 'succeeded']) }) },
	problems: ['already_decided']
});

export const exportAgain = operation({
	id: 'exportAgain',
	method: 'POST',
	path: '/checkpoints/{id}/exports/{exportId}/again',
	summary: 'Have an export that failed or was stopped made again; of one that was made, its evaluation if that failed or was stopped',
	access: 'run.start',
	params: exportParams,
	answers: { 202: queued },
	problems: ['conflict']
});

export const dropExport = operation({
	id: 'dropExport',
	method: 'DELETE',
	path: '/checkpoints/{id}/exports/{exportId}',
	summary: 'Drop an export that was made: its files are no more of the record, and the next clean-up takes them. Refused where the checkpoint was promoted in it, a server serves it, or it is being measured',
	access: 'run.cancel',
	params: exportParams,
	answers: { 200: v.object({ id: v.string(), status: v.literal('dropped') }) },
	problems: ['conflict']
});
