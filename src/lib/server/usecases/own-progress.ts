import { asksOf } from '../../domain/generation-plan.ts';
import { ownAskings } from '../../domain/suite/own-questions.ts';
import type { Executor } from '../db/client.ts';
import * as generationSources from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import * as ownAnswers from '../db/own-answers.ts';
import type { SuiteRun } from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';

/** Gives each value once: what was asked for under a name is not worked out again. */
function once<T>(): (name: string, make: () => T) => T {
	const known = new Map<string, T>();
	return (name, make) => {
		const value = known.get(name) ?? make();
		known.set(name, value);
		return value;
	};
}

/**
 * Runs with the answers to their suite's own questions counted in `done` and `total`. These are kept by content for every run
 * that asks the same, so they are counted here and not with the answers to prompts, which are the run's own. One that
 * succeeded has them all; only of others are they looked for, by hashes of all that is asked.
 */
export async function withOwnProgress(db: Executor, runs: readonly SuiteRun[]): Promise<SuiteRun[]> {
	const [version, keys] = [once<ReturnType<typeof suites.get>>(), once<string[]>()];
	return Promise.all(
		runs.map(async (run) => {
			const own = (await version(run.suiteVersionId, () => suites.get(db, run.suiteVersionId)))?.definition.own;
			const generation = own ? await generations.get(db, run.generationId) : null;
			if (!own || !generation) return run;
			const { sampling, seed } = generation;
			const asks = asksOf(sampling, seed);
			const models = (await generationSources.list(db, generation.id)).flatMap(({ checkpointId, form }) => (checkpointId === null ? [] : [{ checkpointId, form }]));
			const all = own.questions.length * asks.length * models.length;
			if (run.status === 'succeeded') return { ...run, done: run.done + all, total: run.total + all };
			const asked = (form: string | null) => keys(JSON.stringify([run.suiteVersionId, sampling, seed, form]), () => ownAskings(own, asks, sampling, form).map(({ key }) => key));
			const wanted = models.flatMap(({ checkpointId, form }) => asked(form).map((key) => ({ checkpointId, key })));
			return { ...run, done: run.done + (await ownAnswers.count(db, wanted)), total: run.total + all };
		})
	);
}
