import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { messagesText } from '../../domain/message.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Check } from '../../domain/suite/check.ts';
import { passes } from '../../domain/suite/grade.ts';
import { nameOnOwn } from '../../domain/suite/own-questions.ts';
import type { OwnQuestions } from '../../domain/suite/own-questions.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as generationSources from '../db/generation-sources.ts';
import type { Source } from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { toolsOf } from './finish-suite-run.ts';
import { reachInForm } from './reach-export.ts';
import type { MaybeInForm } from './reach-export.ts';
import { readOwnAnswers } from './read-own-answers.ts';
import { refuseWalled } from './refuse-walled.ts';

/** Answers of a page: what a person reads. */
const MOST = 100;

/** A checkpoint's answers behind one check, those that fail first. */
export type CheckAnswers = {
	checkpoint: { id: string; name: string };
	/** The form that gave them; null: the checkpoint as it was trained. */
	form: { id: string; plan: ExportPlan } | null;
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

/** What a checkpoint said to a question. */
type Said = { question: string; text: string; finish: string | null; sample: number };

/** What a model said to the test prompts of a run, those that this person may see. */
async function saidToPrompts(db: Executor, generationId: string, { ordinal }: Source, userId: string): Promise<{ said: Said[]; hidden: number }> {
	const answers = await suiteRuns.answers(db, generationId, ordinal);
	const seen = await suiteRuns.promptsSeen(db, generationId, userId);
	const said = answers.flatMap(({ promptId, text, finish, sample }) => {
		const messages = seen.get(promptId);
		return messages ? [{ question: messagesText(messages.filter(({ role }) => role !== 'system')), text, finish, sample }] : [];
	});
	return { said, hidden: answers.length - said.length };
}

/** What a model said to the suite's own questions in a run. They stand in the suite, which everybody here may read. */
async function saidToOwn(db: Executor, generationId: string, { ordinal, checkpointId, form }: Source, own: OwnQuestions | undefined): Promise<{ said: Said[]; hidden: number }> {
	const generation = await generations.get(db, generationId);
	return { said: generation && checkpointId !== null ? await readOwnAnswers(db, { own, models: [{ ordinal, checkpointId, form }], generation }) : [], hidden: 0 };
}

/** The words behind a rate: what a checkpoint said, as it was trained or in a form, and whether the check lets it pass. Questions behind a wall are counted and not shown. Not for who judges: the same words may wait for them blind; `walled` for who is walled off from anything that the checkpoint learned from, since who puts questions to a suite asks it. */
export async function readCheckAnswers(app: Pick<App, 'db'>, actor: Actor, input: MaybeInForm & { check?: string | undefined }): Promise<Result<CheckAnswers>> {
	const { db } = app;
	const found = await reachInForm(db, actor, input, 'generation.read');
	if (!found.ok) return found;
	const { checkpoint, access, made } = found.value;
	const walled = await refuseWalled(db, actor, checkpoint.id, 'read its answers');
	if (walled) return walled;
	const exportId = made?.id ?? null;
	const nothing: CheckAnswers = { checkpoint: { id: checkpoint.id, name: checkpoint.name }, form: made && { id: made.id, plan: made.plan }, project: access.project.slug, suiteVersion: null, checks: [], check: null, answers: [], failing: 0, of: 0, hidden: 0 };
	const run = (await suiteRuns.ofCheckpoint(db, checkpoint.id, exportId)).find(({ results }) => results !== null);
	const suite = run ? await suites.get(db, run.suiteVersionId) : null;
	const source = run ? (await generationSources.list(db, run.generationId)).find((one) => one.checkpointId === checkpoint.id && one.exportId === exportId) : undefined;
	if (!run || !suite || !source) return ok(nothing);
	const checks = suite.definition.checks.filter(({ kind }) => kind !== 'rubric' && kind !== 'exact_repeat');
	const { own } = suite.definition;
	const looked: { name: string; check: Check; onOwn: boolean }[] = [...checks.map((check) => ({ name: check.name, check, onOwn: false })), ...(own ? checks.map((check) => ({ name: nameOnOwn(check.name), check, onOwn: true })) : [])];
	const one = input.check === undefined ? looked[0] : looked.find(({ name }) => name === input.check);
	const named = { ...nothing, suiteVersion: suite.version, checks: looked.map(({ name }) => name) };
	if (!one) return ok(named);
	const { said, hidden } = await (one.onOwn ? saidToOwn(db, run.generationId, source, own) : saidToPrompts(db, run.generationId, source, actor.userId));
	const tools = toolsOf(suite);
	const told = said.map(({ question, text, finish, sample }) => ({ question, answer: text, sample, passes: passes(one.check, { text, finish, repeats: null }, tools) }));
	const rank = (passed: boolean | null): number => (passed === false ? 0 : passed === null ? 1 : 2);
	return ok({
		...named,
		check: { name: one.name, kind: one.check.kind },
		answers: told.toSorted((x, y) => rank(x.passes) - rank(y.passes)).slice(0, MOST),
		failing: told.filter(({ passes: passed }) => passed === false).length,
		of: told.length,
		hidden
	});
}
