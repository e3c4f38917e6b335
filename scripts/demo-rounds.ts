/**
 * `npm run demo:rounds`: three alignment rounds by themselves against a running
 * `npm start`, over the public API. People are simulated from a stated utility;
 * models, trainings, answers, checks, gate and ranking are real.
 */
import { parseArgs } from 'node:util';
import { createApi, DemoTrouble } from './demo/api.ts';
import type { Checkpoint } from './demo/checkpoint.ts';
import { readPeople } from './demo/people.ts';
import type { People } from './demo/people.ts';
import { clock } from './demo/print.ts';
import type { StageTimes } from './demo/print.ts';
import { onQuestions, readBehaviour } from './demo/rounds/checks.ts';
import { readMaterial, ROUNDS } from './demo/rounds/material.ts';
import type { Material } from './demo/rounds/material.ts';
import { play } from './demo/rounds/play.ts';
import type { Played } from './demo/rounds/play.ts';
import { settleProject } from './demo/rounds/project.ts';
import type { CheckNames } from './demo/rounds/project.ts';
import { behaviourTable, differenceTable, fallsSignificantly, peopleTable, rankingTable, SIGNIFICANT } from './demo/rounds/tables.ts';
import type { Ranking } from './demo/rounds/tables.ts';
import { readSettings } from './start/settings.mjs';

const HELP = `npm run demo:rounds -- [options]

  Plays three rounds in a project of their own on a running npm start: judging,
  DPO, answers, checks, gate and decision, three times; then a control that is
  trained on the chosen answers alone. An interrupted one goes on where it stood.

  --project three-rounds   the project; another name, another game
  --seed text              the same seed, the same verdicts (default: demo)
  --rounds 3               how many of the three; the rest and the control can follow later
  --steps 24               steps of each round's training
  --legacy-steps 40        steps that make the legacy assistant
  --no-control             without the control

  PLUMBLINE_URL       address of Plumbline (default: HOST and PORT as npm start reads them)
  PLUMBLINE_DATA_DIR  data folder with demo-accounts.json (default: .plumbline)`;

type Options = { slug: string; seed: string; rounds: number; steps: number; legacySteps: number; withControl: boolean };

function readOptions(argv: string[]): Options {
	const { values } = parseArgs({
		args: argv,
		options: { project: { type: 'string', default: 'three-rounds' }, seed: { type: 'string', default: 'demo' }, rounds: { type: 'string', default: String(ROUNDS) }, steps: { type: 'string', default: '24' }, 'legacy-steps': { type: 'string', default: '40' }, 'no-control': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } }
	});
	if (values.help) {
		console.log(HELP);
		process.exit(0);
	}
	const [rounds, steps, legacySteps] = [Number(values.rounds), Number(values.steps), Number(values['legacy-steps'])];
	if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS)) throw new DemoTrouble(`--rounds is a whole number from 1 to ${ROUNDS}.`);
	if (![steps, legacySteps].every((n) => Number.isInteger(n) && n >= 1)) throw new DemoTrouble('--steps and --legacy-steps are whole numbers of at least 1.');
	return { slug: values.project, seed: values.seed, rounds, steps, legacySteps, withControl: !values['no-control'] };
}

const section = (title: string, lines: readonly string[]): void => console.log(`\n── ${title}\n${lines.join('\n')}`);

/** The tables. Gives whether what shall fall fell significantly. */
async function tell(people: People, { slug, seed, unseen }: { slug: string; seed: string } & Pick<Material, 'unseen'>, checks: CheckNames, played: Played): Promise<boolean> {
	const { api } = people.engineer;
	const read = (of: { id: string; name: string }) => readBehaviour(api, of, checks);
	const [base, legacy] = [await read(played.base), await read(played.legacy)];
	const control = played.control ? [await read(played.control)] : [];
	const rounds = await Promise.all(played.rounds.map(({ checkpoint }) => read(checkpoint)));
	section(`Answers to ${legacy.overCommitting.size} test questions, by the suite's checks and the utility (95 % intervals, unit = question)`, behaviourTable([base, legacy, ...rounds, ...control], seed));
	section('Differences on the same questions (points and units; p by sign flips, two-sided, unit = question)', differenceTable([...rounds, ...control], legacy, seed));
	const last = rounds.at(-1);
	for (const one of control) if (last) console.log(differenceTable([last], one, seed).slice(1).join('\n'));
	const [before, after] = [onQuestions(legacy, unseen), last && onQuestions(last, unseen)];
	if (after) section(`The same on the ${before.overCommitting.size} of them that were written last, which decide`, [...behaviourTable([before, after], seed), ...differenceTable([after], before, seed).slice(1)]);
	const judged = await Promise.all([...played.rounds, ...(played.control ? [{ checkpoint: played.control, decision: 'none: a yardstick' }] : [])].map(async ({ checkpoint, decision }) => ({ checkpoint: await api.get<Checkpoint>(`/checkpoints/${checkpoint.id}`), decision })));
	section('People, on test questions, each checkpoint beside its parent', peopleTable(judged));
	const ranking = await api.get<Ranking>(`/projects/${slug}/ranking`);
	section(`Ranking by ${ranking.judgments} judgments on test questions (Bradley–Terry, 95 % intervals)`, rankingTable(ranking));
	return after !== undefined && (['overCommitting', 'vague'] as const).every((of) => fallsSignificantly(after, before, of, seed));
}

try {
	const { slug, ...chosen } = readOptions(process.argv.slice(2));
	const { probe, dataDir } = readSettings(process.env);
	const address = (process.env['PLUMBLINE_URL'] ?? probe).replace(/\/+$/, '');
	const people = await readPeople(address, dataDir);
	await createApi(address, '').get('/healthz');
	console.log(`Plumbline at ${address}, project ${slug}`);
	const times: StageTimes = [];
	const material = await readMaterial();
	const checks = await settleProject(people, slug, material);
	const played = await play({ people, slug, ...chosen, material, times });
	const fell = await tell(people, { slug, seed: chosen.seed, unseen: material.unseen }, checks, played);
	section('Times', [...times, { name: 'in all', seconds: times.reduce((sum, { seconds }) => sum + seconds, 0) }].map(({ name, seconds }) => `  ${name.padEnd(56)} ${clock(seconds).padStart(6)}`));
	console.log(`\nOver-commitment and vagueness ${fell ? 'fell' : 'DID NOT both fall'} from the legacy assistant to the last round, each with p < ${SIGNIFICANT}.\nAll of it, with reports and lineage: ${address}/projects/${slug}`);
	process.exitCode = fell ? 0 : 2;
} catch (error) {
	const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
	console.error(`\n${error instanceof DemoTrouble || wrongOption ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	process.exitCode = 1;
}
