import { Readable } from 'node:stream';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { ArtifactDamaged } from '../artifacts/store.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import { leavingFile } from './leaving-file.ts';
import type { LeavingFile } from './leaving-file.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { refuseWalled } from './refuse-walled.ts';

/**
 * One file of a trained checkpoint, as it is stored; where it names folders of the host that trained it, without those, and
 * with a hash of its own. Weights remember what they learned from: who is walled off from
 * anything that it or a checkpoint before it was trained on does not get them. Whoever takes one out is in the audit.
 */
export async function exportCheckpointFile(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: { id: string; path: string }): Promise<Result<{ stream: Readable; name: string; bytes: number; sha256: string }>> {
	const found = await reachCheckpoint(app.db, actor, input.id, 'snapshot.data');
	if (!found.ok) return found;
	const { checkpoint } = found.value;
	const file = checkpoint.files?.find(({ path }) => path === input.path);
	if (!file) return fail('not_found', checkpoint.kind === 'base' ? 'The base model’s files are not kept here: it lies where the project says.' : 'The checkpoint has no such file.');
	const walled = await refuseWalled(app.db, actor, input.id);
	if (walled) return walled;
	if (!(await app.artifacts.has(file.sha256))) return fail('gone', 'The file is missing from the artifact store.');
	let leaving: LeavingFile;
	try {
		leaving = await leavingFile(app, file, await checkpoints.baseOf(app.db, checkpoint.projectId));
	} catch (error) {
		if (error instanceof ArtifactDamaged) return fail('gone', `The file's bytes no longer match its hash: ${error.message}. Put it back from a backup.`);
		throw error;
	}
	const { content, bytes, sha256 } = leaving;
	await app.db.transaction((tx) => record(tx, actor, { action: 'checkpoint.export', projectId: checkpoint.projectId, subject: ['checkpoint', checkpoint.id], details: { path: file.path, sha256: file.sha256 } }));
	return ok({ stream: content ? Readable.from([content]) : app.artifacts.read(file.sha256), name: file.path.replace(/^.*\//, ''), bytes, sha256 });
}
