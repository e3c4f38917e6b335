import type { Actor } from '../auth/actor.ts';
import { auditEntries } from './schema/audit.ts';
import type { Tx } from './client.ts';

/** What an entry says. Ids and hashes only: names and free text can be erased, the record cannot. */
export type AuditEntry = {
	action: string;
	projectId?: string | null;
	subject: readonly [kind: string, id: string];
	details?: Record<string, unknown>;
};

/** Writes who did what, in the transaction that does it. */
export async function record(tx: Tx, actor: Actor | null, entry: AuditEntry): Promise<void> {
	await tx.insert(auditEntries).values({
		actorId: actor?.userId ?? null,
		actorKind: actor?.via ?? 'system',
		action: entry.action,
		projectId: entry.projectId ?? null,
		subjectKind: entry.subject[0],
		subjectId: entry.subject[1],
		details: entry.details ?? null
	});
}
