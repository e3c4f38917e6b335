import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { FIRST_SUITE, isRubric } from '../../domain/suite/check.ts';
import type { SuiteDefinition } from '../../domain/suite/check.ts';
import { passes } from '../../domain/suite/grade.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { checkTools } from '../checks/tools.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as endpoints from '../db/endpoints.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import type { SuiteRun } from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { allow } from './access.ts';
import { withOwnProgress } from './own-progress.ts';

/** The suite in force; before there is one, what a project may begin with, as version 0. */
export type SuiteView = { version: number; hash: string | null; suite: SuiteDefinition; byName: string | null; createdAt: string | null };

/** What a project asks of every new checkpoint's answers. */
export async function readSuite(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<SuiteView>> {
	const access = await allow(app.db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	const found = await suites.newest(app.db, access.value.project.id);
	if (!found) return ok({ version: 0, hash: null, suite: FIRST_SUITE, byName: null, createdAt: null });
	return ok({ version: found.version, hash: found.contentHash, suite: found.definition, byName: found.byName, createdAt: found.createdAt });
}

/** What each check says of an answer that somebody pasted. Null: it cannot be said of a text alone. */
export type Trial = { name: string; kind: string; passes: boolean | null }[];

/** Tries checks on an answer without keeping anything. A rubric asks a model, and is not tried. */
export async function trySuite(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; checks: SuiteDefinition['checks']; answer: string }): Promise<Result<Trial>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'suite.manage');
	if (!access.ok) return access;
	const tools = checkTools(input.checks);
	if (!tools.ok) return tools;
	const answer = { text: input.answer, finish: null, repeats: null };
	const tried = input.checks.map((check) => ({ name: check.name, kind: check.kind, passes: isRubric(check) ? null : passes(check, answer, tools.value) }));
	const slow = input.checks.findIndex((check, place) => (check.kind === 'json_schema' || check.kind === 'regex') && tried[place]?.passes === null);
	if (slow >= 0) return wrongField(`checks[${slow}].${input.checks[slow]?.kind === 'regex' ? 'pattern' : 'schema'}`, 'takes too long over this answer: make it simpler');
	return ok(tried);
}

/** Models elsewhere that a rubric or a judge may ask. */
export async function suiteEndpoints(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ id: string; name: string; model: string }[]>> {
	const access = await allow(app.db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	return ok((await endpoints.list(app.db, access.value.project.id)).map(({ id, name, model }) => ({ id, name, model })));
}

/** Reward models of the project that may compare, newest first. */
export async function suiteRewardModels(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ id: string; name: string }[]>> {
	const access = await allow(app.db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	return ok(await checkpoints.rewardModels(app.db, access.value.project.id));
}

/** The newest run through the suite in force, of a checkpoint as it was trained or (`form`) in a form. */
export type SuiteRow = { checkpoint: { id: string; name: string; kind: string }; form: ExportPlan | null; run: Pick<SuiteRun, 'id' | 'status' | 'done' | 'total' | 'problem' | 'results' | 'createdAt' | 'finishedAt'> };

/** All checkpoints that were run through the suite in force, newest first, each before its forms. Other versions' results are not among them: they are no comparison. */
export async function readSuiteTable(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<SuiteRow[]>> {
	const access = await allow(app.db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	const suite = await suites.newest(app.db, access.value.project.id);
	if (!suite) return ok([]);
	const [runs, made] = await Promise.all([suiteRuns.newestOfEach(app.db, suite.id).then((newest) => withOwnProgress(app.db, newest)), checkpoints.list(app.db, access.value.project.id)]);
	const named = new Map(made.map((checkpoint) => [checkpoint.id, checkpoint]));
	return ok(
		runs.flatMap(({ id, checkpointId, plan, status, done, total, problem, results, createdAt, finishedAt }) => {
			const checkpoint = named.get(checkpointId);
			return checkpoint ? [{ checkpoint: { id: checkpoint.id, name: checkpoint.name, kind: checkpoint.kind }, form: plan, run: { id, status, done, total, problem, results, createdAt, finishedAt } }] : [];
		})
	);
}
