import { link, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

const BEAT_MS = 10_000;
/** Longer than three beats: a file system that several hosts share may be slow to tell of one. */
const SILENT_AFTER_MS = 45_000;

/** Who installs: a process is the same only if it also started at the same time, since pids come again. */
type Holder = { host: string; pid: number; started: string };

/** Clock ticks since boot at which a process started; empty when it is gone, or where there is no /proc. */
async function startOf(pid: number): Promise<string> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
	} catch {
		return '';
	}
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
	// Of another host (or a container whose name was another one before) no process can be seen, but its beat.
	if (holder.host !== hostname()) return stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs < SILENT_AFTER_MS, () => false);
	try {
		process.kill(holder.pid, 0);
	} catch {
		return false;
	}
	return (await startOf(holder.pid)) === holder.started;
}

/**
 * Takes a lock file, or undefined when a living process holds it; a dead one's lock is taken over, and one of another
 * host that has not been touched for 45 s (`beatMs`: how often it is while it is held). Gives what releases it. Should
 * two take over the same dead lock at once, both install: each builds in its own folder and one rename wins.
 */
export async function takeLock(path: string, beatMs = BEAT_MS): Promise<(() => Promise<void>) | undefined> {
	const mine: Holder = { host: hostname(), pid: process.pid, started: await startOf(process.pid) };
	const building = `${path}.${process.pid}`;
	await writeFile(building, JSON.stringify(mine));
	try {
		for (let attempt = 0; attempt < 3; attempt += 1) {
			try {
				// A link, not an exclusive open: the lock must never be seen without its content.
				await link(building, path);
				return hold(path, mine, beatMs);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
			const holder = await readHolder(path);
			if (holder && (await isAlive(holder, path))) return undefined;
			const stale = `${path}.stale-${process.pid}`;
			await rename(path, stale).then(() => unlink(stale), () => {});
		}
		return undefined;
	} finally {
		await rm(building, { force: true });
	}
}

/** Touches the lock until it is released. One that others took over, because this host had been asleep, is theirs. */
function hold(path: string, mine: Holder, beatMs: number): () => Promise<void> {
	const isMine = async () => JSON.stringify(await readHolder(path)) === JSON.stringify(mine);
	const touch = async () => {
		const now = new Date();
		if (await isMine()) await utimes(path, now, now);
	};
	const beat = setInterval(() => void touch().catch(() => {}), beatMs).unref();
	return async () => {
		clearInterval(beat);
		if (await isMine()) await rm(path, { force: true });
	};
}

async function readHolder(path: string): Promise<Holder | undefined> {
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Holder;
	} catch {
		return undefined;
	}
}
