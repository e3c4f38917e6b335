import { expect, it } from 'vitest';
import type { Server } from '../db/deployments.ts';
import { createPool } from './pool.ts';

const server = (id: string, more: Partial<Server> = {}): Server => ({ id, projectId: 'p', checkpointId: 'c', formId: null, ours: false, baseUrl: 'http://x/v1', model: 'm', sealedKey: null, keyPlace: 'endpoint:e', concurrency: 2, draining: false, health: 'up', ...more });
const wanted = { checkpointId: 'c', formId: null };
const ids = (of: { order: Server[] }) => of.order.map(({ id }) => id);

it('asks the least busy first, and nobody who is full', () => {
	const pool = createPool(() => 0);
	const servers = [server('a'), server('b')];
	const leave = pool.take('a');
	expect(ids(pool.choose(servers, wanted))).toEqual(['b', 'a']);
	pool.take('a');
	expect(pool.choose(servers, wanted)).toMatchObject({ order: [{ id: 'b' }], full: true, any: true });
	leave();
	leave();
	expect(pool.load()).toEqual({ a: 1 });
	expect(ids(pool.choose(servers, wanted))).toEqual(['b', 'a']);
});

it('passes over what drains, and what serves another checkpoint or another form', () => {
	const pool = createPool(() => 0);
	expect(pool.choose([server('a', { draining: true }), server('b', { checkpointId: 'other' }), server('d', { formId: 'rounded' })], wanted)).toEqual({ order: [], full: false, any: false });
});

it('tries what failed last of all, until its time is over or it did well', () => {
	let at = 0;
	const pool = createPool(() => at);
	const servers = [server('a'), server('b')];
	pool.take('b');
	pool.failed('a');
	expect(ids(pool.choose(servers, wanted))).toEqual(['b', 'a']);
	at = 500;
	expect(ids(pool.choose(servers, wanted))).toEqual(['a', 'b']);
	pool.failed('a');
	at = 1400;
	expect(ids(pool.choose(servers, wanted))).toEqual(['b', 'a']);
	pool.succeeded('a');
	expect(ids(pool.choose(servers, wanted))).toEqual(['a', 'b']);
	expect(ids(pool.choose([server('a', { health: 'down' }), server('b')], wanted))).toEqual(['b', 'a']);
});

it('makes nobody wait again for who took a request and said nothing, until it is found well', () => {
	const pool = createPool(() => 0);
	pool.failed('a', true);
	expect(ids(pool.choose([server('a')], wanted))).toEqual([]);
	pool.succeeded('a');
	expect(ids(pool.choose([server('a')], wanted))).toEqual(['a']);
});

it('does not call one of ours that has no address yet, nor takes it for full', () => {
	const pool = createPool(() => 0);
	expect(pool.choose([server('a', { ours: true, baseUrl: null })], wanted)).toEqual({ order: [], full: false, any: true });
	expect(ids(pool.choose([server('a', { ours: true, baseUrl: null }), server('b')], wanted))).toEqual(['b']);
});
