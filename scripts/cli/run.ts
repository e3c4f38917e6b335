import type { Command } from 'commander';
import { MOST_PRIORITY } from '#lib/domain/next-run.ts';
import type { Api } from './api.ts';
import { download } from './download.ts';
import { misused, refused } from './ending.ts';
import { columns } from './speaker.ts';
import type { Speaker } from './speaker.ts';
import { collect, readJson, readSpan, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';
import { until } from './waiting.ts';

type WaitingFor = { code: string; message?: string; done?: number; total?: number; ahead?: number; labels?: string[] };
type Metrics = { step: number; values: Record<string, number> };

/** What is read of a run. */
export type Run = {
	id: string;
	status: string;
	objective: string;
	round?: number;
	waitingFor?: WaitingFor | null;
	step: number;
	maxSteps: number | null;
	attempt?: number;
	snapshot?: { id: string; sha256: string; rows: number; stale: number };
	parent?: { name: string };
	checkpoint?: { id: string; name: string } | null;
	problem?: { code: string; message: string; hint?: string } | null;
	createdAt?: string;
};

const ENDED = ['succeeded', 'failed', 'cancelled'];
const FIGURES = [['loss', 'loss', 3], ['rewards/margins', 'margin', 3], ['rewards/accuracies', 'accuracy', 2]] as const;

function whyWaiting({ code, message, done, total, ahead, labels = [] }: WaitingFor): string {
	if (code === 'stage') return 'the stage before it has yet to give its checkpoint';
	if (code === 'no_worker') return 'no worker is running';
	if (code === 'no_label') return `no worker that could take it is called ${labels.join(', ')}`;
	if (code === 'no_engine') return `no worker can train: ${message ?? ''}`;
	if (code === 'engine_installing') return `the training engine is being installed, ${done ?? 0} of ${total ?? 0} packages`;
	if (code === 'in_line') return `${ahead ?? 0} runs are before it`;
	if (code === 'starting') return 'a worker is about to take it';
	return message ?? code.replaceAll('_', ' ');
}

function runLines(run: Run): string[] {
	const { id, status, objective, step, maxSteps, snapshot, parent, checkpoint, problem, waitingFor } = run;
	return [
		`Run ${id} is ${status}${waitingFor ? `: ${whyWaiting(waitingFor)}` : ''}`,
		`  objective   ${objective}${snapshot ? `, ${snapshot.rows} rows of snapshot ${snapshot.id}` : ''}`,
		`  step        ${step}${maxSteps === null ? '' : ` of ${maxSteps}`}`,
		...(parent ? [`  from        ${parent.name}`] : []),
		...(checkpoint ? [`  checkpoint  ${checkpoint.name} ${checkpoint.id}`] : []),
		...(problem ? [`  problem     ${problem.message} ${problem.hint ?? ''}`.trimEnd()] : [])
	];
}

async function lastFigures(api: Api, run: Run): Promise<string> {
	if (run.step === 0) return '';
	const { metrics } = await api.get<{ metrics: Metrics[] }>(`/runs/${run.id}/metrics?since=${Math.max(-1, run.step - 10)}`);
	const values = metrics.at(-1)?.values ?? {};
	return FIGURES.flatMap(([key, name, digits]) => (values[key] === undefined ? [] : [`  ${name} ${values[key].toFixed(digits)}`])).join('');
}

/** Follows a run to its end. @throws Ending when it ends without a checkpoint, or not in time */
export async function followRun(api: Api, speaker: Speaker, id: string, timeout: number | null): Promise<Run & { checkpoint: { id: string; name: string } }> {
	const run = await until<Run>(speaker, { timeout }, async () => {
		const seen = await api.get<Run>(`/runs/${segment(id)}`);
		if (ENDED.includes(seen.status)) return { value: seen };
		const why = seen.waitingFor ? `: ${whyWaiting(seen.waitingFor)}` : '';
		const steps = seen.step > 0 ? `, step ${seen.step}${seen.maxSteps === null ? '' : ` of ${seen.maxSteps}`}${await lastFigures(api, seen)}` : '';
		return { waiting: `The run is ${seen.status}${why}${steps}`, state: `${seen.status} ${seen.waitingFor?.code ?? ''} ${seen.attempt ?? 0}` };
	});
	if (run.status === 'succeeded' && run.checkpoint) return { ...run, checkpoint: run.checkpoint };
	throw refused(`The run ${run.status}${run.problem ? `: ${run.problem.message} ${run.problem.hint ?? ''}`.trimEnd() : '.'}`, { code: `run_${run.status}`, run });
}

/** What `run start` and `round play` take. */
export type RecipeOptions = { recipe?: string; set?: string[] };

/** The options that say how to train. */
export function recipeOptions(command: Command): Command {
	return command.option('--recipe <file>', 'JSON file with settings; what is left out takes its default').option('--set <key=value>', 'one setting, over the file’s (several times): maxSteps=200', collect);
}

/** The settings that a command line names. @throws Ending */
export async function readRecipe({ recipe, set = [] }: RecipeOptions): Promise<Record<string, unknown>> {
	return withSettings(recipe === undefined ? {} : await readJson(recipe), set);
}

/** Where a training runs, and when. */
export type PlaceOptions = { launcher?: string; label?: string[]; priority?: number };

/** The options that say where to train, and when. */
export function placeOptions(command: Command): Command {
	return command
		.option('--launcher <name>', 'local (a worker’s own host), slurm, ray or kubernetes')
		.option('--label <name>', 'only on a worker that its operator calls so, such as npu (several times)', collect)
		.option('--priority <n>', 'place in line, -100 to 100; higher goes first', readPriority);
}

/** What of these a request names; what is not said takes its default. */
export const placeOf = ({ launcher, label, priority }: PlaceOptions) => ({ ...(launcher ? { launcher } : {}), ...(label ? { labels: label } : {}), ...(priority === undefined ? {} : { priority }) });

function readPriority(text: string): number {
	const number = Number(text);
	if (!/^-?\d+$/.test(text) || Math.abs(number) > MOST_PRIORITY) throw misused(`“${text}” is no place in line. Give a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}.`);
	return number;
}

/** Settings of a file with those of the command line over them. */
function withSettings(settings: Record<string, unknown>, set: readonly string[]): Record<string, unknown> {
	for (const given of set) {
		const at = given.indexOf('=');
		if (at < 1) throw misused(`“${given}” sets nothing. Write key=value: --set maxSteps=200`);
		const value = given.slice(at + 1);
		try {
			settings[given.slice(0, at)] = JSON.parse(value) as unknown;
		} catch {
			settings[given.slice(0, at)] = value;
		}
	}
	return settings;
}

/** Where a run starts, and what is trained before it. */
export type StartOptions = RecipeOptions & PlaceOptions & { parent?: string; first?: string; firstSet?: string[] };

/** Queues a run, and the stage before it where one is asked for. */
export async function startRun(api: Api, project: string, snapshotId: string, options: StartOptions): Promise<{ id: string; status: string; stages: string[] }> {
	const recipe = await readRecipe(options);
	const { parent, first, firstSet = [] } = options;
	if (first === undefined && firstSet.length > 0) throw misused('--first-set is for the stage before the run. Name its snapshot: --first <id>');
	const stages = first === undefined ? {} : { stages: [{ snapshotId: first, recipe: withSettings({}, firstSet) }] };
	return api.send('POST', `/projects/${segment(project)}/runs`, { snapshotId, recipe, ...(parent ? { parentCheckpointId: parent } : {}), ...placeOf(options), ...stages });
}

/** `plumbline run` */
export function addRun(program: Command, surroundings: Surroundings): void {
	const run = program.command('run').summary('train on a snapshot').description('Trainings: one snapshot, one parent checkpoint, one recipe.');

	placeOptions(recipeOptions(run.command('start').summary('queue a training').argument('<project>').requiredOption('--snapshot <id>', 'what to train on').option('--parent <id>', 'checkpoint to start from (default: the promoted one, else the base)')))
		.option('--first <id>', 'snapshot of accepted answers (objective sft) to fine-tune on first; the run starts from what comes of it')
		.option('--first-set <key=value>', 'one setting of that stage (several times)', collect)
		.option('--follow', 'stay until it has ended')
		.option('--timeout <span>', 'with --follow: wait so long at most', readSpan)
		.addHelpText('after', `
Examples:
  npx plumbline run start tenancy --snapshot $SNAPSHOT --set maxSteps=200 --follow
  npx plumbline run start tenancy --snapshot $PAIRS --first $ACCEPTED --first-set maxSteps=100 --follow
  RUN=$(npx plumbline run start tenancy --snapshot $SNAPSHOT --json | jq -r .id)

Impossible settings are refused at once, by name.`)
		.action(async (project: string, options: StartOptions & { snapshot: string; follow?: boolean; timeout?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const begun = await startRun(server, project, options.snapshot, options);
			if (!options.follow) return speaker.result(begun, [`Run ${begun.id} is ${begun.status}.`, `Follow it: npx plumbline run follow ${begun.id}`]);
			speaker.note(`Run ${begun.id}`);
			const done = await followRun(server, speaker, begun.id, options.timeout ?? null);
			return speaker.result(done, runLines(done));
		});

	run.command('follow')
		.summary('stay with a run until it has ended')
		.argument('<id>')
		.option('--timeout <span>', 'wait so long at most: 30m, 2h', readSpan)
		.action(async (id: string, { timeout }: { timeout?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const done = await followRun(await api(), speaker, id, timeout ?? null);
			speaker.result(done, runLines(done));
		});

	run.command('show')
		.summary('one run; while it waits, why')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const one = await (await api()).get<Run>(`/runs/${segment(id)}`);
			speaker.result(one, runLines(one));
		});

	run.command('list')
		.summary('runs of a project, newest first')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { runs } = await (await api()).get<{ runs: Run[] }>(`/projects/${segment(project)}/runs`);
			speaker.result({ runs }, columns(runs.map(({ id, objective, status, step, maxSteps, createdAt }) => [id, objective, status, `step ${step}${maxSteps === null ? '' : ` of ${maxSteps}`}`, createdAt])));
		});

	run.command('repeat')
		.summary('a script that trains the run again elsewhere')
		.description('Writes a shell script that repeats a run outside Plumbline: it checks the engine’s versions, the rows, the base and the parent by their hashes, starts the same training and compares the losses.')
		.argument('<id>')
		.option('-o, --output <file>', 'where to; - is standard output', '-')
		.addHelpText('after', `
Example:
  npx plumbline run repeat $RUN -o repeat.sh && PYTHON=engine/bin/python bash repeat.sh`)
		.action(async (id: string, { output }: { output: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			await download(tools, await (await tools.api()).open(`/runs/${segment(id)}/repeat`), output);
		});

	run.command('cancel')
		.summary('stop a run')
		.argument('<id>')
		.option('--discard', 'do not keep its last complete checkpoint')
		.action(async (id: string, { discard = false }: { discard?: boolean }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const now = await (await api()).send<{ status: string }>('POST', `/runs/${segment(id)}/cancel`, { keep: !discard });
			speaker.result({ id, ...now }, [`Run ${id} is ${now.status}.`]);
		});
}
