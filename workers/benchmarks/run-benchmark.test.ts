import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Benchmark, SCORER } from '#lib/domain/suite/benchmark.ts';
import { lockedPackages } from '../engine/swift/install.ts';
import { run } from '../process/run.ts';
import { explainBenchmark, jobOf, limitOf, runBenchmark } from './run-benchmark.ts';

const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
const names = (lock: string) => [...lock.matchAll(/^([a-z0-9._-]+)==/gm)].map(([, name]) => name);

describe('the lock of what runs benchmarks', () => {
	it('pins the release that scores are kept by, each package with hashes, and none that lies beneath', async () => {
		const [own, beneath] = [await read('./python/requirements.lock'), await read('../engine/swift/python/requirements.lock')];
		expect(own).toContain(`${SCORER.replace(' ', '==')} \\`);
		expect(lockedPackages(own)).toBe(names(own).length);
		for (const entry of own.split(/^(?=[a-z0-9])/m).slice(1)) expect(entry).toContain('--hash=sha256:');
		expect(names(own).filter((name) => names(beneath).includes(name))).toEqual([]);
		for (const name of ['requirements.lock', 'requirements.in']) expect(await read(`./python/${name}`)).not.toMatch(/:\/\/|--(index-url|extra-index-url|find-links) \S/);
	});
});

describe('a benchmark’s job', () => {
	const place = { server: { baseUrl: 'http://127.0.0.1:1/v1', model: 'm', apiKey: 'k', concurrency: 8 }, hub: 'modelscope', dir: '/d', cacheDir: '/c' } as const;
	const job = (benchmark: Record<string, unknown>) => jobOf(v.parse(Benchmark, { name: 'n', ...benchmark }), place);

	it('has its rows in EvalScope’s form', () => {
		expect(job({ kind: 'qa', questions: [{ question: 'q', answer: 'a' }] })).toMatchObject({ dataset: 'general_qa', metric: 'Rouge-L-F', questions: [{ query: 'q', response: 'a' }], max_tokens: 256, system: null });
		expect(job({ kind: 'mcq', language: 'zh', system: 's', questions: [{ question: 'q', choices: ['x', 'y'], answer: 'B' }] })).toMatchObject({ dataset: 'general_mcq', language: 'zh', system: 's', questions: [{ question: 'q', A: 'x', B: 'y', answer: 'B' }] });
		expect(job({ kind: 'public', dataset: 'gsm8k', limit: 7 })).toMatchObject({ dataset: 'gsm8k', limit: 7, hub: 'modelscope', cache_dir: '/c/benchmarks/modelscope' });
		expect(job({ kind: 'public', dataset: 'gsm8k' })).not.toHaveProperty('questions');
	});
});

describe('the time of a benchmark', () => {
	it('grows with its questions and their tokens, up to a day', () => {
		const of = (benchmark: Record<string, unknown>) => limitOf(v.parse(Benchmark, { name: 'n', kind: 'public', ...benchmark })) / 60_000;
		expect(of({ dataset: 'gsm8k', limit: 60, maxTokens: 250 })).toBe(40);
		expect(of({ dataset: 'arc', limit: 60, maxTokens: 250 })).toBe(50);
		expect(of({ dataset: 'cmmlu', maxTokens: 1024 })).toBe(24 * 60);
	});

	it('over, ends what hangs and says so', async () => {
		const dir = await mkdtemp(join(tmpdir(), 'plumbline-benchmark-'));
		try {
			const python = join(dir, 'hangs');
			await writeFile(python, '#!/bin/sh\nexec sleep 600\n');
			await chmod(python, 0o755);
			const place = { python, server: { baseUrl: 'http://127.0.0.1:1/v1', model: 'm', apiKey: 'k', concurrency: 1 }, hub: 'modelscope', dir: join(dir, 'run'), cacheDir: dir } as const;
			const ended = await runBenchmark(v.parse(Benchmark, { name: 'n', kind: 'public', dataset: 'gsm8k' }), place, { timeoutMs: 50 });
			expect(ended).toMatchObject({ ok: false, problem: { code: 'benchmark_late', message: expect.stringContaining('was not done in') as string } });
		} finally {
			await rm(dir, { recursive: true, force: true });
		}
	}, 30_000);
});

describe('what EvalScope noted', () => {
	const SCRIPTS = fileURLToPath(new URL('./python', import.meta.url));
	type Noted = { index: number; asked: string; score?: number };
	/** What the script makes of notes as EvalScope leaves them: of what was asked, and of what was looked over. */
	async function read(notes: readonly Noted[]): Promise<[string | null, number | null][]> {
		const dir = await mkdtemp(join(tmpdir(), 'plumbline-noted-'));
		try {
			const turns = ({ index, asked }: Noted) => [{ id: `turn of ${JSON.stringify(notes)}`, role: 'user', content: asked }, { role: 'assistant', content: `said of ${index}` }];
			const kinds = {
				predictions: notes.map((note) => ({ index: note.index, messages: turns(note) })),
				reviews: notes.flatMap((note) => (note.score === undefined ? [] : [{ index: note.index, target: ['yes'], messages: turns(note), sample_score: { score: { value: { acc: note.score }, status: 'success', main_score_name: 'acc' } } }]))
			};
			for (const [kind, rows] of Object.entries(kinds)) {
				await mkdir(join(dir, 'out', kind, 'm'), { recursive: true });
				await writeFile(join(dir, 'out', kind, 'm', 'law_default.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
			}
			const { stdout, stderr } = await run(['python3', '-B', '-c', 'import json, sys\nsys.path.insert(0, sys.argv[1])\nimport run_benchmark\nprint(json.dumps(run_benchmark.scores({"work_dir": sys.argv[2]})))', SCRIPTS, dir]);
			expect(stderr).toBe('');
			return JSON.parse(stdout) as [string | null, number | null][];
		} finally {
			await rm(dir, { recursive: true, force: true });
		}
	}

	it('is told by question, whatever its place and whatever was answered', async () => {
		const [first, second] = await read([{ index: 0, asked: 'Is it due?', score: 1 }, { index: 1, asked: 'Is it void?', score: 0 }]);
		expect([first?.[1], second?.[1]]).toEqual([1, 0]);
		expect(first?.[0]).toMatch(/^[0-9a-f]{64}$/);
		expect(await read([{ index: 0, asked: 'Is it void?', score: 0.5 }, { index: 1, asked: 'Is it due?', score: 0 }])).toEqual([[second?.[0], 0.5], [first?.[0], 0]]);
	});

	it('has no score of a question that was asked and never looked over', async () => {
		expect((await read([{ index: 0, asked: 'Is it due?', score: 1 }, { index: 1, asked: 'Is it void?' }])).map(([, score]) => score)).toEqual([1, null]);
	});
});

describe('what a benchmark that broke off says', () => {
	it('names the kind of failure and none of its words', () => {
		const hub = explainBenchmark('public', 'Traceback\nmodelscope_hub._download_control._DownloadDeadlineError: [E1001] https://user:secret@hub.example');
		expect(hub).toEqual(['benchmark_unreachable', 'The questions could not be fetched from the hub (_DownloadDeadlineError).', expect.stringContaining('PLUMBLINE_BENCHMARK_HUB') as string]);
		expect(explainBenchmark('qa', 'x\nKeyError: a client’s words')).toEqual(['benchmark_failed', 'The benchmark broke off (KeyError).', expect.any(String) as string]);
		expect(explainBenchmark('public', 'OSError: [Errno 28] No space left on device')[1]).toContain('no room');
	});
});
