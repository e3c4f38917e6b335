import { join } from 'node:path';
import { resultKind } from '#lib/domain/recipe/recipe-problems.ts';
import type { AttemptAtHand } from '#lib/server/usecases/attempt-run.ts';
import type { ModelSource } from '../engine/engine.ts';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { mergeAdapter } from '../engine/swift/merge.ts';
import { verifyAdapter, verifyWhole } from '../engine/swift/verify.ts';
import type { LineService } from '../process/line-service.ts';
import { layOutModel } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { guardedScripts } from './guarded-scripts.ts';

/** What a run starts from, as folders of this host. */
export type Start = {
	/** The weights that are trained, or on which an adapter is. */
	model: ModelSource;
	/** The adapter that is gone on with. */
	parentAdapter?: string;
	/** All weights learn, held to the base: the base. Held to the parent, that is `model` itself. */
	referenceModel?: string;
};

type Context = Pick<WorkerContext, 'app' | 'environment' | 'hostKey' | 'workDir' | 'threads' | 'shutdown'>;

/** Marked as the attempt's engine is: they run before it and after it. */
const scripts = (context: Context, { run, attempt }: AttemptAtHand, dir: string) => guardedScripts(context, { dir, mark: `${run.id}.${attempt}` }, { signal: context.shutdown, timeoutMs: 3_600_000 });

/** Lays the parent out, its adapter merged where the recipe wants that. */
export async function startingModel(context: Context, at: AttemptAtHand, base: ModelSource, dir: string): Promise<Outcome<Start>> {
	const { recipe } = at.run;
	const parent = await layOutModel(context, base, at.parent, join(dir, 'parent'));
	const referenceModel = recipe.tuner === 'full' && 'reference' in recipe && recipe.reference === 'base' ? { referenceModel: base.path } : {};
	if (!parent.adapter) return value({ model: parent.model, ...referenceModel });
	if (recipe.onParent === 'continue') return value({ model: parent.model, parentAdapter: parent.adapter });
	const merged = await mergeAdapter(context.environment, { model: parent.model, adapter: parent.adapter, reward: at.parentIsReward }, join(dir, 'merged'), scripts(context, at, dir));
	return merged.ok ? value({ model: merged.value, ...referenceModel }) : merged;
}

/**
 * A trained folder that loads, ready to be stored: an adapter, or a whole model with a new adapter merged into what it began from.
 * @param waiting a check that has its libraries loaded already
 */
export async function finishedModel(context: Context, at: AttemptAtHand, start: Start, trained: string, dir: string, waiting: LineService | null): Promise<Outcome<{ path: string; kind: 'adapter' | 'full' }>> {
	const kind = resultKind(at.run.recipe, at.parent);
	const reward = at.run.objective === 'rm';
	if (at.run.recipe.tuner === 'full') {
		const verified = await verifyWhole(context.environment, trained, { ...scripts(context, at, dir), reward, waiting });
		return verified.ok ? value({ path: trained, kind }) : verified;
	}
	const verified = await verifyAdapter(context.environment, start.model, trained, { ...scripts(context, at, dir), reward, waiting });
	if (!verified.ok) return verified;
	if (kind === 'adapter') return value({ path: trained, kind });
	const whole = await mergeAdapter(context.environment, { model: start.model, adapter: trained, reward }, join(dir, 'whole'), scripts(context, at, dir));
	return whole.ok ? value({ path: whole.value.path, kind }) : whole;
}
