import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BENCHMARK_HUBS, LETTERS, questionsOf } from '#lib/domain/suite/benchmark.ts';
import type { Benchmark, BenchmarkHub, QuestionScore } from '#lib/domain/suite/benchmark.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { OFFLINE_ENV, engineEnv } from '../engine/swift/engine-env.ts';
import { hubEnv } from '../engine/swift/hub-models.ts';
import { run } from '../process/run.ts';

const SCRIPT = fileURLToPath(new URL('./python/run_benchmark.py', import.meta.url));

/** Where this worker gets public benchmarks from. */
export const benchmarkHub = (): BenchmarkHub => BENCHMARK_HUBS.find((one) => one === process.env.PLUMBLINE_BENCHMARK_HUB) ?? BENCHMARK_HUBS[0];

/** How long fetching a public one's questions may take, and starting EvalScope. */
const START_MS = 1_800_000;
/** A question reaches the model, and its answer comes, no slower than this on what can serve a suite at all. */
const QUESTION_MS = 5000;
const TOKENS_A_SECOND = 50;
/** No benchmark holds a device for longer. */
const LONGEST_MS = 86_400_000;

/** How long a benchmark may take before it is taken for one that hangs, in milliseconds. Pure. */
export function limitOf(benchmark: Benchmark): number {
	return Math.min(LONGEST_MS, START_MS + questionsOf(benchmark) * (QUESTION_MS + (1000 * benchmark.maxTokens) / TOKENS_A_SECOND));
}

/** A model that answers, and where what is fetched and written may lie. */
export type BenchmarkPlace = {
	python: string;
	server: { baseUrl: string; model: string; apiKey: string; concurrency: number };
	/** Where public ones come from. */
	hub: BenchmarkHub;
	/** Folder of this run alone; it is emptied first and removed afterwards, since EvalScope writes every answer into it. */
	dir: string;
	/** Caches of this host. */
	cacheDir: string;
};

/** A benchmark as the script reads it: rows in EvalScope's form. Pure. */
export function jobOf(benchmark: Benchmark, { server, dir, cacheDir, hub }: Omit<BenchmarkPlace, 'python'>): Record<string, unknown> {
	const { system, maxTokens } = benchmark;
	const shared = { system, max_tokens: maxTokens, concurrency: server.concurrency, base_url: server.baseUrl, model: server.model, work_dir: dir, cache_dir: join(cacheDir, 'benchmarks', hub), hub };
	switch (benchmark.kind) {
		case 'qa':
			return { ...shared, dataset: 'general_qa', metric: 'Rouge-L-F', questions: benchmark.questions.map(({ question, answer }) => ({ query: question, response: answer })) };
		case 'mcq':
			return {
				...shared,
				dataset: 'general_mcq',
				metric: 'accuracy',
				language: benchmark.language,
				questions: benchmark.questions.map(({ question, choices, answer }) => ({ question, ...Object.fromEntries(choices.map((choice, place) => [LETTERS[place], choice])), answer }))
			};
		case 'public':
			return { ...shared, dataset: benchmark.dataset, limit: benchmark.limit };
	}
}

/** What a failed run says, without the addresses and words that EvalScope's own message may hold. */
export function explainBenchmark(kind: Benchmark['kind'], stderr: string): Parameters<typeof problem> {
	const last = /^[\w.]*?(\w*(?:Error|Exception|Timeout))\b/.exec(stderr.trim().split('\n').at(-1) ?? '')?.[1];
	const why = last ? ` (${last})` : '';
	if (/No space left|Disk quota/.test(stderr)) return ['benchmark_failed', 'There is no room for the benchmark’s files on this worker.', 'Free space in the worker’s folder, then run the suite again.'];
	if (kind === 'public' && /hub|download|ConnectionError|ConnectError|OfflineMode|DatasetNotFound|resolve/i.test(stderr)) {
		return ['benchmark_unreachable', `The questions could not be fetched from the hub${why}.`, 'Look at the worker’s way to the hub (HTTPS_PROXY, HF_ENDPOINT, PLUMBLINE_BENCHMARK_HUB), or bring the questions as an own benchmark.'];
	}
	return ['benchmark_failed', `The benchmark broke off${why}.`, 'Run the suite again; if it stays so, the model may be giving what EvalScope cannot read.'];
}

const hours = (ms: number): string => (ms / 3_600_000).toFixed(1);

/**
 * Asks a served model a benchmark's questions with EvalScope and gives what each of them scored. All of them or none: a
 * mean over the questions that happened to be answered would be another benchmark.
 * @param options.timeoutMs default: `limitOf` the benchmark
 */
export async function runBenchmark(benchmark: Benchmark, place: BenchmarkPlace, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<Outcome<QuestionScore[]>> {
	const { dir, cacheDir } = place;
	await rm(dir, { recursive: true, force: true });
	await mkdir(dir, { recursive: true });
	try {
		const [job, scores] = [join(dir, 'job.json'), join(dir, 'scores.json')];
		await writeFile(job, JSON.stringify(jobOf(benchmark, place)));
		// Own questions need nothing from outside, and shall not look for it.
		const env = engineEnv(join(cacheDir, 'benchmarks'), { ...(benchmark.kind === 'public' ? { ...hubEnv(), PYTHONUTF8: '1' } : OFFLINE_ENV), PLUMBLINE_SERVER_KEY: place.server.apiKey });
		const timeoutMs = options.timeoutMs ?? limitOf(benchmark);
		const late = AbortSignal.timeout(timeoutMs);
		const { code, stderr } = await run([place.python, SCRIPT, job, scores], { env, cwd: dir, signal: options.signal ? AbortSignal.any([options.signal, late]) : late });
		if (code === null && late.aborted) return problem('benchmark_late', `The benchmark was not done in ${hours(timeoutMs)} hours: the hub or the model hangs, or it asks for more than a day’s answers.`, 'Look at the worker’s way to the hub, or ask fewer questions or for fewer tokens; then run the suite again.');
		if (code !== 0) return problem(...explainBenchmark(benchmark.kind, stderr.slice(-20_000)));
		const told = JSON.parse(await readFile(scores, 'utf8')) as { scores: QuestionScore[] } | { missing: number };
		if ('missing' in told) return problem('benchmark_incomplete', `${told.missing} of the questions got no score.`, 'Run the suite again; if it stays so, look at these questions’ answers.');
		return value(told.scores);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}
