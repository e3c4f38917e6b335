import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import * as sources from '../db/import-sources.ts';
import type { ImportSource } from '../db/import-sources.ts';
import { openSource } from '../import-sources/open.ts';
import type { SourceReader } from '../import-sources/reader.ts';
import { hubToken } from './fetch-base-model.ts';

/** Opens a source for this process with what is stored for it: a bucket's keys, a hub's token. */
export async function openImportSource(app: Pick<App, 'db' | 'config' | 'secrets'>, source: ImportSource): Promise<Result<SourceReader>> {
	const token = source.hub === null ? null : await hubToken(app, source.hub);
	if (token && !token.ok) return token;
	return openSource(app, source, { sealedKeys: await sources.sealedKeys(app.db, source.id), hubToken: token?.value ?? null });
}
