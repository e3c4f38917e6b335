import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const SETGID = 0o2000;

/** How files and folders of a store are made: each process's own way, or for a group. */
export type StoreModes = {
	/** Makes a folder of the store, with those above it. */
	folder: (path: string) => Promise<void>;
	/** Lets a new file be what the store's files are. */
	file: (path: string) => Promise<void>;
};

/**
 * The modes of a store in a folder. One whose folder has the setgid bit is a group's: whatever its processes let others
 * see of what else they write, they make its files and folders for the group.
 */
export async function storeModes(root: string): Promise<StoreModes> {
	await mkdir(root, { recursive: true });
	const shared = ((await stat(root)).mode & SETGID) !== 0;
	return {
		folder: async (path) => {
			const first = await mkdir(path, { recursive: true });
			if (!shared || first === undefined) return;
			for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, SETGID | 0o770);
		},
		file: async (path) => {
			if (shared) await chmod(path, 0o660);
		}
	};
}
