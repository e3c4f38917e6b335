import { messagesText } from '../../domain/message.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { passes } from '../../domain/suite/grade.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as generationSources from '../db/generation-sources.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { toolsOf } from './finish-suite-run.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

/** Answers of a page: what a person reads. */
const MOST = 100;

/** A checkpoint's answers behind one check, those that fail first. */
export type CheckAnswers = {
	checkpoint: { id: string; name: string };
	project: string;
	/** Null: it has not been run through any version to the end. */
	suiteVersion: number | null;
	/** Names of the checks that can be looked at: a model's opinions are not among them, nor what takes a walk through all that was trained. */
	checks: string[];
	check: { name: string; kind: string } | null;
	answers: { question: string; answer: string; sample: number; passes: boolean | null }[];
	failing: number;
	of: number;
	/** Answers to questions behind a wall for who asks. */
	hidden: number;
};

/** The words behind a rate: what a checkpoint said, and whether the check lets it pass. Questions behind a wall are counted and not shown. Not for who judges: the same words may wait for them blind. */
export async function readCheckAnswers(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; check?: string | undefined }): Promise<Result<CheckAnswers>> {
	const { db } = app;
	const found = await reachCheckpoint(db, actor, input.checkpointId, 'generation.read');
	if (!found.ok) return found;
	const { checkpoint, access } = found.value;
	const nothing: CheckAnswers = { checkpoint: { id: checkpoint.id, name: checkpoint.name }, project: access.project.slug, suiteVersion: null, checks: [], check: null, answers: [], failing: 0, of: 0, hidden: 0 };
	const run = (await suiteRuns.ofCheckpoint(db, checkpoint.id)).find(({ results }) => results !== null);
	const suite = run ? await suites.get(db, run.suiteVersionId) : null;
	if (!run || !suite) return ok(nothing);
	const checks = suite.definition.checks.filter(({ kind }) => kind !== 'rubric' && kind !== 'exact_repeat');
	const check = input.check === undefined ? checks[0] : checks.find(({ name }) => name === input.check);
	const named = { ...nothing, suiteVersion: suite.version, checks: checks.map(({ name }) => name) };
	if (!check) return ok(named);
	const own = (await generationSources.list(db, run.generationId)).find(({ checkpointId }) => checkpointId === checkpoint.id)?.ordinal;
	const answers = own === undefined ? [] : await suiteRuns.answers(db, run.generationId, own);
	const [seen, tools] = [await suiteRuns.promptsSeen(db, run.generationId, actor.userId), toolsOf(suite)];
	const told = answers.flatMap(({ promptId, text, finish, sample }) => {
		const messages = seen.get(promptId);
		if (!messages) return [];
		return [{ question: messagesText(messages.filter(({ role }) => role !== 'system')), answer: text, sample, passes: passes(check, { text, finish, repeats: null }, tools) }];
	});
	const rank = (passed: boolean | null): number => (passed === false ? 0 : passed === null ? 1 : 2);
	return ok({
		...named,
		check: { name: check.name, kind: check.kind },
		answers: told.toSorted((x, y) => rank(x.passes) - rank(y.passes)).slice(0, MOST),
		failing: told.filter((one) => one.passes === false).length,
		of: told.length,
		hidden: answers.length - told.length
	});
}
