import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { attemptToRepeat, repeatedCommand, repeatScript } from '../../domain/repeat-run.ts';
import type { RepeatFacts, RepeatParent } from '../../domain/repeat-run.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as runs from '../db/runs.ts';
import type { Attempt } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';
import { parentFacts } from './check-recipe.ts';
import { leavingFile } from './leaving-file.ts';

/** How to repeat a run elsewhere: the script, and what it holds the repeat to. */
export type Repeat = {
	script: string;
	/** The command line of the engine, in the words of the script. */
	command: string[];
	attempt: number;
	versions: Record<string, string>;
	data: { snapshotId: string; sha256: string; rows: number };
	base: { name: string; sha256: string | null };
	parent: { id: string; name: string; sha256: string } | null;
};

/** Where the worker of an attempt had the base model: what its command line says, or the folder the project names. */
function baseFolder(base: Checkpoint, argv: readonly string[], facts: Pick<RepeatFacts, 'parent' | 'merged' | 'attempt'>): string | null {
	const named = base.location?.startsWith('folder:') ? base.location.slice('folder:'.length) : null;
	const onBase = repeatedCommand(facts).some((line) => line === '--model "$BASE"');
	return named ?? (onBase ? (argv[argv.indexOf('--model') + 1] ?? null) : null);
}

/** What was gone on with; its files may go out otherwise than they are stored. */
async function parentOf(app: Pick<App, 'db' | 'artifacts'>, parent: Checkpoint, base: Checkpoint): Promise<RepeatParent | null> {
	const { id, name, kind, sha256, files } = parent;
	if (kind === 'base' || sha256 === null || files === null) return null;
	const leaving = files.map(async (file) => {
		// Where the store is away nobody fetches them either.
		const { sha256: leaves } = await leavingFile(app, file, base).catch(() => file);
		return { path: file.path, sha256: file.sha256, ...(leaves === file.sha256 ? {} : { leaves }) };
	});
	const { isReward = false } = await parentFacts(app.db, parent);
	return { id, name, kind, isReward, sha256, files: await Promise.all(leaving) };
}

const NOT_BEGUN = 'The run has not begun: there is nothing to repeat yet. Ask again once it trains.';
const NOT_KNOWN = 'Its command line is not known here: it was trained on another installation, or before command lines were kept whole.';

/** One script that repeats a run outside the product, data and weights checked by hash. `origin`: where this installation is. */
export async function readRepeat(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: { runId: string; origin: string }): Promise<Result<Repeat>> {
	const run = await runs.get(app.db, input.runId);
	if (!run) return fail('not_found', 'There is no such run.');
	const access = await allow(app.db, actor, { id: run.projectId }, 'run.read');
	if (!access.ok) return access;
	const [attempts, base, started, files] = await Promise.all([runs.attempts(app.db, run.id), checkpoints.baseOf(app.db, run.projectId), checkpoints.get(app.db, run.parentCheckpointId), snapshots.files(app.db, run.snapshotId)]);
	const attempt = attemptToRepeat<Attempt>(attempts);
	const train = files.get('train');
	if (!attempt || !train || !started) return attempts.length === 0 || attempts.every(({ endedAt }) => endedAt === null) ? fail('conflict', NOT_BEGUN) : fail('gone', NOT_KNOWN);
	const parent = await parentOf(app, started, base);
	const made = {
		parent,
		merged: parent?.kind === 'adapter' && run.recipe.onParent !== 'continue',
		attempt: { number: attempt.number, argv: attempt.argv, env: attempt.env, versions: attempt.engineVersions, rowPlan: attempt.rowPlan }
	};
	const data = { snapshotId: run.snapshotId, sha256: train.sha256 };
	const script = repeatScript({
		...made,
		origin: input.origin,
		project: access.value.project.slug,
		run: { id: run.id, objective: run.objective, attempts: attempts.length },
		data,
		base: { name: base.name, sha256: base.sha256, folder: baseFolder(base, attempt.argv, made) }
	});
	return ok({
		script,
		command: repeatedCommand(made),
		attempt: attempt.number,
		versions: attempt.engineVersions,
		data: { ...data, rows: train.rows },
		base: { name: base.name, sha256: base.sha256 },
		parent: parent && { id: parent.id, name: parent.name, sha256: parent.sha256 }
	});
}
