import { costOf } from '../../domain/generation-plan.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as endpoints from '../db/endpoints.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import * as generationSources from '../db/generation-sources.ts';
import type { Source } from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as promptChoice from '../db/prompt-choice.ts';
import * as rounds from '../db/rounds.ts';
import * as walls from '../db/walls.ts';
import type { Action } from '../../domain/permission.ts';
import { allow } from './access.ts';
import { askable } from './refuse-walled.ts';

/** A source with what its answers cost until now, in its currency; null: not told. */
export type SourceView = Source & { cost: number | null };

/** A generation that somebody asked for. */
export type GenerationView = Omit<Generation, 'promptIds' | 'singlePromptIds' | 'checkpointId' | 'parentCheckpointId' | 'suiteVersionId' | 'attempt'> & {
	prompts: number;
	sources: SourceView[];
	/** Why questions got no answer. */
	missed: { code: string; n: number }[];
	/** Number of the round that the comparisons went to. */
	intoRound: number | null;
};

async function view(db: Executor, generation: Generation): Promise<GenerationView> {
	const { promptIds, singlePromptIds: _singles, checkpointId: _checkpoint, parentCheckpointId: _parent, suiteVersionId: _suite, attempt: _attempt, ...rest } = generation;
	const sources = await generationSources.list(db, generation.id);
	const any = sources.some(({ missed }) => missed > 0);
	const round = generation.intoRoundId === null ? null : await rounds.byId(db, generation.intoRoundId);
	return { ...rest, prompts: promptIds.length, sources: sources.map((source) => ({ ...source, cost: costOf(source) })), missed: any ? await generationAnswers.missedByCode(db, generation.id) : [], intoRound: round?.number ?? null };
}

/** Finds a generation that somebody asked for, and may do this with. */
export async function reachGeneration(db: Executor, actor: Actor, id: string, action: Extract<Action, `generation.${string}`>): Promise<Result<{ generation: Generation; slug: string }>> {
	const generation = await generations.get(db, id);
	// What follows a training, or is made for a suite, is read and started again with its checkpoint.
	if (!generation || generation.checkpointId !== null || generation.suiteVersionId !== null) return fail('not_found', 'There is no such generation.');
	const access = await allow(db, actor, { id: generation.projectId }, action);
	return access.ok ? ok({ generation, slug: access.value.project.slug }) : access;
}

/** How a generation is, or how it ended: answers, tokens and cost of each source. */
export async function readGeneration(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<GenerationView & { slug: string }>> {
	const found = await reachGeneration(app.db, actor, id, 'generation.read');
	return found.ok ? ok({ ...(await view(app.db, found.value.generation)), slug: found.value.slug }) : found;
}

/** Generations of a page, where a list does not say how many. */
const PAGE = 50;

/** Generations of a project that people asked for, newest first, a page at a time; `next` is the cursor of the following one. */
export async function listGenerations(app: Pick<App, 'db'>, actor: Actor, of: { slug: string; cursor?: string | null | undefined; limit?: number | undefined }): Promise<Result<{ generations: GenerationView[]; next: string | null }>> {
	const access = await allow(app.db, actor, { slug: of.slug }, 'generation.read');
	if (!access.ok) return access;
	const limit = of.limit ?? PAGE;
	const found = await generations.listAsked(app.db, access.value.project.id, { before: of.cursor ?? null, limit: limit + 1 });
	const shown = found.slice(0, limit);
	return ok({ generations: await Promise.all(shown.map((generation) => view(app.db, generation))), next: found.length > limit ? (shown.at(-1)?.id ?? null) : null });
}

/** What can be chosen for a generation: models that this person may ask, tags and matters that they may know of. */
export async function generationChoices(app: Pick<App, 'db'>, actor: Actor, slug: string) {
	const access = await allow(app.db, actor, { slug }, 'generation.start');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const [known, made, tags, matters] = await Promise.all([endpoints.list(app.db, projectId), askable(app.db, actor, projectId), promptChoice.tags(app.db, projectId, actor.userId), walls.matters(app.db, projectId, actor.userId)]);
	return ok({
		endpoints: known.map(({ id, name, model, hasKey, priceIn, priceOut, currency }) => ({ id, name, model, hasKey, priceIn, priceOut, currency })),
		checkpoints: made.map(({ id, name, kind }) => ({ id, name, kind })),
		tags,
		matters
	});
}
