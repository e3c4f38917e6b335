import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as scans from '../db/near-duplicate-scans.ts';
import type { ScanState } from '../db/near-duplicate-scans.ts';
import * as nearDuplicates from '../db/near-duplicates.ts';
import type { Cluster } from '../db/near-duplicates.ts';
import { allow } from './access.ts';

/** Questions of a project that are nearly the same, a page of them; `next` asks for what comes after. */
export type DuplicatePage = { scan: ScanState | null; clusters: Cluster[]; next: string | null };

/** Pairs that wait for somebody's word, or those that were decided; nothing that lies behind a wall for who asks. */
export async function listDuplicates(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; decided: boolean; after?: string | undefined; limit: number }): Promise<Result<DuplicatePage>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'import.create');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const [scan, found] = await Promise.all([
		scans.get(app.db, projectId),
		nearDuplicates.clusters(app.db, { projectId, userId: actor.userId, decided: input.decided, after: input.after ?? null, limit: input.limit + 1 })
	]);
	const clusters = found.slice(0, input.limit);
	return ok({ scan, clusters, next: found.length > input.limit ? (clusters.at(-1)?.prompt.id ?? null) : null });
}

/** How many pairs wait for this person's word (`over`: more than are counted), for a link; nothing for who may not decide. */
export async function waitingDuplicates(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<{ n: number; over: boolean }> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	const n = access.ok ? await nearDuplicates.waiting(app.db, { projectId: access.value.project.id, userId: actor.userId }) : 0;
	return { n: Math.min(n, nearDuplicates.COUNTED), over: n > nearDuplicates.COUNTED };
}
