import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { tokenOf } from '../support/api.ts';
import { paperWorker, queuedRun } from '../support/loop.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let server: Server;
let slug: string;
let token: string;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world);
	slug = (await world.project({ rows: pairRows(40) })).slug;
	token = await tokenOf(world, await world.person('eng', { slug, role: 'engineer' }));
});
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

/** A hung stream must end as a failed test; how long a message takes is not what is tested. */
const SOON = { timeout: 30_000 };

type Message = { id: number; event: string; data: unknown };
type RunEvent = { id: number; kind: string; data: { note?: string } };

/** A reader of a run's stream, as a page is one. */
async function follow(runId: string, lastEventId?: number, bearer = token) {
	const controller = new AbortController();
	const response = await fetch(`${server.origin}/api/v1/runs/${runId}/events`, {
		headers: { authorization: `Bearer ${bearer}`, ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }) },
		signal: controller.signal
	});
	const messages: Message[] = [];
	let ended = false;
	const reading = (async () => {
		let rest = '';
		const decoder = new TextDecoder();
		for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
			const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
			rest = parts.pop() ?? '';
			for (const part of parts.filter((text) => !text.startsWith(':'))) {
				const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
				messages.push({ id: Number(field('id')), event: field('event'), data: JSON.parse(field('data')) as unknown });
			}
		}
		ended = true;
	})().catch(() => undefined);
	return {
		status: response.status,
		messages,
		events: () => messages.filter((message) => message.event === 'event').map((message) => message.data as RunEvent),
		hasEnded: () => ended,
		close: async () => {
			controller.abort();
			await reading;
		}
	};
}

const note = (runId: string, attempt: number, text: string, step: number) =>
	recordProgress(world.app, { runId, attempt }, { metrics: [{ step, epoch: null, values: { loss: 1 / step } }], log: [`line ${step}`], events: [{ kind: 'phase', data: { note: text } }], status: 'running' });
const notes = (events: RunEvent[]) => events.flatMap(({ data }) => (data.note === undefined ? [] : [data.note]));

async function runningRun() {
	const runId = await queuedRun(world, slug);
	const at = await beginAttempt(world.app, { runId, workerId: await paperWorker(world) });
	return { runId, attempt: at?.attempt ?? 0 };
}

describe('the stream of a run', () => {
	it('tells what was, then what happens, and after a break what was missed, each event once', async () => {
		const { runId, attempt } = await runningRun();
		await note(runId, attempt, 'before', 1);
		const first = await follow(runId);
		await expect.poll(() => notes(first.events()), SOON).toEqual(['before']);
		expect(first.messages[0]?.event).toBe('run');
		await note(runId, attempt, 'live', 2);
		await expect.poll(() => notes(first.events()), SOON).toEqual(['before', 'live']);
		const last = first.messages.at(-1)?.id ?? 0;
		expect(first.events().map(({ id }) => id)).toEqual([...new Set(first.events().map(({ id }) => id))].sort((x, y) => x - y));
		await first.close();

		await note(runId, attempt, 'missed 1', 3);
		await note(runId, attempt, 'missed 2', 4);
		const second = await follow(runId, last);
		await expect.poll(() => notes(second.events()), SOON).toEqual(['missed 1', 'missed 2']);
		expect(second.events().every(({ id }) => id > last)).toBe(true);
		await note(runId, attempt, 'live again', 5);
		await expect.poll(() => notes(second.events()), SOON).toEqual(['missed 1', 'missed 2', 'live again']);
		// Metrics name their step: a reader that gets one twice puts it in the same place.
		const metrics = second.messages.filter(({ event }) => event === 'metrics').flatMap(({ data }) => data as { step: number }[]);
		expect([...new Set(metrics.map(({ step }) => step))].sort()).toEqual([1, 2, 3, 4, 5]);
		await second.close();
	});

	it('goes on after kill -9 of the web process from where the reader was', async () => {
		const { runId, attempt } = await runningRun();
		await note(runId, attempt, 'one', 1);
		const first = await follow(runId);
		await expect.poll(() => notes(first.events()), SOON).toEqual(['one']);
		const last = first.messages.at(-1)?.id ?? 0;
		await server.kill9();
		await note(runId, attempt, 'two', 2);
		await server.restart();
		const second = await follow(runId, last);
		await expect.poll(() => notes(second.events()), SOON).toEqual(['two']);
		await second.close();
	});

	it('tells nobody who may not know, and ends for who is shut out', async () => {
		const { runId, attempt } = await runningRun();
		expect((await follow(runId, undefined, await tokenOf(world, await world.person('stranger')))).status).toBe(404);
		expect((await follow(runId, undefined, await tokenOf(world, await world.person('ann', { slug, role: 'annotator' })))).status).toBe(403);
		expect((await follow(runId, undefined, 'plb_nothing')).status).toBe(401);
		const leaver = await world.person('leaver', { slug, role: 'engineer' });
		const reader = await follow(runId, undefined, await tokenOf(world, leaver));
		await expect.poll(() => reader.messages.length, SOON).toBeGreaterThan(0);
		valueOf(await removeMember(world.app, world.admin, { slug, userId: leaver.userId }));
		await note(runId, attempt, 'secret', 9);
		await expect.poll(() => reader.hasEnded(), SOON).toBe(true);
		expect(notes(reader.events())).toEqual([]);
	});
});
