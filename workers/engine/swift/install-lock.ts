import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

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

async function isAlive(holder: Holder): Promise<boolean> {
	// Of another host nothing can be said: its installation into a shared folder is waited for.
	if (holder.host !== hostname()) return true;
	try {
		process.kill(holder.pid, 0);
	} catch {
		return false;
	}
	return (await startOf(holder.pid)) === holder.started;
}

/**
 * Takes a lock file, or undefined when a living process holds it; a dead one's lock is taken over. Should two take
 * over the same dead lock at once, both install: each builds in its own folder and one rename wins.
 */
export async function takeLock(path: string): Promise<(() => Promise<void>) | undefined> {
	const mine: Holder = { host: hostname(), pid: process.pid, started: await startOf(process.pid) };
	const building = `${path}.${process.pid}`;
	await writeFile(building, JSON.stringify(mine));
	try {
		for (let attempt = 0; attempt < 3; attempt += 1) {
			try {
				// A link, not an exclusive open: the lock must never be seen without its content.
				await link(building, path);
				return () => rm(path, { force: true });
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
			const holder = await readHolder(path);
			if (holder && (await isAlive(holder))) return undefined;
			const stale = `${path}.stale-${process.pid}`;
			await rename(path, stale).then(() => unlink(stale), () => {});
		}
		return undefined;
	} finally {
		await rm(building, { force: true });
	}
}

async function readHolder(path: string): Promise<Holder | undefined> {
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Holder;
	} catch {
		return undefined;
	}
}
