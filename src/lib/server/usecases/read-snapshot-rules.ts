import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as snapshotRules from '../db/snapshot-rules.ts';
import type { SavedRule } from '../db/snapshot-rules.ts';
import { allow } from './access.ts';

/** Rules that a project has saved, each in its newest version, by name. */
export async function listSnapshotRules(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<SavedRule[]>> {
	const access = await allow(app.db, actor, { slug }, 'snapshot.read');
	return access.ok ? ok(await snapshotRules.list(app.db, access.value.project.id)) : access;
}

/** One saved rule in all its versions, newest first. */
export async function readSnapshotRule(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; name: string }): Promise<Result<SavedRule[]>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'snapshot.read');
	if (!access.ok) return access;
	const versions = await snapshotRules.versions(app.db, { projectId: access.value.project.id, name: input.name });
	return versions.length > 0 ? ok(versions) : fail('not_found', `No rule is saved as “${input.name}”.`);
}
