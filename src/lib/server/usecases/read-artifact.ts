import type { Readable } from 'node:stream';
import { may } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifacts from '../db/artifacts.ts';
import type { Artifact } from '../db/artifacts.ts';
import { allow } from './access.ts';

/** An artifact that the asking person may see; `open` reads it, or from its first to its last byte of a part. */
export type OpenArtifact = { artifact: Artifact; open: (part?: { start: number; end: number }) => Readable };

/**
 * An image or document, for who may see an item that holds it: judges by their
 * tasks, the others of the project all but what a wall hides. Everybody else
 * learns only that there is nothing.
 */
export async function readArtifact(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: { slug: string; sha256: string }): Promise<Result<OpenArtifact>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'artifact.read');
	if (!access.ok) return access;
	const { project, role } = access.value;
	const who = { role, isAdmin: actor.isAdmin };
	const artifact = await artifacts.visible(app.db, {
		projectId: project.id,
		sha256: input.sha256,
		userId: actor.userId,
		sight: may(who, 'import.read') ? 'project' : 'own_tasks',
		unattached: may(who, 'import.create')
	});
	if (!artifact) return fail('not_found', 'There is no such image or document, or nothing you may see holds it.');
	if (!(await app.artifacts.has(artifact.sha256))) return fail('gone', 'The file is missing from the artifact store. Upload it again.');
	return ok({ artifact, open: (part) => app.artifacts.read(artifact.sha256, part) });
}
