/**
 * `npm run demo:round`: one whole alignment round against a running `npm start`, without a browser.
 * Simulated annotators judge through the public API; everything after that is real.
 */
import { parseArgs } from 'node:util';
import { createApi, DemoTrouble } from './demo/api.ts';
import { heldOutLines, untilAnswered, untilEvaluated } from './demo/checkpoint.ts';
import { followRun, untilBegun } from './demo/follow-run.ts';
import type { Run } from './demo/follow-run.ts';
import { judgeTogether } from './demo/judge.ts';
import { readPeople } from './demo/people.ts';
import type { People } from './demo/people.ts';
import { clock, sparingly, stage } from './demo/print.ts';
import type { StageTimes } from './demo/print.ts';
import { knowingJudges } from './demo/round-1-judges.ts';
import { decide, judgeRound2 } from './demo/round-2.ts';
import { carefulAnswers } from './demo/written-answers.ts';
import { readSettings } from './start/settings.mjs';

const SLUG = 'law-firm';
const HELP = `npm run demo:round -- [options]

  Plays a whole round on the demo project "${SLUG}" of a running npm start.

  --error-rate 0.06   share of simulated verdicts that are wrong
  --tie-rate 0.04     share that are a tie
  --seed text         the same seed, the same verdicts (default: demo)
  --judge-round-2     also judge round 2 by a rule-based utility and decide

  PLUMBLINE_URL       address of Plumbline (default: HOST and PORT as npm start reads them)
  PLUMBLINE_DATA_DIR  data folder with demo-accounts.json (default: .plumbline)`;

type Options = { errorRate: number; tieRate: number; seed: string; judgeRound2: boolean };
type Round = { number: number; status: string; comparisons: number; complete: number; exhausted: number; closed: number; identical: number; judgments: number };

const rounds = async (people: People): Promise<Round[]> => (await people.engineer.api.get<{ rounds: Round[] }>(`/projects/${SLUG}/rounds`)).rounds;

function readOptions(argv: string[]): Options {
	const { values } = parseArgs({
		args: argv,
		options: {
			'error-rate': { type: 'string', default: '0.06' },
			'tie-rate': { type: 'string', default: '0.04' },
			seed: { type: 'string', default: 'demo' },
			'judge-round-2': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false }
		}
	});
	if (values.help) {
		console.log(HELP);
		process.exit(0);
	}
	const [errorRate, tieRate] = [Number(values['error-rate']), Number(values['tie-rate'])];
	if (!(errorRate >= 0 && tieRate >= 0 && errorRate + tieRate <= 1)) throw new DemoTrouble('--error-rate and --tie-rate are shares from 0 to 1 that add up to at most 1.');
	return { errorRate, tieRate, seed: values.seed, judgeRound2: values['judge-round-2'] };
}

async function judgeRound1(people: People, options: Options): Promise<void> {
	const careful = await carefulAnswers();
	const judges = knowingJudges(careful, { error: options.errorRate, tie: options.tieRate }, options.seed);
	console.log(`  ${people.annotators.length} simulated annotators, ${100 * options.errorRate} % errors, ${100 * options.tieRate} % ties, seed "${options.seed}"`);
	const say = sparingly(5000);
	const judged = await judgeTogether(people.annotators, SLUG, judges, (total) => say(() => `  ${total} judgments`));
	for (const { name, verdicts, surplus } of judged) {
		const decided = verdicts.left + verdicts.right;
		console.log(`  ${name.padEnd(14)} ${decided + verdicts.tie} judged: ${verdicts.left} left, ${verdicts.right} right, ${verdicts.tie} ties${verdicts.cannot_judge > 0 ? `, ${verdicts.cannot_judge} not known to the demo` : ''}${surplus > 0 ? `, ${surplus} surplus` : ''}`);
	}
	const [first] = await rounds(people);
	if (!first || first.complete < first.comparisons) throw new DemoTrouble(`Only ${first?.complete ?? 0} of ${first?.comparisons ?? 0} comparisons are complete. Somebody holds a lease or judged by hand; wait for the lease (15 minutes) and run it again.`);
	console.log(`  ${first.complete} comparisons complete with ${first.judgments} counting judgments`);
}

/** The run of round 1 that an earlier, interrupted demo started; else a new snapshot and run with defaults. */
async function snapshotAndRun(people: People): Promise<string> {
	const { api } = people.engineer;
	const { runs } = await api.get<{ runs: Run[] }>(`/projects/${SLUG}/runs`);
	const earlier = runs.find((run) => run.status !== 'failed' && run.status !== 'cancelled');
	if (earlier) {
		console.log(`  going on with the run that is there (${earlier.status})`);
		return earlier.id;
	}
	type Frozen = { id: string; sha256: string; rows: { train: number; dev: number; test: number }; dropped: Record<string, number> };
	const { body: snapshot } = await api.post<Frozen>(`/projects/${SLUG}/snapshots`, { objective: 'dpo' });
	if (!snapshot) throw new DemoTrouble('The snapshot was not made.');
	const dropped = Object.entries(snapshot.dropped).map(([reason, n]) => `${n} ${reason}`);
	console.log(`  ${snapshot.rows.train} rows train, ${snapshot.rows.dev} dev, ${snapshot.rows.test} test; judgments dropped: ${dropped.join(', ') || 'none'}`);
	console.log(`  sha256 ${snapshot.sha256}`);
	const { body: run } = await api.post<{ id: string }>(`/projects/${SLUG}/runs`, { snapshotId: snapshot.id });
	if (!run) throw new DemoTrouble('The run was not made.');
	return run.id;
}

async function playRound(address: string, people: People, options: Options): Promise<void> {
	const times: StageTimes = [];
	const { api } = people.engineer;
	if ((await rounds(people)).length === 1) await stage(times, 'Judging round 1', () => judgeRound1(people, options));
	else console.log('Round 1 was played before; these are its figures.');
	const runId = await stage(times, 'Snapshot', () => snapshotAndRun(people));
	await stage(times, 'Waiting for a worker', () => untilBegun(api, runId));
	const run = await stage(times, 'Training (DPO)', () => followRun(api, runId));
	const evaluated = await stage(times, 'Held-out evaluation', async () => {
		const done = await untilEvaluated(api, run.checkpoint.id);
		for (const line of [`  checkpoint ${done.name}, ${run.step} steps on ${run.snapshot.rows} rows`, ...heldOutLines(done)]) console.log(line);
		return done;
	});
	const answered = await stage(times, 'Answers for round 2', async () => {
		const done = await untilAnswered(api, run.checkpoint.id);
		const second = (await rounds(people)).find((round) => round.number === done.generation?.intoRound);
		if (!second || second.comparisons === 0) throw new DemoTrouble('Round 2 holds no comparisons.');
		console.log(`  round ${second.number}: ${second.comparisons} comparisons of ${evaluated.parent?.name ?? 'its parent'} with ${done.name}, ${second.identical} identical pairs left out`);
		return done;
	});
	if (options.judgeRound2) {
		await stage(times, 'Judging round 2', () => judgeRound2(people, SLUG, options.seed));
		const judged = await api.get<typeof answered>(`/checkpoints/${answered.id}`);
		await stage(times, 'Decision', () => decide(people, judged));
	}
	console.log('\n── Times');
	for (const { name, seconds } of times) console.log(`  ${name.padEnd(22)} ${clock(seconds).padStart(6)}`);
	console.log(`  ${'in all'.padEnd(22)} ${clock(times.reduce((sum, { seconds }) => sum + seconds, 0)).padStart(6)}`);
	console.log('\n── Next');
	if (options.judgeRound2) console.log(`  The checkpoint beside its parent, with the decision: ${address}/projects/${SLUG}`);
	else console.log(`  Sign in as an annotator and judge round 2, blind: ${address}/projects/${SLUG}/compare\n  Or let the simulated annotators do it: npm run demo:round -- --judge-round-2`);
}

try {
	const options = readOptions(process.argv.slice(2));
	const { probe, dataDir } = readSettings(process.env);
	const address = (process.env['PLUMBLINE_URL'] ?? probe).replace(/\/+$/, '');
	const people = await readPeople(address, dataDir);
	await createApi(address, '').get('/healthz');
	console.log(`Plumbline at ${address}, project ${SLUG}`);
	await playRound(address, people, options);
} catch (error) {
	const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
	console.error(`\n${error instanceof DemoTrouble || wrongOption ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	process.exitCode = 1;
}
