import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../../domain/canonical-json.ts';
import { DEFAULT_SHARES } from '../../domain/holdout.ts';
import { locationOf } from '../../domain/hub-model.ts';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as baseModels from '../db/base-models.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Tx } from '../db/client.ts';
import { violates } from '../db/errors.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What a project is made from. */
export type ProjectInput = {
	slug: string;
	name: string;
	overlap: number;
	objective?: string | undefined;
	locale?: string | undefined;
	systemPrompt?: string | undefined;
	guideline?: string | undefined;
	leaseSeconds?: number | undefined;
	/** A model of the list; left out: the one that the installation names. */
	baseModelId?: string | undefined;
	/** Fixed where splits and sides are to be the same as elsewhere, as in the demos; drawn otherwise. */
	seeds?: { seed: string; splitSalt: string } | undefined;
};

/** Where a project's base model lies: one of the list, whose commit is known, or the installation's. */
async function baseLocation(tx: Tx, app: Pick<App, 'config'>, baseModelId: string | undefined): Promise<Result<string>> {
	if (baseModelId === undefined) return ok(app.config.baseModel);
	const model = await baseModels.get(tx, baseModelId);
	if (!model || model.retiredAt !== null) return wrongField('baseModelId', 'a model of the list');
	if (model.commit === null) return wrongField('baseModelId', 'a model that was looked up: its commit is not known yet');
	return ok(locationOf({ hub: model.hub, repo: model.repo, commit: model.commit }));
}

/** Makes a project with its base model, guideline and system prompt, opens round 1 and makes the creator its owner. */
export async function createProject(app: Pick<App, 'db' | 'config'>, actor: Actor, input: ProjectInput): Promise<Result<{ id: string; slug: string; round: number }>> {
	const allowed = allowSite(actor, 'project.create');
	if (!allowed.ok) return allowed;
	try {
		return await inTransaction(app.db, async (tx) => {
			const location = await baseLocation(tx, app, input.baseModelId);
			if (!location.ok) return location;
			const projectId = await projects.insert(tx, {
				slug: input.slug,
				name: input.name,
				locale: input.locale ?? 'en',
				overlap: input.overlap,
				objective: input.objective ?? 'dpo',
				seed: input.seeds?.seed ?? randomBytes(16).toString('hex'),
				splitSalt: input.seeds?.splitSalt ?? randomBytes(16).toString('hex'),
				splitShares: DEFAULT_SHARES,
				leaseSeconds: input.leaseSeconds ?? 900
			});
			await members.put(tx, projectId, actor.userId, 'owner');
			if (input.systemPrompt) await projects.addSystemPrompt(tx, projectId, { body: input.systemPrompt, contentHash: sha256Hex(input.systemPrompt) });
			if (input.guideline) await projects.addGuideline(tx, projectId, { body: input.guideline, contentHash: sha256Hex(input.guideline), createdBy: actor.userId });
			await checkpoints.insertBase(tx, { projectId, location: location.value });
			const round = await rounds.open(tx, { projectId, number: 1, candidateCheckpointId: null, parentCheckpointId: null });
			await record(tx, actor, { action: 'project.create', projectId, subject: ['project', projectId], details: { slug: input.slug, overlap: input.overlap, base: location.value } });
			return ok({ id: projectId, slug: input.slug, round: round.number });
		});
	} catch (error) {
		if (violates(error, 'projects_slug_unique')) return wrongField('slug', `“${input.slug}” is taken; choose another`);
		throw error;
	}
}
