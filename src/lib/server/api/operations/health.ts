import * as v from 'valibot';
import { operation } from '../operation.ts';

export const healthz = operation({ id: 'healthz', method: 'GET', path: '/healthz', summary: 'The web process is alive', access: 'public', answers: { 200: v.object({ status: v.literal('alive') }) } });

export const readyz = operation({
	id: 'readyz',
	method: 'GET',
	path: '/readyz',
	summary: 'Database, migrations and a worker are there',
	access: 'public',
	answers: { 200: v.object({ ready: v.boolean(), database: v.boolean(), migrations: v.boolean(), worker: v.boolean() }) },
	problems: ['not_ready']
});

export const openapi = operation({ id: 'openapi', method: 'GET', path: '/openapi.json', summary: 'This description', access: 'public', answers: { 200: 'application/json' } });
