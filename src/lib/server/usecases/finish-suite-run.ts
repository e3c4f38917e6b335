import type { BenchmarkHub } from '../../domain/suite/benchmark.ts';
import type { Tools } from '../../domain/suite/grade.ts';
import { measuresOf, valuesOf } from '../../domain/suite/measure-answers.ts';
import { onOwn } from '../../domain/suite/own-questions.ts';
import { measurer } from '../../domain/suite/measures.ts';
import type { MeasuredAnswer, MeasureOf, NamedMeasure, SourcePlaces, SuiteResults } from '../../domain/suite/measures.ts';
import { repeatFinder } from '../../domain/suite/repetition.ts';
import type { App } from '../app.ts';
import { checkTools } from '../checks/tools.ts';
import { givingWay } from '../give-way.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Db, Executor } from '../db/client.ts';
import * as generations from '../db/generations.ts';
import * as runs from '../db/runs.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import type { RunAnswer, SuiteRun } from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import type { SuiteVersion } from '../db/suites.ts';
import type { GenerationAtHand } from './make-answers.ts';
import { readOwnAnswers } from './read-own-answers.ts';
import type { Answering } from './read-own-answers.ts';
import { measureBenchmarks } from './score-benchmarks.ts';

/** A run through the suite whose answers are all there. */
export type AnsweredRun = { run: SuiteRun; suite: SuiteVersion; answers: RunAnswer[]; places: SourcePlaces; /** Who answered. */ models: Answering[]; /** Answers to the suite's own questions. */ own: OwnAnswered[]; /** Where its worker gets public benchmarks from. */ benchmarkHub: BenchmarkHub };

type OwnAnswered = Pick<RunAnswer, 'source' | 'promptId' | 'group' | 'sample' | 'text' | 'finish'>;

/** Reads what a generation for a suite has made. */
export async function readAnswered(app: { db: Db }, at: GenerationAtHand): Promise<AnsweredRun> {
	const run = await suiteRuns.ofGeneration(app.db, at.generation.id);
	const suite = run ? await suites.get(app.db, run.suiteVersionId) : null;
	if (!run || !suite) throw new Error(`generation ${at.generation.id} lost its run through the suite`);
	const place = (checkpointId: string | null, exportId: string | null = null) => at.sources.find((source) => source.checkpointId === checkpointId && source.exportId === exportId)?.ordinal ?? null;
	const checkpoint = place(run.checkpointId, run.exportId);
	if (checkpoint === null) throw new Error(`suite run ${run.id}: its checkpoint was not asked`);
	const places = { checkpoint, trained: run.exportId === null ? null : place(run.checkpointId), parent: place(run.parentCheckpointId), champion: place(run.championCheckpointId), base: place(run.baseCheckpointId) };
	const models = at.sources.flatMap(({ checkpointId, form, ordinal }): Answering[] => (checkpointId === null ? [] : [{ checkpointId, form, ordinal }]));
	const said = await readOwnAnswers(app.db, { own: suite.definition.own, models, generation: at.generation });
	// Every own question is a group of its own.
	const own = said.map(({ ordinal, place: question, sample, text, finish }): OwnAnswered => ({ source: ordinal, promptId: String(question), group: String(question), sample, text, finish }));
	return { run, suite, answers: await suiteRuns.answers(app.db, at.generation.id), places, models, own, benchmarkHub: at.benchmarkHub };
}

/** Which answers repeat what the checkpoint was trained on; null where it was trained on nothing. Other models are held against the same training answers. */
export async function findRepeats(db: Executor, checkpointId: string, answers: readonly { text: string }[]): Promise<boolean[] | null> {
	const checkpoint = await checkpoints.get(db, checkpointId);
	const run = checkpoint?.runId ? await runs.get(db, checkpoint.runId) : null;
	if (!run) return null;
	const finder = repeatFinder(answers.map(({ text }) => text));
	const giveWay = givingWay();
	for await (const texts of suiteRuns.trainingAnswers(db, run.snapshotId)) {
		for (const text of texts) {
			await giveWay();
			finder.see(text);
		}
	}
	return finder.repeats();
}

/** What the checks of a version need of foreign libraries. */
export function toolsOf(suite: SuiteVersion): Tools {
	const tools = checkTools(suite.definition.checks);
	// A version that was taken compiled then; the libraries have changed since.
	if (!tools.ok) throw new Error(`suite version ${suite.version}: ${tools.problem.detail}`);
	return tools.value;
}

/** What model judges said of a run: of an answer by a rubric, and of pairs. */
export type JudgeSaid = { rubric: (answer: RunAnswer, place: number) => boolean | null; judge: SuiteResults['judge']; /** Why questions got no verdict, most frequent first. */ missed: { code: string; n: number }[] };

/** Measures a run's answers: pure but for the search for repeats. It rests in between: trainings of this worker have leases to renew. */
export async function measureRun(app: { db: Db }, { run, suite, answers, places, models, own: ownSaid, benchmarkHub }: AnsweredRun, said: JudgeSaid): Promise<SuiteResults> {
	const tools = toolsOf(suite);
	const repeats = await findRepeats(app.db, run.checkpointId, [...answers, ...ownSaid]);
	const giveWay = givingWay();
	const measured: MeasuredAnswer[] = [];
	for (const [index, answer] of [...answers, ...ownSaid].entries()) {
		await giveWay();
		// No model is asked about answers to own questions, which come last.
		const asked = answers[index];
		const rubric = (place: number) => (asked ? said.rubric(asked, place) : null);
		measured.push({ ...answer, values: valuesOf(suite.definition, { text: answer.text, finish: answer.finish, repeats: repeats?.[index] ?? null }, tools, rubric) });
	}
	const all = [...measuresOf(suite.definition).entries()];
	const measures: NamedMeasure[] = [];
	async function measureThese(these: readonly MeasuredAnswer[], of: readonly (readonly [number, MeasureOf])[]): Promise<void> {
		const measure = measurer(these, { places, seed: run.seed });
		for (const [index, one] of of) {
			await giveWay();
			measures.push(measure(one, index));
		}
	}
	await measureThese(measured.slice(0, answers.length), all);
	if (suite.definition.own) await measureThese(measured.slice(answers.length), all.filter(([, { kind }]) => kind === 'check').map(([index, of]) => [index, onOwn(of)] as const));
	const own = answers.filter(({ source }) => source === places.checkpoint);
	const benchmarks = await measureBenchmarks(app.db, { benchmarks: suite.definition.benchmarks ?? [], models, places, seed: run.seed, hub: benchmarkHub });
	return {
		measures: [...measures, ...benchmarks.measures],
		unscored: benchmarks.unscored,
		prompts: new Set(own.map(({ promptId }) => promptId)).size,
		groups: new Set(own.map(({ group }) => group)).size,
		samples: suite.definition.samples,
		judge: said.judge,
		missed: said.missed,
		seed: run.seed
	};
}

/** Ends a run through the suite with its results; false when another attempt has taken its place. */
export async function finishSuiteRun(app: Pick<App, 'db'>, at: GenerationAtHand, { run, suite }: AnsweredRun, results: SuiteResults): Promise<boolean> {
	return app.db.transaction(async (tx) => {
		if (!(await generations.lockHeld(tx, at.generation.id, at.generation.attempt))) return false;
		await generations.succeed(tx, at.generation.id, { roundId: null, comparisons: 0 });
		await suiteRuns.finish(tx, run.id, results);
		await record(tx, null, { action: 'suite.finish', projectId: run.projectId, subject: ['suite_run', run.id], details: { checkpoint: run.checkpointId, export: run.exportId, version: suite.version, prompts: results.prompts } });
		return true;
	});
}
