import { createHash, randomUUID } from 'node:crypto';
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pathIn } from '#lib/server/artifacts/folder.ts';
import * as retention from '#lib/server/db/retention.ts';
import { endWithoutCheckpoint, beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { carryOutCleanUp, earlierCleanUps, planCleanUp, startCleanUp } from '#lib/server/usecases/clean-up.ts';
import { keepTensorboard } from '#lib/server/usecases/keep-tensorboard.ts';
import { areStored } from '#lib/server/usecases/store-citing.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { tidy } from '../../workers/handlers/tidy.ts';
import { paperWorker, queuedRun, storedCheckpoint, trainedCheckpoint } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const ALL = { lastRuns: 0, days: 0 };
const going = new AbortController().signal;

let world: World;
let slug: string;
let projectId: string;
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	({ slug, id: projectId } = await world.project({ rows: pairRows(12) }));
	workerId = await paperWorker(world, 'host-a');
});
afterAll(() => world.close());

const fileOf = (sha256: string) => pathIn(join(world.dataDir, 'artifacts'), sha256);
const isThere = (path: string) => stat(path).then(() => true, () => false);
const named = (text: string) => createHash('sha256').update(text).digest('hex');
async function* one(text: string) {
	yield Buffer.from(text);
}

/** A stored file that nothing cites, as one that was stored long ago. */
async function forgotten(text: string): Promise<string> {
	const { sha256 } = await world.app.artifacts.putStream(one(text));
	await utimes(fileOf(sha256), new Date(0), new Date(0));
	return sha256;
}

const upload = (text: string) => uploadArtifact(world.app, world.admin, { slug, declaredType: 'text/plain', source: one(text) });
const cleanUp = async () => {
	valueOf(await startCleanUp(world.app, world.admin, ALL));
	expect(await carryOutCleanUp(world.app, going)).toBe(true);
};

/** A run that ended, whose attempt left a folder on the worker's host. */
async function endedRun(): Promise<{ runId: string; folder: string }> {
	const runId = await queuedRun(world, slug);
	const at = await beginAttempt(world.app, { runId, workerId });
	await endWithoutCheckpoint(world.app, { runId, attempt: at?.attempt ?? 0, exitCode: 1, problem: { code: 'killed', message: 'It was killed.' } });
	const folder = join(world.dataDir, 'work', 'runs', runId, '1');
	await mkdir(join(folder, 'output', 'checkpoint-3'), { recursive: true });
	await writeFile(join(folder, 'output', 'checkpoint-3', 'optimizer.pt'), 'x'.repeat(1000));
	return { runId, folder };
}

describe('a clean-up', () => {
	it('says beforehand what would go, how large it is and why the rest stays; only to administrators', async () => {
		const orphan = await forgotten('nobody cites this');
		const cited = valueOf(await upload('cited by the project')).sha256;
		await utimes(fileOf(cited), new Date(0), new Date(0));
		const { folder } = await endedRun();
		await tidy({ app: world.app, hostKey: 'host-a', workDir: join(world.dataDir, 'work'), shutdown: going });
		const plan = valueOf(await planCleanUp(world.app, world.admin, ALL));
		expect(plan.files.list.map(({ sha256 }) => sha256)).toEqual([orphan]);
		// The document, and the snapshot of the run. How many files that is hangs on chance: empty ones are one.
		const [files] = await world.query<{ n: number }>(`select count(distinct sha256)::int as n from (select sha256 from snapshot_files union all select sha256 from artifacts) f`);
		expect(plan.files.stays.cited?.n).toBe(files?.n);
		expect(plan.folders).toMatchObject({ goes: { n: 1, bytes: 1000 }, list: [{ hostname: 'host-a', bytes: 1000, because: null, project: { slug } }] });
		expect(valueOf(await planCleanUp(world.app, world.admin, { lastRuns: 1, days: 0 })).folders).toMatchObject({ goes: { n: 0 }, stays: { last: { n: 1, bytes: 1000 } } });
		expect([await isThere(fileOf(orphan)), await isThere(folder)]).toEqual([true, true]);
		const owner = await world.person('owner', { slug, role: 'owner' });
		expect([problemOf(await planCleanUp(world.app, owner, ALL)), problemOf(await startCleanUp(world.app, owner, ALL))]).toEqual(['forbidden', 'forbidden']);
	});

	it('removes that and no more, says so in the audit, and one at a time', async () => {
		const orphan = named('nobody cites this');
		valueOf(await startCleanUp(world.app, world.admin, ALL));
		expect(problemOf(await startCleanUp(world.app, world.admin, ALL))).toBe('conflict');
		const here = { app: world.app, hostKey: 'host-a', workDir: join(world.dataDir, 'work'), shutdown: going };
		await tidy({ ...here, hostKey: 'another host' });
		const [marked] = await retention.list(world.app.db);
		expect(marked).toMatchObject({ status: 'done', files: { n: 1, bytes: 17 }, folders: { n: 1, bytes: 1000, waiting: 1 } });
		await tidy(here);
		// What the page looks at again and again: the record alone, never the store.
		expect(valueOf(await earlierCleanUps({ db: world.app.db }, world.admin))).toMatchObject([{ id: marked?.id, folders: { waiting: 0 } }]);
		expect(problemOf(await earlierCleanUps(world.app, await world.person('member', { slug, role: 'owner' })))).toBe('forbidden');
		expect([await isThere(fileOf(orphan)), await isThere(fileOf(named('cited by the project')))]).toEqual([false, true]);
		expect((await world.query<{ action: string }>(`select action from audit_entries where action like 'clean_up%' order by id`)).map(({ action }) => action)).toEqual(['clean_up.start', 'clean_up.done']);
	});

	it('goes by the database’s clock, not by its host’s', async () => {
		const { sha256 } = await world.app.artifacts.putStream(one('young'));
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
		try {
			expect(valueOf(await planCleanUp(world.app, world.admin, { lastRuns: 0, days: 30 })).files).toMatchObject({ goes: { n: 0 }, stays: { recent: { n: 1 } } });
			valueOf(await startCleanUp(world.app, world.admin, { lastRuns: 0, days: 30 }));
			expect(await carryOutCleanUp(world.app, going)).toBe(true);
		} finally {
			vi.useRealTimers();
		}
		expect(await isThere(fileOf(sha256))).toBe(true);
	});

	it('keeps a checkpoint’s files and the folder of a run that has not ended', async () => {
		const { sha256, runId } = await storedCheckpoint(world, slug, workerId);
		await utimes(fileOf(sha256), new Date(0), new Date(0));
		const unfinished = await queuedRun(world, slug);
		await beginAttempt(world.app, { runId: unfinished, workerId });
		await retention.putFolder(world.app.db, { runId: unfinished, attempt: 1, hostKey: 'host-a', bytes: 5 });
		await retention.putFolder(world.app.db, { runId, attempt: 1, hostKey: 'host-a', bytes: 7 });
		await cleanUp();
		expect(await isThere(fileOf(sha256))).toBe(true);
		expect((await retention.foldersToGo(world.app.db, 'host-a')).map((folder) => folder.runId)).toEqual([runId]);
		expect(valueOf(await planCleanUp(world.app, world.admin, ALL)).folders.stays).toEqual({ unfinished: { n: 1, bytes: 5 } });
	});
});

describe('the best on held-out pairs', () => {
	it('is the best policy and the best reward model of a project, neither measured by the other', async () => {
		const { slug } = await world.project({ rows: pairRows(12) });
		const measured = async (accuracy: number, measure?: 'log_ratio' | 'reward') => {
			const { runId, checkpointId } = await trainedCheckpoint(world, slug, workerId);
			const results = JSON.stringify({ ...(measure ? { measure } : {}), checkpoint: { accuracy: { value: accuracy } } });
			await world.query(`update evaluations set status = 'succeeded', results = '${results}' where checkpoint_id = '${checkpointId}'`);
			await retention.putFolder(world.app.db, { runId, attempt: 1, hostKey: 'host-b', bytes: 1 });
			return runId;
		};
		// The second is from before reward models: it counts as a policy.
		await measured(0.6, 'log_ratio');
		const policy = await measured(0.7);
		await measured(0.8, 'reward');
		const reward = await measured(0.9, 'reward');
		const best = (await retention.folders(world.app.db)).filter((folder) => folder.project.slug === slug && folder.best);
		expect(best.map(({ runId }) => runId).sort()).toEqual([policy, reward].sort());
	});
});

describe('event files of a run', () => {
	/** An attempt under way with a stored event file that nothing cites yet. */
	async function written(text: string) {
		const runId = await queuedRun(world, slug);
		const at = await beginAttempt(world.app, { runId, workerId });
		return { of: { runId, attempt: at?.attempt ?? 0 }, files: [{ path: 'events.out.tfevents.1', sha256: await forgotten(text), bytes: text.length }] };
	}
	const kept = (runId: string) => world.query(`select tensorboard from run_attempts where run_id = '${runId}'`);

	it('stay once the run’s record cites them', async () => {
		const { of, files } = await written('curves of a run');
		expect(await keepTensorboard(world.app, of, files)).toBe('kept');
		await utimes(fileOf(files[0]?.sha256 ?? ''), new Date(0), new Date(0));
		await cleanUp();
		expect(await kept(of.runId)).toEqual([{ tensorboard: files }]);
		expect(await isThere(fileOf(files[0]?.sha256 ?? ''))).toBe(true);
	});

	it('are stored again where a clean-up took them first, and are not entered for an attempt that lost its run', async () => {
		const { of, files } = await written('curves that were cleaned up');
		await cleanUp();
		expect(await keepTensorboard(world.app, of, files)).toBe('not_stored');
		expect(await kept(of.runId)).toEqual([{ tensorboard: null }]);
		await forgotten('curves that were cleaned up');
		expect(await keepTensorboard(world.app, { ...of, attempt: of.attempt + 1 }, files)).toBe('fenced');
		expect(await kept(of.runId)).toEqual([{ tensorboard: null }]);
		expect(await keepTensorboard(world.app, of, files)).toBe('kept');
	});
});

describe('a clean-up whose worker dies', () => {
	it('is ended by the next with the same record: what is written as gone is gone, what is cited meanwhile stays', async () => {
		const [before, after, rescued] = [await forgotten('removed, not yet written'), await forgotten('written, not yet removed'), await forgotten('cited meanwhile')];
		const { id } = valueOf(await startCleanUp(world.app, world.admin, ALL));
		await retention.take(world.app.db);
		await retention.insertFiles(world.app.db, id, [before, after, rescued].map((sha256) => ({ sha256, bytes: 1 })));
		await world.app.artifacts.remove(before);
		valueOf(await upload('cited meanwhile'));
		// It was killed here. While it may still live nobody takes its place.
		expect(await carryOutCleanUp(world.app, going)).toBe(false);
		await world.query(`update clean_ups set taken_at = now() - interval '2 minutes' where status = 'running'`);
		expect(await carryOutCleanUp(world.app, going)).toBe(true);
		expect(await Promise.all([before, after, rescued].map((sha256) => world.app.artifacts.has(sha256)))).toEqual([false, false, true]);
		expect(await world.query(`select sha256, gone from clean_up_files where clean_up_id = '${id}' order by sha256`)).toEqual([before, after].sort().map((sha256) => ({ sha256, gone: true })));
	});
});

describe('a clean-up that meets an error', () => {
	/** The world's store, which throws this for one file. */
	const refusing = (sha256: string, error: Error) => ({
		...world.app,
		artifacts: { ...world.app.artifacts, remove: (one: string) => (one === sha256 ? Promise.reject(error) : world.app.artifacts.remove(one)) }
	});
	const eperm = Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
	const last = async () => (await retention.list(world.app.db))[0];

	it('fails with the reason, has on record what it did take, and leaves the way to the next', async () => {
		const [held, gone] = [await forgotten('held by the system'), await forgotten('not held')];
		valueOf(await startCleanUp(world.app, world.admin, ALL));
		await expect(carryOutCleanUp(refusing(held, eperm), going)).rejects.toThrow('operation not permitted');
		expect(await last()).toMatchObject({ status: 'failed', problem: 'not_permitted', finishedAt: expect.any(String) as string, files: { n: 1 } });
		expect([await isThere(fileOf(held)), await isThere(fileOf(gone))]).toEqual([true, false]);
		expect(await world.query(`select sha256 from clean_up_files where clean_up_id = '${(await last())?.id}'`)).toEqual([{ sha256: gone }]);
		expect(await world.query(`select details from audit_entries where action = 'clean_up.failed'`)).toEqual([{ details: { problem: 'not_permitted' } }]);
		await cleanUp();
		expect([await isThere(fileOf(held)), (await last())?.status]).toEqual([false, 'done']);
	});

	it('goes on later where the store was only out of reach, and fails for what nobody foresaw', async () => {
		const sha256 = await forgotten('out of reach for a time');
		valueOf(await startCleanUp(world.app, world.admin, ALL));
		await expect(carryOutCleanUp(refusing(sha256, Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), going)).rejects.toThrow('refused');
		expect(await last()).toMatchObject({ status: 'running', problem: null });
		await world.query(`update clean_ups set taken_at = now() - interval '2 minutes' where status = 'running'`);
		await expect(carryOutCleanUp(refusing(sha256, new Error('a surprise')), going)).rejects.toThrow('a surprise');
		expect(await last()).toMatchObject({ status: 'failed', problem: 'unexpected' });
		await cleanUp();
		expect(await isThere(fileOf(sha256))).toBe(false);
	});
});

describe('a race with somebody who cites a file', () => {
	it('waits while files are entered into the record, and finds them cited then', async () => {
		const text = 'entered while a clean-up begins';
		const sha256 = await forgotten(text);
		let cleaning: Promise<boolean> | undefined;
		await world.app.db.transaction(async (tx) => {
			expect(await areStored(world.app, tx, [{ sha256 }])).toBe(true);
			valueOf(await startCleanUp(world.app, world.admin, ALL));
			cleaning = carryOutCleanUp(world.app, going);
			// It has written the file down and cannot have the store alone.
			while ((await world.query(`select 1 from clean_up_files where sha256 = '${sha256}'`)).length === 0);
			await tx.execute(`insert into artifacts (project_id, sha256, media_type, bytes, created_by) values ('${projectId}', '${sha256}', 'text/plain', ${text.length}, '${world.admin.userId}')`);
			expect(await isThere(fileOf(sha256))).toBe(true);
		});
		expect(await cleaning).toBe(true);
		expect(await isThere(fileOf(sha256))).toBe(true);
		expect(await world.query(`select 1 from clean_up_files where sha256 = '${sha256}'`)).toEqual([]);
	});

	it('is not taken over while it waits for others, however long, and is said to be done once', async () => {
		await forgotten('waited for');
		const { id } = valueOf(await startCleanUp(world.app, world.admin, ALL));
		const status = async () => (await world.query<{ idle: boolean }>(`select taken_at < now() - interval '60 seconds' as idle from clean_ups where id = '${id}' and status = 'running' and exists (select 1 from clean_up_files where clean_up_id = '${id}')`))[0];
		const until = async (idle: boolean) => {
			while ((await status())?.idle !== idle) await new Promise((resolve) => setTimeout(resolve, 10));
		};
		let cleaning: Promise<boolean> | undefined;
		await world.app.db.transaction(async (tx) => {
			await retention.holdStore(tx);
			cleaning = carryOutCleanUp(world.app, going);
			await until(false);
			await world.query(`update clean_ups set taken_at = now() - interval '2 minutes' where id = '${id}'`);
			await until(false);
			expect(await carryOutCleanUp(world.app, going)).toBe(false);
		});
		expect(await cleaning).toBe(true);
		expect(await world.app.db.transaction((tx) => retention.finish(tx, id))).toBe(false);
		expect(await world.query(`select 1 from audit_entries where action = 'clean_up.done' and subject_id = '${id}'`)).toHaveLength(1);
	});

	it('tells who comes too late that the file is no longer stored', async () => {
		const sha256 = await forgotten('stored, not entered, and cleaned up');
		await cleanUp();
		expect(await world.app.db.transaction((tx) => areStored(world.app, tx, [{ sha256 }]))).toBe(false);
	});

	it('never loses what was cited, whoever is first', async () => {
		for (let round = 0; round < 8; round++) {
			const texts = Array.from({ length: 6 }, (_, n) => `raced ${round}.${n} ${randomUUID()}`);
			for (const text of texts) await forgotten(text);
			valueOf(await startCleanUp(world.app, world.admin, ALL));
			const [, ...uploads] = await Promise.all([carryOutCleanUp(world.app, going), ...texts.map(upload)]);
			for (const [n, uploaded] of uploads.entries()) {
				// Entered and there, or refused with the reason: never entered and gone.
				const cited = (await world.query(`select 1 from artifacts where sha256 = '${named(texts[n] ?? '')}'`)).length === 1;
				expect(cited).toBe(uploaded.ok);
				if (cited) expect(await isThere(fileOf(named(texts[n] ?? '')))).toBe(true);
				else expect(problemOf(uploaded)).toBe('gone');
			}
		}
	});
});
