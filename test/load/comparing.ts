import { loadavg } from 'node:os';
import { chromium } from 'playwright';
import type { Page } from 'playwright';
import postgres from 'postgres';
import { openSession } from '../../src/lib/server/auth/lucia.ts';
import * as checkpoints from '../../src/lib/server/db/checkpoints.ts';
import { connect } from '../../src/lib/server/db/client.ts';
import { makeAnnotators } from './annotators.ts';
import { peakMb, quantile } from './cpu.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';

const RUNS = Number(process.env['BENCH_RUNS'] ?? 100);
const STEPS = Number(process.env['BENCH_POINTS'] ?? 10_000);
const TIMES = 5;

/** So many finished runs with as many reported steps, each with what DPO reports. */
async function fillRuns(url: string, of: { projectId: string; roundId: string; userId: string }): Promise<string[]> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	const [base] = await sql<{ id: string }[]>`select id from checkpoints where project_id = ${of.projectId} and kind = 'base'`;
	const [snapshot] = await sql<{ id: string }[]>`insert into snapshots (project_id, round_id, objective, rule, sha256, train_rows, dev_rows, test_rows, held_out, dropped, used, created_by)
		values (${of.projectId}, ${of.roundId}, 'dpo', '{}', repeat('a', 64), 100, 0, 0, 0, '{}', 100, ${of.userId}) returning id`;
	const made = await sql<{ id: string }[]>`insert into runs (project_id, round_id, snapshot_id, snapshot_sha256, parent_checkpoint_id, objective, recipe, status, step, max_steps, created_by, finished_at)
		select ${of.projectId}, ${of.roundId}, ${snapshot?.id ?? ''}, repeat('a', 64), ${base?.id ?? ''}, 'dpo', jsonb_build_object('objective', 'dpo', 'beta', n / 100.0), 'succeeded', ${STEPS}::int, ${STEPS}::int, ${of.userId}, now()
		from generate_series(1, ${RUNS}) n returning id`;
	for (const { id } of made) {
		await sql`insert into run_metrics (run_id, step, attempt, epoch, values)
			select ${id}, s, 1, s / 1000.0, jsonb_build_object('loss', 0.7 * exp(-s / 3000.0) + random() / 20, 'grad_norm', random(), 'learning_rate', 1e-4 * (1 - s / ${STEPS + 1}::float8), 'rewards/chosen', s / 5000.0, 'rewards/rejected', -s / 5000.0,
				'rewards/margins', s / 2500.0, 'rewards/accuracies', 0.5 + random() / 2, 'logps/chosen', -90 + random(), 'logps/rejected', -95 - random(), 'train_speed(s/it)', 1.5, 'elapsed', s) from generate_series(1, ${STEPS}) s`;
	}
	await sql`vacuum analyze`;
	await sql.end();
	return made.map(({ id }) => id);
}

type Traced = { name: string; pid: number; tid: number; tdur?: number; args?: { name?: string } };

/** The longest task of the page's own thread in processor time, ms: on a machine that others use, a task's wall time is also theirs. Call what it gives once the act is over. */
async function traceTasks(page: Page): Promise<() => Promise<number>> {
	const session = await page.context().newCDPSession(page);
	const events: Traced[] = [];
	session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as Traced[])));
	await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline'] } });
	return async () => {
		const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
		await session.send('Tracing.end');
		await complete;
		await session.detach();
		const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
		return Math.max(0, ...events.filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`)).map(({ tdur = 0 }) => tdur / 1000));
	};
}

/** The page in a real browser: how long until its curves stand, and its tasks over 50 ms, at first and while a reader changes smoothing, scale and figure. */
async function inBrowser(address: string, cookie: { name: string; value: string; url: string }): Promise<string[]> {
	const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
	try {
		const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
		await context.addCookies([cookie]);
		await context.addInitScript(() => {
			const tasks: number[] = [];
			Object.assign(globalThis, { tasks });
			new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
		});
		const page = await context.newPage();
		const lines: string[] = [];
		const measure = async (name: string, act: () => Promise<unknown>) => {
			await page.evaluate(() => ((globalThis as unknown as { tasks?: number[] }).tasks ?? []).splice(0)).catch(() => undefined);
			const longest = await traceTasks(page);
			const begun = performance.now();
			await act();
			const wall = performance.now() - begun;
			await page.waitForTimeout(1500);
			const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks.slice());
			lines.push(`${name}: ${wall.toFixed(0)} ms; ${tasks.length} tasks over 50 ms, the longest ${Math.max(0, ...tasks).toFixed(0)} ms (of the processor ${(await longest()).toFixed(0)} ms), ${tasks.reduce((sum, task) => sum + task, 0).toFixed(0)} ms together`);
		};
		/** Lines that look alike are one path, each a stretch of it. */
		const stretches = (wanted: number) => [...document.querySelectorAll('[role="img"] svg path')].reduce((sum, path) => sum + ((path.getAttribute('d') ?? '').match(/M/g)?.length ?? 0), 0) >= wanted;
		const drawn = () => page.waitForFunction(stretches, RUNS, { timeout: 120_000 });
		await measure('open', async () => {
			await page.goto(address);
			await drawn();
		});
		await measure('logarithmic', () => page.getByRole('checkbox').first().check());
		await measure('point at a run', () => page.locator('table a').nth(3).hover());
		await measure('scroll to the end and back', async () => {
			await page.mouse.wheel(0, 20_000);
			await page.mouse.wheel(0, -20_000);
		});
		return lines;
	} finally {
		await browser.close();
	}
}

/** What comparing many long runs takes: the API call, and its page in a browser. */
export async function comparing({ url, base, web }: Ground): Promise<void> {
	const place = await fillComparisons(url, { slug: 'compared', comparisons: 1, overlap: 1 });
	const [owner] = await makeAnnotators(url, place.projectId, 1);
	const userId = owner?.userId ?? '';
	const client = connect(url, { poolSize: 1, applicationName: 'bench' });
	await client.db.transaction((tx) => checkpoints.insertBase(tx, { projectId: place.projectId, location: 'bundled:smollm2-135m-instruct' }));
	const sql = postgres(url, { max: 1 });
	await sql`update memberships set role = 'owner' where user_id = ${userId}`;
	const [round] = await sql<{ id: string }[]>`select id from rounds where project_id = ${place.projectId}`;
	await sql.end();
	const ids = await fillRuns(url, { projectId: place.projectId, roundId: round?.id ?? '', userId });
	const session = await openSession(client.db, { secureCookies: false }, userId);
	await client.close();
	console.log(`Comparing ${RUNS} runs of ${STEPS.toLocaleString('en')} steps (load ${loadavg()[0]?.toFixed(1) ?? ''})`);
	const headers = { cookie: `${session.name}=${session.value}` };
	for (const [metric, axis] of [['loss', 'step'], ['rewards/margins', 'time']]) {
		const took: number[] = [];
		let bytes = 0;
		for (let time = 0; time < TIMES; time++) {
			const begun = performance.now();
			const response = await fetch(`${base}/api/v1/projects/compared/runs/compare?runs=${ids.join(',')}&metric=${encodeURIComponent(metric ?? '')}&axis=${axis ?? ''}`, { headers });
			bytes = (await response.arrayBuffer()).byteLength;
			if (!response.ok) throw new Error(`answered ${response.status}`);
			took.push(performance.now() - begun);
		}
		console.log(`  API, ${metric ?? ''} by ${axis ?? ''}: p50 ${quantile(took, 0.5).toFixed(0)} ms, slowest ${Math.max(...took).toFixed(0)} ms, ${(bytes / 1e6).toFixed(1)} MB; web process at its peak ${peakMb(web).toFixed(0)} MB`);
	}
	const address = `${base}/projects/compared/runs/compare?${new URLSearchParams(ids.map((id) => ['run', id]))}`;
	for (const line of await inBrowser(address, { name: session.name, value: session.value, url: base })) console.log(`  page, ${line}`);
	console.log(`  (load ${loadavg()[0]?.toFixed(1) ?? ''})`);
}
