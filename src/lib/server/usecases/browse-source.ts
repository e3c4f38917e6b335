import { createHash } from 'node:crypto';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { pathProblem } from '../../domain/source-path.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as importReads from '../db/import-reads.ts';
import * as sources from '../db/import-sources.ts';
import type { ImportSource } from '../db/import-sources.ts';
import { SourceTrouble } from '../import-sources/reader.ts';
import type { Listing, SourceFile } from '../import-sources/reader.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { lookIntoFolder } from './look-into-folder.ts';
import { openImportSource } from './open-import-source.ts';

/** A file that may be brought in. `taken`: this project took it before; `same`: in this very version. */
export type OfferedFile = SourceFile & { taken: { importId: string; at: string; same: boolean } | null };
export type OfferedFolder = { path: string; folders: Listing['folders']; files: OfferedFile[]; next: string | null };

/** Names a file of a source without telling its path, which may name people. */
export const fileHash = (sourceId: string, path: string): string => createHash('sha256').update(`${sourceId}\0${path}`).digest('hex');

/** Sources that this project may bring files in from, by name. */
export async function listOfferedSources(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Pick<ImportSource, 'id' | 'name' | 'kind'>[]>> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	return access.ok ? ok(await sources.offeredTo(app.db, access.value.project.id)) : access;
}

/** Finds a source that the project may bring files in from. */
export async function reachSource(db: Executor, actor: Actor, { slug, id }: { slug: string; id: string }): Promise<Result<{ access: Access; source: ImportSource }>> {
	const access = await allow(db, actor, { slug }, 'import.create');
	if (!access.ok) return access;
	const source = (await sources.isOffered(db, id, access.value.project.id)) ? await sources.get(db, id) : null;
	return source ? ok({ access: access.value, source }) : fail('not_found', 'There is no such source, or it is not offered to this project. The site’s administrator offers it.');
}

async function listingOf(app: Pick<App, 'db' | 'config' | 'secrets'>, source: ImportSource, page: { path: string; after: string | null; limit: number }): Promise<Result<Listing>> {
	if (source.kind === 'folder') return ok(await lookIntoFolder(app, { root: source.root ?? '', prefix: source.prefix }, page));
	const opened = await openImportSource(app, source);
	return opened.ok ? ok(await opened.value.list(page.path, page).finally(() => opened.value.close())) : opened;
}

/** A page of a folder of a source, by name. */
export async function browseSource(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, of: { slug: string; id: string; path: string; after: string | null; limit: number }): Promise<Result<OfferedFolder>> {
	const found = await reachSource(app.db, actor, of);
	if (!found.ok) return found;
	const problem = of.path === '' ? null : pathProblem(of.path);
	if (problem !== null) return wrongField('path', problem);
	const { access, source } = found.value;
	try {
		const listed = await listingOf(app, source, of);
		if (!listed.ok) return listed;
		const { folders, files, next } = listed.value;
		const taken = new Map((await importReads.takenBefore(app.db, access.project.id, files.map(({ path }) => fileHash(source.id, path)))).map((one) => [one.file, one]));
		return ok({
			path: of.path,
			folders,
			files: files.map((file) => {
				const before = taken.get(fileHash(source.id, file.path));
				// A bucket that keeps versions lists the ETag alone.
				return { ...file, taken: before ? { importId: before.importId, at: before.at, same: before.version?.split(' ')[0] === file.version } : null };
			}),
			next
		});
	} catch (error) {
		if (error instanceof SourceTrouble) return fail(error.again ? 'not_ready' : 'not_found', error.message);
		throw error;
	}
}
