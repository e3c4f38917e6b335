import type { Readable } from 'node:stream';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as runs from '../db/runs.ts';
import { zipOf } from '../records/snapshot-file.ts';
import { allow } from './access.ts';

/** What a run's attempts wrote for TensorBoard, as a zip with a folder an attempt: what TensorBoard opens as one curve each. */
export async function readTensorboard(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, runId: string): Promise<Result<{ stream: Readable; name: string }>> {
	const run = await runs.get(app.db, runId);
	if (!run) return fail('not_found', 'There is no such run.');
	const access = await allow(app.db, actor, { id: run.projectId }, 'run.read');
	if (!access.ok) return access;
	const files = (await runs.attempts(app.db, run.id)).flatMap(({ number, tensorboard }) => (tensorboard ?? []).map(({ path, sha256 }) => ({ path: `attempt-${number}/${path}`, content: () => app.artifacts.read(sha256) })));
	if (files.length === 0) return fail('not_found', 'This run has written nothing for TensorBoard: its recipe did not ask for it, or no attempt has ended yet.');
	return ok({ stream: zipOf(files), name: `run-${run.id.slice(0, 8)}-tensorboard.zip` });
}
