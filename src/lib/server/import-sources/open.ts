import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { ImportSource } from '../db/import-sources.ts';
import { bucketReader } from './bucket.ts';
import type { BucketKeys } from './bucket.ts';
import { folderReader } from './folder.ts';
import { hubReader } from './hub.ts';
import type { HubPlace } from './hub.ts';
import type { SourceReader } from './reader.ts';

/** Where the keys of a source are sealed. */
export const keysPlace = (id: string) => `import-source:${id}`;

/** Opens a data set of a hub; a problem where this installation asks none. `token`: the stored one; null: the operator's, where there is one. */
export function openHub(app: Pick<App, 'config'>, place: HubPlace, token: string | null): Result<ReturnType<typeof hubReader>> {
	const { offline, endpoints, tokens } = app.config.hubs;
	if (offline) return fail('not_ready', 'This installation asks no hub: HF_HUB_OFFLINE is set.');
	return ok(hubReader(place, { endpoint: endpoints[place.hub], token: token ?? tokens[place.hub] ?? null }, app.config.inhouse));
}

/** Opens a source for this process. A problem where it cannot: the folder is not among its settings, or it does not hold the key that the source's keys were sealed with. */
export async function openSource(app: Pick<App, 'config' | 'secrets'>, source: ImportSource, stored: { sealedKeys: string | null; hubToken: string | null }): Promise<Result<SourceReader>> {
	if (source.kind === 'folder') {
		const root = app.config.importRoots.get(source.root ?? '');
		return root === undefined ? fail('not_ready', `This process does not see the folder “${source.root ?? ''}”. Name it in PLUMBLINE_IMPORT_ROOTS of every web process and worker that shall.`) : ok(folderReader(root, source.prefix));
	}
	if (source.kind === 'hub') return openHub(app, { hub: source.hub ?? 'hf', repo: source.repo ?? '', commit: source.commit ?? '', prefix: source.prefix }, stored.hubToken);
	const keys = await app.secrets.open(stored.sealedKeys ?? '', keysPlace(source.id));
	if (!keys.ok) return keys;
	return ok(await bucketReader({ bucket: source.bucket ?? '', prefix: source.prefix, endpoint: source.endpoint, region: source.region ?? '' }, JSON.parse(keys.value) as BucketKeys, app.config.inhouse));
}
