import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { receive } from '../artifacts/receive.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import * as artifacts from '../db/artifacts.ts';
import type { Artifact } from '../db/artifacts.ts';
import { record } from '../db/audit.ts';
import { allow } from './access.ts';
import { areStored } from './store-citing.ts';
import { uploadGuardOf } from './upload-guard.ts';
import { inTransaction } from './transaction.ts';

/**
 * Takes an image or document into a project. The same bytes twice are the same
 * artifact; nobody but who imports sees it before an item holds it.
 */
export async function uploadArtifact(
	app: Pick<App, 'db' | 'artifacts' | 'config' | 'secrets'>,
	actor: Actor,
	input: { slug: string; declaredType: string | null; source: AsyncIterable<Uint8Array> }
): Promise<Result<Artifact>> {
	// Before a byte is read, and again when it is entered: an upload takes its time.
	const access = await allow(app.db, actor, { slug: input.slug }, 'import.create');
	if (!access.ok) return access;
	const guard = await uploadGuardOf(app, access.value.project.id);
	if (!guard.ok) return guard;
	const received = await receive(app.artifacts, input.source, app.config.uploads, input.declaredType, guard.value);
	if (!received.ok) return received;
	const { sha256, facts, text } = received.value;
	return inTransaction(app.db, async (tx) => {
		const still = await allow(tx, actor, { slug: input.slug }, 'import.create');
		if (!still.ok) return still;
		const projectId = still.value.project.id;
		if (!(await areStored(app, tx, [received.value]))) return fail('gone', 'A clean-up took the file away before it was entered. Upload it again.');
		const artifact: Artifact = { sha256, ...facts };
		if (!(await artifacts.insert(tx, { projectId, createdBy: actor.userId, artifact }))) return ok((await artifacts.get(tx, projectId, sha256)) ?? artifact);
		if (text !== null) await artifactTexts.insertRead(tx, { projectId, sha256, body: text });
		else if (facts.mediaType === 'application/pdf') await artifactTexts.insertWaiting(tx, { projectId, sha256 });
		await record(tx, actor, { action: 'artifact.upload', projectId, subject: ['artifact', sha256], details: { mediaType: facts.mediaType, bytes: facts.bytes } });
		return ok(artifact);
	});
}
