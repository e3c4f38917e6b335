import { readFile, readdir } from 'node:fs/promises';

/** The environment variable by which an engine's processes are found again, whoever their parent is by then. */
export const MARKER = 'PLUMBLINE_ATTEMPT';

/** Sends a signal to a whole process group; false when nobody is left in it. */
export function killGroup(pgid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
	// 0 and 1 would be our own group and everybody's.
	if (!Number.isInteger(pgid) || pgid <= 1) throw new RangeError(`not a process group: ${pgid}`);
	try {
		process.kill(-pgid, signal);
		return true;
	} catch {
		return false;
	}
}

/** A process that carries a marker in its environment. */
export type MarkedProcess = { pid: number; marker: string };

/**
 * Processes whose environment holds the marker: all attempts' when none is given. This finds engines that outlived
 * both worker and guard, and grandchildren that left the group. Empty where there is no /proc.
 */
export async function findOrphans(marker?: string, variableName = MARKER): Promise<MarkedProcess[]> {
	const wanted = `${variableName}=`;
	let entries: string[];
	try {
		entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	} catch {
		return [];
	}
	const found = await Promise.all(
		entries.map(async (entry): Promise<MarkedProcess | undefined> => {
			try {
				const [environ, stat] = await Promise.all([readFile(`/proc/${entry}/environ`, 'latin1'), readFile(`/proc/${entry}/stat`, 'latin1')]);
				const variable = environ.split('\0').find((item) => item.startsWith(wanted));
				const value = variable?.slice(wanted.length);
				// A zombie is dead already; killing it again would loop for ever.
				const zombie = /^\s*[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
				if (!value || zombie || (marker !== undefined && value !== marker)) return undefined;
				return Number(entry) === process.pid ? undefined : { pid: Number(entry), marker: value };
			} catch {
				return undefined; // Gone meanwhile, or another user's.
			}
		})
	);
	return found.filter((item) => item !== undefined);
}

/** Kills every process with this marker, repeatedly, since a dying process may still fork. Gives how many it met. */
export async function killOrphans(marker: string, variableName = MARKER): Promise<number> {
	const met = new Set<number>();
	for (let round = 0; round < 50; round += 1) {
		const left = await findOrphans(marker, variableName);
		if (left.length === 0) break;
		for (const { pid } of left) {
			met.add(pid);
			try {
				process.kill(pid, 'SIGKILL');
			} catch {
				// Gone meanwhile.
			}
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	return met.size;
}
