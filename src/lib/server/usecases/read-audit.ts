import { AUDIT_ACT_NAMES, AUDIT_ACTS, toldFacts } from '../../domain/audit-acts.ts';
import type { AuditAct, AuditFacts, AuditTopic } from '../../domain/audit-acts.ts';
import { may } from '../../domain/permission.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as auditActs from '../db/audit-acts.ts';
import type { AuditLine } from '../db/audit-acts.ts';
import * as chain from '../db/audit-chain.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';

/** An act as the API and its page tell it. */
export type AuditView = Omit<AuditLine, 'action' | 'details'> & { act: AuditAct; topic: AuditTopic; facts: AuditFacts };

/** A page of a project's audit; `only`: whose acts alone they are, null where everybody's are, or nobody here is meant; `seal`: the newest link of the chain of hashes, of the whole installation; null before the first. */
export type AuditPage = { acts: AuditView[]; next: string | null; only: AuditLine['by']; seal: { link: number; hash: string } | null };

/** Acts that this person may read of, whatever a token narrows. */
function readable(actor: Actor, { role }: Access, topic: AuditTopic | undefined): AuditAct[] {
	const who = { role, isAdmin: actor.isAdmin };
	return AUDIT_ACT_NAMES.filter((act) => {
		const { topic: of, needs } = AUDIT_ACTS[act];
		return (topic === undefined || of === topic) && may(who, needs) && (!actor.scopes || actor.scopes.includes(needs));
	});
}

/** Who did what in a project, newest first, a page at a time: settings, people, data, trainings, decisions. What is told of is what the reader may see of the thing itself. */
export async function readAudit(app: Pick<App, 'db'>, actor: Actor, query: { slug: string; topic?: AuditTopic | undefined; by?: string | undefined; cursor?: string | undefined; limit: number }): Promise<Result<AuditPage>> {
	const access = await allow(app.db, actor, { slug: query.slug }, 'audit.read');
	if (!access.ok) return access;
	const reading = { projectId: access.value.project.id, viewer: actor.userId };
	const seal = await chain.lastSeal(app.db);
	const only = query.by === undefined ? null : await auditActs.doer(app.db, { ...reading, by: query.by, actions: readable(actor, access.value, undefined) });
	const lines = await auditActs.list(app.db, { ...reading, actions: readable(actor, access.value, query.topic), by: query.by ?? null, before: query.cursor ?? null, seal, limit: query.limit + 1 });
	const acts = lines.slice(0, query.limit).map(({ action, details, ...line }): AuditView => {
		const act = action as AuditAct;
		return { ...line, act, topic: AUDIT_ACTS[act].topic, facts: toldFacts(details, line.subject.id) };
	});
	return ok({ acts, next: lines.length > query.limit ? (acts.at(-1)?.id ?? null) : null, only, seal: seal && { link: seal.id, hash: seal.hash } });
}
