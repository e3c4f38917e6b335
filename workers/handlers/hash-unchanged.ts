import { stat } from 'node:fs/promises';
import { hashFile } from '#lib/server/artifacts/store.ts';

type Hashed = Awaited<ReturnType<typeof hashFile>>;

/** Clocks of file systems may be so coarse, in ms: a change right after another is not told by its time. */
const COARSE_MS = 2000;

const known = new Map<string, { identity: string; hashed: Hashed }>();

/** What is another whenever a file's bytes are: its place on the disk, its size and its times, of which nobody can set the last. */
async function identityOf(path: string): Promise<{ identity: string; changedMs: number }> {
	const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true });
	return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changedMs: Number(ctimeMs) };
}

/**
 * Hash of a file, read through once a process for as long as nobody changes it: weights of many gigabytes are asked for by
 * each run, evaluation and answer.
 */
export async function hashUnchanged(path: string, { hash, now }: { hash: (path: string) => Promise<Hashed>; now: () => number } = { hash: hashFile, now: Date.now }): Promise<Hashed> {
	const { identity, changedMs } = await identityOf(path);
	const before = known.get(path);
	if (before?.identity === identity) return before.hashed;
	const settled = changedMs < now() - COARSE_MS;
	const hashed = await hash(path);
	if (settled && (await identityOf(path)).identity === identity) known.set(path, { identity, hashed });
	else known.delete(path);
	return hashed;
}
