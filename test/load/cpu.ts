import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 1000 / 100; // USER_HZ, fixed at 100 on Linux

function statOf(pid: number | string): { ppid: number; own: number; ended: number } | null {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
		const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
		return { ppid: fields[1] ?? 0, own: ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_MS, ended: ((fields[13] ?? 0) + (fields[14] ?? 0)) * TICK_MS };
	} catch {
		return null;
	}
}

/** CPU time in milliseconds that a process and its children (also ended ones) have used. */
export function cpuOfTree(root: number): number {
	const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => ({ pid: Number(name), stat: statOf(name) }));
	const sum = (pid: number): number => {
		const stat = all.find((entry) => entry.pid === pid)?.stat;
		if (!stat) return 0;
		return stat.own + stat.ended + all.filter((entry) => entry.stat?.ppid === pid).reduce((total, entry) => total + sum(entry.pid), 0);
	};
	return sum(root);
}

/** The parent of a process; 0 when it is gone. */
export function parentOf(pid: number): number {
	return statOf(pid)?.ppid ?? 0;
}

function memoryMb(pid: number, name: 'VmRSS' | 'VmHWM'): number {
	const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
	return Number(found?.[1] ?? 0) / 1024;
}

/** Resident memory of a process in megabytes. */
export function residentMb(pid: number): number {
	return memoryMb(pid, 'VmRSS');
}

/** The most resident memory that a process ever had, in megabytes. */
export function peakMb(pid: number): number {
	return memoryMb(pid, 'VmHWM');
}

/** A quantile of numbers, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((x, y) => x - y);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
