import { expect, it } from 'vitest';
import type { NewRequest } from '../db/gateway-requests.ts';
import { createTraffic } from './traffic.ts';

const request = (id: string): NewRequest => ({ id, projectId: 'p', keyId: 'k', kind: 'chat', asked: 'champion', checkpointId: null, deploymentId: null, way: 'asked', shadowOf: null, status: 200, problem: null, streamed: false, tries: 1, promptTokens: 2, completionTokens: 3, confidence: null, firstMs: 1, totalMs: 1, payload: null });
const refusal = Object.assign(new Error('refused'), { cause: Object.assign(new Error('bad'), { code: '22P05' }) });
const said: unknown[] = [];
const log = { warn: (...of: unknown[]) => void said.push(of) } as never;

it('keeps what the database does not take now, and counts its tokens meanwhile', async () => {
	let away = true;
	const written: string[] = [];
	const traffic = createTraffic((batch) => (away ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(void written.push(...batch.map(({ id }) => id)))), log);
	traffic.add(request('1'));
	await expect(traffic.flush()).rejects.toThrow();
	traffic.add(request('2'));
	expect(traffic.unwrittenTokens('k')).toBe(10);
	away = false;
	await traffic.flush();
	expect([written, traffic.unwrittenTokens('k')]).toEqual([['1', '2'], 0]);
});

it('loses one that the database refuses, not those beside it', async () => {
	const written: string[] = [];
	const traffic = createTraffic((batch) => (batch.some(({ id }) => id === 'bad') ? Promise.reject(refusal) : Promise.resolve(void written.push(...batch.map(({ id }) => id)))), log);
	for (const id of ['1', 'bad', '2']) traffic.add(request(id));
	await traffic.flush();
	expect([written, traffic.unwrittenTokens('k'), said.length]).toEqual([['1', '2'], 0, 1]);
});
