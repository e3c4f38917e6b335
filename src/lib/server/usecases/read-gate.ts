import { unfitToPromote } from '../../domain/checkpoint-export.ts';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { maySign } from '../../domain/four-eyes.ts';
import type { NoSignature } from '../../domain/four-eyes.ts';
import { USUAL_GATE } from '../../domain/gate.ts';
import type { Gate } from '../../domain/gate.ts';
import type { GateVerdict } from '../../domain/gate-verdict.ts';
import { may, rolesFor } from '../../domain/permission.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { SequentialLook } from '../../domain/sequential-look.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { Executor } from '../db/client.ts';
import * as decisions from '../db/decisions.ts';
import type { Signature, Unsigned } from '../db/decisions.ts';
import * as evaluations from '../db/evaluations.ts';
import * as gates from '../db/gates.ts';
import type { GateVersion } from '../db/gates.ts';
import * as runs from '../db/runs.ts';
import { allow } from './access.ts';
import { lookAtPeople, readVerdicts } from './gate-facts.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

/** A project's gate, what it said before, and what the project can go back to. */
export type ProjectGate = {
	/** Null: a checkpoint is promoted on a reviewer's word alone. */
	gate: Omit<GateVersion, 'id'> | null;
	versions: Omit<GateVersion, 'id'>[];
	fourEyes: boolean;
	/** Members who may sign. */
	signers: string[];
	usual: Gate;
	champion: { id: string; name: string; isBase: boolean };
	/** Newest first. */
	earlier: { id: string; name: string; isBase: boolean }[];
};

/** Reads a project's gate. */
export async function readGate(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<ProjectGate>> {
	const access = await allow(app.db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	const { id: projectId, fourEyes } = access.value.project;
	const [versions, signers, champion, earlier] = await Promise.all([
		gates.versions(app.db, projectId),
		decisions.signers(app.db, { projectId, roles: rolesFor('checkpoint.decide'), notUserIds: [] }),
		champions.championOf(app.db, projectId),
		champions.earlierChampions(app.db, projectId)
	]);
	const shown = versions.map(({ id: _, ...version }) => version);
	const named = ({ id, name, kind }: { id: string; name: string; kind: string }) => ({ id, name, isBase: kind === 'base' });
	return ok({ gate: shown[0] ?? null, versions: shown, fourEyes, signers: signers.map(({ name }) => name), usual: USUAL_GATE, champion: named(champion), earlier: earlier.map(named) });
}

/** A checkpoint before its gate, and a decision on it that waits. */
export type CheckpointGate = {
	/** Null: the project has no gate, or this is the base model. */
	gate: { version: number; verdict: GateVerdict } | null;
	/** The same of each form that it could be promoted in and whose weights are others: what machines measure must hold for that too. */
	forms: { exportId: string; plan: ExportPlan; verdict: GateVerdict }[];
	/** People's verdicts, which may be looked at any time; null for the base model. */
	look: SequentialLook | null;
	fourEyes: boolean;
	/** Why the person who asks may not decide here; null: they may, as far as signatures go. */
	yours: NoSignature | null;
	/** Promoted against the gate by one person. `yours` says why the person who asks may not sign it. */
	waiting: { id: string; by: Omit<Signature, 'userId'>; mine: boolean; reason: string; gateVersion: number; verdict: GateVerdict | null; waitsFor: string[]; yours: NoSignature | null } | null;
	/** Promotions against the gate that one person signed and nobody else did. */
	unsigned: Unsigned[];
};

/** Forms that a checkpoint could be promoted in and whose weights are others, newest first. */
async function formsOf(db: Executor, checkpointId: string): Promise<{ id: string; plan: ExportPlan }[]> {
	const made = await checkpointExports.ofCheckpoint(db, checkpointId);
	const evaluated = await evaluations.ofExports(db, made.map(({ id }) => id));
	return made.filter(({ id, status, changed }) => changed && unfitToPromote({ status, changed, evaluation: evaluated.get(id)?.status ?? null }) === null);
}

/** What the gate says of a checkpoint now. */
export async function readCheckpointGate(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<CheckpointGate>> {
	const { db } = app;
	const found = await reachCheckpoint(db, actor, id, 'checkpoint.read');
	if (!found.ok) return found;
	const { checkpoint, access } = found.value;
	const { fourEyes, id: projectId } = access.project;
	const forms = await formsOf(db, id);
	const [verdicts, look, waiting, unsigned, run] = await Promise.all([readVerdicts(db, checkpoint, forms.map((form) => form.id)), lookAtPeople(db, checkpoint), decisions.waiting(db, id), decisions.unsignedOf(db, id), checkpoint.runId ? runs.get(db, checkpoint.runId) : null]);
	const startedBy = run?.createdBy ?? null;
	const signs = (signedBy: readonly string[]) => maySign({ userId: actor.userId, startedBy, fourEyes, signedBy });
	const others = waiting ? await decisions.signers(db, { projectId, roles: rolesFor('checkpoint.decide'), notUserIds: [waiting.by.userId, ...(fourEyes && startedBy !== null ? [startedBy] : [])] }) : [];
	return ok({
		gate: verdicts && { version: verdicts.trained.version, verdict: verdicts.trained.verdict },
		forms: forms.flatMap(({ id: exportId, plan }) => {
			const verdict = verdicts?.forms.get(exportId)?.verdict;
			return verdict ? [{ exportId, plan, verdict }] : [];
		}),
		look,
		fourEyes,
		yours: may({ role: access.role, isAdmin: actor.isAdmin }, 'checkpoint.decide') ? signs([]) : null,
		waiting: waiting
			? {
					id: waiting.id,
					by: { name: waiting.by.name, role: waiting.by.role, signedAt: waiting.by.signedAt },
					mine: waiting.by.userId === actor.userId,
					reason: waiting.reason,
					gateVersion: waiting.gateVersion,
					verdict: (waiting.figures['gate'] as GateVerdict | null | undefined) ?? null,
					waitsFor: others.map(({ name }) => name),
					yours: signs([waiting.by.userId])
				}
			: null,
		unsigned
	});
}
