import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { singleAnswerFigures } from '#lib/domain/single-answer-figures.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import { verifyAdapter } from '../../workers/engine/swift/verify.ts';
import { findOrphans } from '../../workers/process/groups.ts';
import { pairRows, pairs, singleRows, writeRows } from './rows.ts';
import { must, recipe, steps, train } from './train.ts';
import type { Attempt } from './train.ts';

const { environment, model, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'cache'), threads: 2 };
let first: Attempt;

describe('DPO', () => {
	it('trains, tells its steps, and leaves a checkpoint that loads', async () => {
		first = await train('dpo', { recipe: recipe('dpo') });
		const checkpoint = must(first.outcome);
		expect(checkpoint).toMatchObject({ step: 6, maxSteps: 6, rows: 24, stoppedEarly: false });
		expect([...new Set(steps(first.events))]).toEqual([1, 2, 3, 4, 5, 6]);
		expect(first.events).toContainEqual({ type: 'rows', count: 24 });
		expect(first.events.filter((event) => event.type === 'checkpoint').map((event) => event.step)).toEqual([3, 6]);
		expect(first.events.filter((event) => event.type === 'phase').map((event) => event.phase)).toEqual(['loading', 'training', 'finished']);
		expect(checkpoint.metrics).toHaveProperty('rewards/margins');
		expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts))).toMatchObject({ rank: 4, changed: true });
	});

	it('keeps people’s texts out of the events', () => {
		const told = JSON.stringify(first.events);
		expect(told).not.toContain('depends on the facts');
		expect(told).not.toContain('surely win');
	});

	it('is scored by us as by its trainer, up to the last updates', async () => {
		const rows = await writeRows(join(dir, 'score.jsonl'), pairs(24));
		const output = join(dir, 'scored.jsonl');
		const path = must(first.outcome).path;
		const progress: string[] = [];
		const scored = must(await scoreRows(environment, { model, checkpoints: { run: { kind: 'adapter', path } }, rows, output }, { ...scripts, onProgress: (done, total, label) => progress.push(`${label} ${done}/${total}`) }));
		const zero = { chosen: NaN, rejected: NaN };
		const margins = scored.map(({ logps: { base = zero, run = zero } }) => run.chosen - base.chosen - ((run.rejected ?? 0) - (base.rejected ?? 0)));
		const mean = 0.1 * (margins.reduce((sum, margin) => sum + margin, 0) / margins.length);
		// The trainer measures the last batch before the last update, with dropout; the last updates are small.
		const trainer = must(first.outcome).metrics['rewards/margins'];
		expect(mean).toBeGreaterThan(0);
		expect(Math.abs(mean - (trainer ?? NaN)) / (trainer ?? NaN)).toBeLessThan(0.3);
		expect(scored[0]?.tokens.chosen).toBeGreaterThan(10);
		expect(progress.at(-1)).toBe('run 48/48');
	});

	it('is not scored once its weights are no numbers any more', async () => {
		const broken = join(dir, 'not-a-number');
		await cp(must(first.outcome).path, broken, { recursive: true });
		const weights = await readFile(join(broken, 'adapter_model.safetensors'));
		// All ones is NaN in every floating-point format.
		await writeFile(join(broken, 'adapter_model.safetensors'), weights.fill(0xff, 8 + Number(weights.readBigUInt64LE(0))));
		const rows = await writeRows(join(dir, 'score-broken.jsonl'), pairs(4));
		const scored = await scoreRows(environment, { model, checkpoints: { checkpoint: { kind: 'adapter', path: broken } }, rows, output: join(dir, 'scored-broken.jsonl') }, scripts);
		expect(scored).toMatchObject({ ok: false, problem: { code: 'not_finite', message: 'The checkpoint gives 4 of 4 held-out rows no finite probability.' } });
	});
});

describe('the second round', () => {
	let killed: Attempt;

	it('starts on the first one’s adapter with it as reference, and dies by kill -9', async () => {
		const parentAdapter = must(first.outcome).path;
		killed = await train(
			'second-a',
			{ recipe: recipe('dpo', { maxSteps: 40, saveSteps: 4 }), parentAdapter },
			{ onEvent: (event, { pid }) => void (event.type === 'metrics' && event.step >= 10 && process.kill(-pid, 'SIGKILL')) }
		);
		expect(killed.exit).toMatchObject({ signal: 'SIGKILL', reason: 'exited' });
		expect(killed.outcome).toMatchObject({ ok: false, problem: { code: 'killed' } });
		// With itself as reference the margin starts again at zero.
		expect(killed.events.find((event) => event.type === 'metrics')).toMatchObject({ step: 1, values: { 'rewards/margins': 0 } });
		expect(await findOrphans(killed.prepared.request.attempt)).toEqual([]);
	});

	it('goes on from its last whole checkpoint and ends at the same step', async () => {
		const resumed = await train('second-b', { ...killed.prepared.request, attempt: 'second-b', dir: join(dir, 'second-b'), resumeFrom: killed.prepared.request.dir });
		const from = resumed.prepared.resumeCheckpoint?.step ?? 0;
		expect(from).toBeGreaterThanOrEqual(8);
		const checkpoint = must(resumed.outcome);
		expect(checkpoint).toMatchObject({ step: 40, maxSteps: 40, rows: 24 });
		expect(Math.min(...steps(resumed.events))).toBe(from + 1);
		// The step after the checkpoint gives the same figures as before the crash: adapter, optimizer, reference and order are back.
		const again = (attempt: Attempt) => attempt.events.find((event) => event.type === 'metrics' && event.step === from + 1);
		const speed = { 'train_speed(s/it)': expect.any(Number) };
		const before = again(killed);
		expect(again(resumed)).toEqual({ ...before, values: { ...(before?.type === 'metrics' ? before.values : {}), ...speed } });
		expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts)).changed).toBe(true);
	});
});

it('KTO trains on rows that collide under its seed, drops a remainder of one, and learns to tell the good from the bad; answers judged alone are scored as within a pair', async () => {
	const rows = singleRows(pairs(49));
	for (let i = 0; i < 8; i += 1) Object.assign(rows[i * 3]?.messages[2] ?? {}, { content: 'I cannot answer that.' });
	const { outcome, prepared, events } = await train('kto', { recipe: recipe('kto', { maxSteps: 40, saveSteps: 40, learningRate: 1e-3 }) }, { rows });
	expect(prepared.dataSeed).not.toBe(42);
	expect(prepared.dropped).toEqual([{ index: 48, reason: 'kto_remainder' }]);
	expect(must(outcome)).toMatchObject({ step: 40, rows: 48 });
	expect(events.some((event) => event.type === 'metrics' && 'kl' in event.values)).toBe(true);
	const checkpoints = { checkpoint: { kind: 'adapter' as const, path: must(outcome).path } };
	// Questions it never trained on, each with its good and its bad answer.
	const held = pairs(73).slice(49);
	const alone = held.flatMap(({ id, messages, chosen, rejected }) => [{ id: `${id} good`, messages, chosen }, { id: `${id} bad`, messages, chosen: [{ role: 'assistant', content: rejected }] }]);
	const score = async (name: string, rows: unknown[]) => must(await scoreRows(environment, { model, checkpoints, rows: await writeRows(join(dir, `${name}.jsonl`), rows), output: join(dir, `${name}-scored.jsonl`) }, scripts));
	const [together, single] = [await score('held-pairs', held), await score('held-alone', alone)];
	expect(single.map(({ id }) => id)).toEqual(alone.map(({ id }) => id));
	for (const { id, logps, tokens } of together) {
		const [good, bad] = [`${id} good`, `${id} bad`].map((name) => single.find((row) => row.id === name));
		for (const name of ['base', 'checkpoint']) {
			expect(good?.logps[name]?.chosen).toBeCloseTo(logps[name]?.chosen ?? NaN, 2);
			expect(bad?.logps[name]?.chosen).toBeCloseTo(logps[name]?.rejected ?? NaN, 2);
			expect(good?.logps[name]).not.toHaveProperty('rejected');
		}
		expect([good?.tokens, bad?.tokens]).toEqual([{ chosen: tokens.chosen }, { chosen: tokens.rejected }]);
	}
	const figures = singleAnswerFigures(
		single.map(({ id, logps, tokens }) => ({ group: id.split(' ')[0] ?? id, good: id.endsWith('good'), logps: { base: logps['base']?.chosen ?? NaN, checkpoint: logps['checkpoint']?.chosen ?? NaN }, tokens: tokens.chosen })),
		{ seed: 'engine' }
	);
	expect(figures).toMatchObject({ good: 24, bad: 24, notFinite: 0, tooFew: false });
	expect(figures.auc?.value).toBeGreaterThan(0.8);
});

it('ORPO trains; a graceful stop keeps a checkpoint, and exit code 0 is not taken for done', async () => {
	let asked = false;
	const { exit, outcome, events } = await train(
		'stopped',
		{ recipe: recipe('orpo', { maxSteps: 2000, saveSteps: 1000 }) },
		{
			acceptEarlyStop: true,
			onEvent: (event, { stop }) => {
				if (asked || event.type !== 'metrics' || event.step < 3) return;
				asked = true;
				stop();
			}
		}
	);
	expect(exit).toMatchObject({ code: 0, reason: 'stopped' });
	expect(events.find((event) => event.type === 'metrics')).toMatchObject({ values: { nll_loss: expect.any(Number) } });
	const checkpoint = must(outcome);
	expect(checkpoint).toMatchObject({ stoppedEarly: true, rows: 24 });
	expect(checkpoint.step).toBeGreaterThanOrEqual(3);
	expect(checkpoint.step).toBeLessThan(2000);
});

it('a failure is explained', async () => {
	const rows = pairRows(pairs(4));
	Object.assign(rows[2]?.messages[1] ?? {}, { content: `Question?${' And then?'.repeat(100)}` });
	const { exit, outcome, prepared } = await train('failing', { recipe: recipe('dpo') }, { rows });
	expect(exit.code).toBe(1);
	expect(outcome).toMatchObject({ ok: false, problem: { code: 'row_too_long', message: expect.stringMatching(/A row has \d+ tokens, the recipe allows 256/) } });
	expect(await readFile(join(prepared.request.dir, 'engine.log'), 'utf8')).toContain('Traceback');
});
