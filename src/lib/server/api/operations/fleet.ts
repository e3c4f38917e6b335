import * as v from 'valibot';
import { idParams } from '../fields.ts';
import { operation } from '../operation.ts';

export const readFleet = operation({
	id: 'readFleet',
	method: 'GET',
	path: '/fleet',
	summary: 'Workers with their devices, engines and load, and the line of runs; of other people’s projects without their names',
	access: 'fleet.read',
	answers: { 200: v.object({ workers: v.array(v.looseObject({ id: v.string(), hostname: v.string(), draining: v.boolean() })), line: v.array(v.looseObject({ objective: v.string(), priority: v.number(), launcher: v.string() })), mayManage: v.boolean() }) }
});

const drained = v.object({ draining: v.boolean() });

export const drainWorker = operation({
	id: 'drainWorker',
	method: 'POST',
	path: '/workers/{id}/drain',
	summary: 'Let a worker take nothing new; what it has in hand goes on to its end',
	access: 'fleet.manage',
	params: idParams,
	answers: { 200: drained }
});

export const resumeWorker = operation({ id: 'resumeWorker', method: 'POST', path: '/workers/{id}/resume', summary: 'Let a drained worker take work again', access: 'fleet.manage', params: idParams, answers: { 200: drained } });
