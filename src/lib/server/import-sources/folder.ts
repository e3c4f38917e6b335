import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathProblem, below } from '../../domain/source-path.ts';
import { changed, checkSize, SourceTrouble } from './reader.ts';
import type { Listing, SourceReader } from './reader.ts';

const isInside = (top: string, path: string) => path === top || path.startsWith(top.endsWith(sep) ? top : top + sep);
const missing = () => new SourceTrouble('There is no such file or folder, or it lies outside of what is offered.', { again: false });
const versionOf = ({ mtimeNs, size, ino }: BigIntStats) => `${mtimeNs}-${size}-${ino}`;
const timeOf = ({ mtimeNs }: BigIntStats) => new Date(Number(mtimeNs / 1_000_000n)).toISOString();

/** What the file system answered instead: a disk that is away for a while comes back, a file that is not there does not. */
function trouble(error: unknown): SourceTrouble {
	if (error instanceof SourceTrouble) return error;
	const code = (error as NodeJS.ErrnoException).code ?? '';
	if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR'].includes(code)) return missing();
	if (code === 'EACCES' || code === 'EPERM') return new SourceTrouble('The file or folder may not be read by the process that runs Plumbline.', { again: false });
	return new SourceTrouble(`The folder cannot be read at the moment (${code === '' ? 'unknown error' : code}).`, { again: true });
}

/**
 * Reads below `root`/`prefix` and nowhere else: links are followed only while
 * they stay inside, and what was opened is looked at once more, because between
 * looking and opening somebody may have put a link there.
 */
export function folderReader(root: string, prefix: string): SourceReader {
	const beginning = async (): Promise<string> => {
		const real = await realpath(root).catch(() => {
			throw new SourceTrouble('The folder is not there at the moment. It may not be mounted.', { again: true });
		});
		const top = await realpath(join(real, prefix));
		if (!isInside(real, top)) throw missing();
		return top;
	};
	/** Where a path really lies. */
	const placeOf = async (path: string): Promise<string> => {
		const top = await beginning();
		const real = await realpath(join(top, path));
		if (!isInside(top, real)) throw missing();
		return real;
	};

	async function list(path: string, { after, limit }: { after: string | null; limit: number }): Promise<Listing> {
		const dir = await placeOf(path);
		const names = (await readdir(dir)).filter((name) => !name.startsWith('.') && pathProblem(name) === null && (after === null || name > after)).sort();
		const page: Listing = { folders: [], files: [], next: null };
		for (const name of names) {
			if (page.folders.length + page.files.length === limit) {
				page.next = [...page.folders, ...page.files].reduce((last, one) => (one.name > last ? one.name : last), '');
				break;
			}
			const at = below(path, name);
			// A link to the outside, or what was taken away since, is not there.
			const found = await placeOf(at).then((real) => stat(real, { bigint: true }), () => null);
			if (found?.isDirectory()) page.folders.push({ name, path: at });
			else if (found?.isFile()) page.files.push({ name, path: at, bytes: Number(found.size), modifiedAt: timeOf(found), version: versionOf(found) });
		}
		return page;
	}

	return {
		list: (path, page) => list(path, page).catch((error: unknown) => Promise.reject(trouble(error))),
		open: async (path) => {
			const place = await placeOf(path).catch((error: unknown) => Promise.reject(trouble(error)));
			// Without waiting for somebody to write into a pipe that was put there.
			const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => Promise.reject(trouble(error)));
			try {
				const found = await file.stat({ bigint: true });
				const there = await stat(await placeOf(path), { bigint: true });
				if (!found.isFile() || found.ino !== there.ino || found.dev !== there.dev) throw missing();
				checkSize(Number(found.size));
				return {
					bytes: Number(found.size),
					modifiedAt: timeOf(found),
					version: versionOf(found),
					close: () => file.close(),
					read: async function* () {
						try {
							for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false }) as AsyncIterable<Buffer>) yield chunk;
							if (versionOf(await file.stat({ bigint: true })) !== versionOf(found)) throw changed();
						} catch (error) {
							throw trouble(error);
						} finally {
							await file.close();
						}
					}
				};
			} catch (error) {
				await file.close();
				throw trouble(error);
			}
		},
		close: () => undefined
	};
}
