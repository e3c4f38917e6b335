import { sql } from 'drizzle-orm';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as runRecord from '#lib/server/db/run-record.ts';
import * as runs from '#lib/server/db/runs.ts';
import { isTerminal } from '#lib/domain/run-state.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import type { Result } from '#lib/domain/problem.ts';
import { pairs } from '../engine/rows.ts';
import { processesOf } from '../support/worker.ts';

export const STEPS = 60;
/** What shall become of each of the six: trained to its end, or cancelled at a step, what it saved kept or not. */
export const WISHES = ['train', 'train', 'cancel_keep', 'train', 'cancel_discard', 'train'] as const;
export type Wish = (typeof WISHES)[number];

const must = <T>(result: Result<T>): T => {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
	return result.value;
};

/** Tries again while the database is away. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
	for (let tries = 0; ; tries++) {
		try {
			return await ask();
		} catch (error) {
			if (tries > 100) throw error;
			await sleep(300);
		}
	}
}

async function* once(text: string) {
	yield Buffer.from(text);
}

/** A project with its snapshot, and six runs in line. */
export async function queueRuns(app: App, admin: Actor): Promise<{ id: string; wish: Wish }[]> {
	must(await createProject(app, admin, { slug: 'soak', name: 'Soak', overlap: 1 }));
	const rows = pairs(60).map((pair) => JSON.stringify({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }));
	await must(await importPairs(app, admin, { slug: 'soak', said: { format: 'jsonl' }, skipBad: false, dryRun: false, source: once(rows.join('\n')) })).done;
	const snapshot = must(await freezeSnapshot(app, admin, { slug: 'soak', objective: 'dpo', rule: { includeImports: true } }));
	const recipe = { maxSteps: STEPS, saveSteps: 5, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3, rpoAlpha: null };
	const queued = [];
	for (const [seed, wish] of WISHES.entries()) queued.push({ id: must(await startRun(app, admin, { slug: 'soak', snapshotId: snapshot.id, recipe: { ...recipe, seed } })).id, wish });
	return queued;
}

/** Kills the engine of whatever trains at the moment; says of which attempt. */
export async function killEngine(app: App): Promise<string | null> {
	const [going] = await patiently(() => rowsOf<{ id: string; attempt: number }>(app.db, sql`select id, attempt from runs where status in ('preparing', 'running', 'stopping') order by id limit 1`));
	if (!going) return null;
	const mark = `${going.id}.${going.attempt}`;
	const pids = await processesOf(mark);
	for (const pid of pids) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended by itself meanwhile.
		}
	}
	return pids.length > 0 ? mark : null;
}

/** What is wrong with a run that should have ended as was wished; nothing where all is well. */
export async function endedWell(app: App, { id, wish }: { id: string; wish: Wish }): Promise<string[]> {
	const run = await runs.get(app.db, id);
	if (!run || !isTerminal(run.status)) return [`it is ${run?.status ?? 'gone'}`];
	const wrong: string[] = [];
	const [metrics, attempts, events, kept] = await Promise.all([runRecord.metrics(app.db, id), runs.attempts(app.db, id), runRecord.events(app.db, id, 0), rowsOf<{ id: string }>(app.db, sql`select id from checkpoints where run_id = ${id}`)]);
	// A run may be at its end before the wish to cancel it comes.
	const status = wish === 'train' ? ['succeeded'] : ['cancelled', 'succeeded'];
	if (!status.includes(run.status)) wrong.push(`it ended ${run.status}: ${run.problem?.message ?? ''}`);
	if (run.status === 'succeeded' && run.step !== STEPS) wrong.push(`it succeeded at step ${run.step}`);
	const last = run.status === 'succeeded' ? STEPS : (metrics.at(-1)?.step ?? 0);
	const steps = metrics.map(({ step }) => step);
	if (steps.length !== last || steps.some((step, index) => step !== index + 1)) wrong.push(`its metrics are of steps ${steps.join(' ')}`);
	if (metrics.some(({ values }) => values['loss'] === undefined)) wrong.push('a step has no loss');
	const ends = events.filter(({ kind }) => ['succeeded', 'failed', 'cancelled'].includes(kind)).length;
	if (ends !== 1) wrong.push(`it ended ${ends} times`);
	if (attempts.some(({ endedAt }) => endedAt === null)) wrong.push('an attempt has no end');
	if (run.status === 'succeeded' && kept.length !== 1) wrong.push(`it has ${kept.length} checkpoints`);
	if (wish === 'cancel_discard' && run.status === 'cancelled' && kept.length !== 0) wrong.push('it was to be discarded and has a checkpoint');
	for (const { number } of attempts) if ((await processesOf(`${id}.${number}`)).length > 0) wrong.push(`processes of attempt ${number} are left`);
	for (const one of kept) for (const file of (await checkpoints.get(app.db, one.id))?.files ?? []) await app.artifacts.verify(file.sha256).catch((error: unknown) => wrong.push(String(error)));
	return wrong;
}
