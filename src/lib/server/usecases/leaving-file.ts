import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { leavingText, mayNameFolders } from '../../domain/leaving-files.ts';
import type { App } from '../app.ts';
import type { Checkpoint, CheckpointFile } from '../db/checkpoints.ts';

/** Trainers write a few kilobytes; what is larger is none of theirs. */
const MOST_BYTES = 5_000_000;

/** How a file of a checkpoint goes out: as it is stored, or other bytes, which name no folder of the host that trained it. */
export type LeavingFile = { bytes: number; sha256: string; /** Null: as it is stored. */ content: Buffer | null };

/** Reads what a file of a checkpoint is when it goes out. @throws ArtifactDamaged where what is stored is not what its hash says */
export async function leavingFile({ artifacts }: Pick<App, 'artifacts'>, { path, sha256, bytes }: CheckpointFile, base: Pick<Checkpoint, 'name' | 'location'>): Promise<LeavingFile> {
	if (!mayNameFolders(path) || bytes > MOST_BYTES) return { sha256, bytes, content: null };
	const stored = await text(artifacts.read(sha256));
	const leaving = leavingText(path, stored, base);
	if (leaving === stored) return { sha256, bytes, content: null };
	const content = Buffer.from(leaving);
	return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length, content };
}
