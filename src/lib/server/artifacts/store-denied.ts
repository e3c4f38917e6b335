import { userInfo } from 'node:os';
import { isAbsolute, relative } from 'node:path';

/** What a file system says to who may not. */
const DENIED: readonly unknown[] = ['EACCES', 'EPERM'];

/** Whom the system takes this process for: by name, or by number where it has none. */
function user(): string {
	try {
		return userInfo().username;
	} catch {
		return String(process.getuid?.() ?? 'unknown');
	}
}

/** The user of this process may not do something in the store: others write there too, as another user. Somebody mends the folder's rights, and what was being stored is stored then. */
export class StoreDenied extends Error {
	/** What the system said. */
	readonly code: string;
	constructor(root: string, path: string, code: string, options?: ErrorOptions) {
		super(`the user ${user()} may not write and read ${path} of the artifact store ${root} (${code}): web and workers need the same user, or a common group that owns the store’s folder with its setgid bit (“The store’s folder” in docs/operations.md)`, options);
		this.name = 'StoreDenied';
		this.code = code;
	}
}

/** Does something with the store's files, and says where one of them was denied. What another folder denied stays as it is. @throws StoreDenied */
export async function permitted<T>(root: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw deniedIn(root, error) ?? error;
	}
}

function isWithin(root: string, path: string): boolean {
	const from = relative(root, path);
	return !from.startsWith('..') && !isAbsolute(from);
}

/** The error as one of the store, where one of its files was denied. */
export function deniedIn(root: string, error: unknown): StoreDenied | null {
	const { code, path, dest } = error as { code?: unknown; path?: unknown; dest?: unknown };
	const within = [path, dest].find((one): one is string => typeof one === 'string' && isWithin(root, one));
	return DENIED.includes(code) && within !== undefined ? new StoreDenied(root, within, String(code), { cause: error }) : null;
}
