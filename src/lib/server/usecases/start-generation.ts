import { randomInt } from 'node:crypto';
import { MOST, costAtMost, drawsSome, perPrompt, planProblems, samplingOf } from '../../domain/generation-plan.ts';
import type { GenerationPlan } from '../../domain/generation-plan.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as endpoints from '../db/endpoints.ts';
import * as generations from '../db/generations.ts';
import * as promptChoice from '../db/prompt-choice.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { refuseWalled } from './refuse-walled.ts';
import { inTransaction } from './transaction.ts';

/** What a plan comes to: counts, and for each source the price at the most (null: not told, or nothing is paid). */
export type PlanPreview = {
	prompts: number;
	answers: number;
	/** If all answers are different. */
	comparisons: number;
	sources: { name: string; costAtMost: number | null; currency: string | null }[];
};

type PlannedSource = { name: string; priceIn: number | null; priceOut: number | null; currency: string | null };
type Planned = { access: Access; promptIds: string[]; preview: PlanPreview };

/** The sources of a plan, if the project has them all and who asks may ask them. */
async function sourcesOf(db: Executor, actor: Actor, projectId: string, plan: GenerationPlan): Promise<Result<PlannedSource[]>> {
	const found: PlannedSource[] = [];
	for (const [index, source] of plan.sources.entries()) {
		if ('endpointId' in source) {
			const endpoint = await endpoints.get(db, source.endpointId);
			if (!endpoint || endpoint.projectId !== projectId || endpoint.retiredAt !== null) return wrongField(`sources[${index}]`, 'an endpoint of this project');
			found.push(endpoint);
		} else {
			const checkpoint = await checkpoints.get(db, source.checkpointId);
			if (!checkpoint || checkpoint.projectId !== projectId) return wrongField(`sources[${index}]`, 'a checkpoint of this project');
			const walled = await refuseWalled(db, actor, checkpoint.id, 'ask it');
			if (walled) return walled;
			found.push({ name: checkpoint.name, priceIn: null, priceOut: null, currency: null });
		}
	}
	return ok(found);
}

async function planned(db: Executor, actor: Actor, slug: string, plan: GenerationPlan): Promise<Result<Planned>> {
	const access = await allow(db, actor, { slug }, 'generation.start');
	if (!access.ok) return access;
	const problems = planProblems(plan);
	if (problems[0]) return fail('invalid_input', `${problems[0].field}: ${problems[0].message}`, { errors: problems });
	const projectId = access.value.project.id;
	const sources = await sourcesOf(db, actor, projectId, plan);
	if (!sources.ok) return sources;
	const { ids, bytes } = await promptChoice.take(db, projectId, actor.userId, plan.prompts);
	const each = perPrompt(plan);
	const answers = each.answers * ids.length;
	if (answers > MOST.answers) return wrongField('prompts.limit', `at most ${MOST.answers} answers at a time; these would be ${answers}`);
	const answersPerPrompt = plan.temperatures.length * plan.samples;
	return ok({
		access: access.value,
		promptIds: ids,
		preview: {
			prompts: ids.length,
			answers,
			comparisons: each.comparisons * ids.length,
			sources: sources.value.map(({ name, priceIn, priceOut, currency }) => ({ name, currency, costAtMost: costAtMost({ promptBytes: bytes, prompts: ids.length, answersPerPrompt, maxTokens: plan.maxTokens, priceIn, priceOut }) }))
		}
	});
}

/** What a plan would come to; changes nothing. */
export async function previewGeneration(app: Pick<App, 'db'>, actor: Actor, { slug, plan }: { slug: string; plan: GenerationPlan }): Promise<Result<PlanPreview>> {
	const found = await planned(app.db, actor, slug, plan);
	return found.ok ? ok(found.value.preview) : found;
}

/** Has models answer prompts of the project. A worker asks them; what they say becomes comparisons of the open round. `walled` for who is walled off from anything that a checkpoint among them learned from. */
export async function startGeneration(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, { slug, plan }: { slug: string; plan: GenerationPlan }): Promise<Result<{ id: string; status: 'queued' } & PlanPreview>> {
	return inTransaction(app.db, async (tx) => {
		const found = await planned(tx, actor, slug, plan);
		if (!found.ok) return found;
		const { access, promptIds, preview } = found.value;
		if (promptIds.length === 0) return wrongField('prompts', 'a choice that some prompt of the project meets');
		const projectId = access.project.id;
		const round = await rounds.newest(tx, projectId);
		const id = await generations.insert(tx, {
			projectId,
			roundId: round.id,
			createdBy: actor.userId,
			sampling: samplingOf(plan),
			seed: plan.seed ?? randomInt(2 ** 31),
			policy: plan.policy,
			pairsPerPrompt: drawsSome(plan.policy) ? plan.pairsPerPrompt : null,
			sources: plan.sources,
			promptIds,
			total: preview.answers
		});
		await enqueueGeneration(app, tx, id);
		await record(tx, actor, { action: 'generation.start', projectId, subject: ['generation', id], details: { prompts: promptIds.length, answers: preview.answers, sources: plan.sources, policy: plan.policy } });
		return ok({ id, status: 'queued', ...preview });
	});
}
