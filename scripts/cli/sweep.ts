import type { Command } from 'commander';
import { misused, refused } from './ending.ts';
import { placeOf, placeOptions, readRecipe, recipeOptions } from './run.ts';
import type { PlaceOptions, RecipeOptions } from './run.ts';
import { columns } from './speaker.ts';
import { collect, readSpan, segment, toolsFor, wholeNumber } from './tools.ts';
import type { Surroundings } from './tools.ts';
import { until } from './waiting.ts';

type Figure = { value: number | null; low: number | null; high: number | null };
type Point = { id: string; point: number; status: string; step: number; maxSteps: number | null; evaluation: { status: string } | null; score: ({ kind: string; notFinite?: number } & { figure: Figure }) | null };
type Sweep = { id: string; points: Point[]; differing: { field: string; values: unknown[] }[]; ranking: { order: string[]; best: string | null; close: string[] } };
type Plan = { method: 'grid'; settings: Record<string, number[]> } | { method: 'random'; settings: Record<string, { from: number; to: number }>; count: number; seed: number };

const ENDED = ['succeeded', 'failed', 'cancelled'];

function readNumber(text: string, setting: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value)) throw misused(`“${text}” is no number that ${setting} could be.`);
	return value;
}

/**
 * The plan that `--try` names: `beta=0.05,0.1` lists values of a grid, `beta=0.05..0.5` gives bounds to draw between.
 * @throws Ending when a word cannot be read, or lists and bounds are mixed
 */
export function readPlan(tried: readonly string[], { count, seed }: { count?: number; seed?: number }): Plan {
	const parts = tried.map((word) => {
		const at = word.indexOf('=');
		if (at < 1 || at === word.length - 1) throw misused(`“${word}” tries nothing. Write setting=value,value or setting=from..to: --try beta=0.05,0.1`);
		return { setting: word.slice(0, at), given: word.slice(at + 1) };
	});
	const twice = parts.find(({ setting }, index) => parts.findIndex((one) => one.setting === setting) !== index);
	if (twice) throw misused(`“${twice.setting}” is named twice. Name all its values at once.`);
	const bounds = parts.filter(({ given }) => given.includes('..'));
	if (bounds.length > 0 && bounds.length < parts.length) throw misused('Lists of values and bounds do not go together: give all settings as value,value or all as from..to.');
	if (bounds.length === 0) {
		if (count !== undefined || seed !== undefined) throw misused('--count and --seed are for settings that are drawn between bounds: --try beta=0.05..0.5');
		return { method: 'grid', settings: Object.fromEntries(parts.map(({ setting, given }) => [setting, given.split(',').map((text) => readNumber(text, setting))])) };
	}
	if (count === undefined) throw misused('Say how many runs are drawn: --count 8');
	const settings = bounds.map(({ setting, given }): [string, { from: number; to: number }] => {
		const [from = '', to = '', more] = given.split('..');
		if (more !== undefined) throw misused(`“${given}” has more than two bounds.`);
		return [setting, { from: readNumber(from, setting), to: readNumber(to, setting) }];
	});
	return { method: 'random', settings: Object.fromEntries(settings), count, seed: seed ?? 1 };
}

/** Whether nothing of a point is still to come: it has ended, and what trained was scored. */
const isOver = ({ status, evaluation }: Point): boolean => ENDED.includes(status) && (status !== 'succeeded' || (evaluation !== null && ['succeeded', 'failed', 'nothing_to_measure'].includes(evaluation.status)));

function sweepLines({ points, differing, ranking }: Sweep): string[] {
	const place = (id: string) => ranking.order.indexOf(id);
	const ranked = points.toSorted((a, b) => (place(a.id) < 0 ? points.length : place(a.id)) - (place(b.id) < 0 ? points.length : place(b.id)) || a.point - b.point);
	const number = (value: number | null | undefined) => (typeof value === 'number' ? value.toFixed(3) : '–');
	const rows = ranked.map(({ id, point, status, score }) => {
		const settings = differing.map(({ field, values }) => `${field} ${String(values[point - 1])}`).join(', ');
		const note = id === ranking.best ? 'best' : ranking.close.includes(id) ? 'not to be told from the best' : score?.notFinite ? `${score.notFinite} answers without a score` : '';
		const figure = score ? `${score.kind} ${number(score.figure.value)} (${number(score.figure.low)} to ${number(score.figure.high)})` : '';
		return [id, status, settings, figure, note];
	});
	return [...columns(rows), ...(ranking.best === null && ranking.order.length > 0 ? ['Too few groups of tuning questions to call one the best.'] : [])];
}

/** `plumbline sweep` */
export function addSweep(program: Command, surroundings: Surroundings): void {
	const sweep = program.command('sweep').summary('try several settings at once').description('Sweeps: one snapshot trained several times with a few settings changed, scored on tuning questions alone.');

	placeOptions(recipeOptions(sweep.command('start').summary('queue a run for each point').argument('<project>').requiredOption('--snapshot <id>', 'what to train on').option('--parent <id>', 'checkpoint to start from (default: the promoted one, else the base)')))
		.requiredOption('--try <setting=values>', 'values to combine (beta=0.05,0.1) or bounds to draw between (beta=0.05..0.5); several times', collect)
		.option('--count <n>', 'with bounds: so many runs', wholeNumber(2))
		.option('--seed <n>', 'with bounds: what is drawn follows from it (default 1)', wholeNumber(0))
		.addHelpText('after', `
Examples:
  npx plumbline sweep start tenancy --snapshot $SNAPSHOT --try beta=0.05,0.1 --try learningRate=1e-4,1e-3
  npx plumbline sweep start tenancy --snapshot $SNAPSHOT --try learningRate=1e-5..1e-3 --count 8 --set maxSteps=50`)
		.action(async (project: string, options: RecipeOptions & PlaceOptions & { snapshot: string; parent?: string; try: string[]; count?: number; seed?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { snapshot: snapshotId, parent } = options;
			const plan = readPlan(options.try, options);
			const recipe = await readRecipe(options);
			const made = await (await api()).send<{ id: string; runs: string[] }>('POST', `/projects/${segment(project)}/sweeps`, { snapshotId, recipe, plan, ...(parent ? { parentCheckpointId: parent } : {}), ...placeOf(options) });
			speaker.result(made, [`Sweep ${made.id}: ${made.runs.length} runs are queued.`, `Follow it: npx plumbline sweep follow ${made.id}`]);
		});

	sweep.command('follow')
		.summary('stay with a sweep until every run has ended and is scored')
		.argument('<id>')
		.option('--timeout <span>', 'wait so long at most: 30m, 2h', readSpan)
		.action(async (id: string, { timeout }: { timeout?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const done = await until<Sweep>(speaker, { timeout: timeout ?? null }, async () => {
				const seen = await server.get<Sweep>(`/sweeps/${segment(id)}`);
				const over = seen.points.filter(isOver).length;
				if (over === seen.points.length) return { value: seen };
				const training = seen.points.find(({ status }) => !ENDED.includes(status) && status !== 'queued');
				const now = training ? `, run ${training.point} is ${training.status}${training.step > 0 ? ` at step ${training.step}` : ''}` : '';
				return { waiting: `${over} of ${seen.points.length} runs are done${now}`, state: `${over}` };
			});
			if (!done.points.some(({ status }) => status === 'succeeded')) throw refused('No run of the sweep gave a checkpoint.', { code: 'sweep_failed', sweep: done });
			speaker.result(done, sweepLines(done));
		});

	sweep.command('show')
		.summary('the runs of a sweep as they rank')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const one = await (await api()).get<Sweep>(`/sweeps/${segment(id)}`);
			speaker.result(one, sweepLines(one));
		});

	sweep.command('list')
		.summary('sweeps of a project, newest first')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { sweeps } = await (await api()).get<{ sweeps: { id: string; objective: string; states: Record<string, number>; createdAt: string }[] }>(`/projects/${segment(project)}/sweeps`);
			speaker.result({ sweeps }, columns(sweeps.map(({ id, objective, states, createdAt }) => [id, objective, Object.entries(states).map(([state, n]) => `${n} ${state}`).join(', '), createdAt])));
		});

	sweep.command('cancel')
		.summary('take what waits of a sweep out of line')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { cancelled } = await (await api()).send<{ cancelled: number }>('POST', `/sweeps/${segment(id)}/cancel`, {});
			speaker.result({ id, cancelled }, [`${cancelled} runs were taken out of line; what trains goes on.`]);
		});
}
