import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { pathProblem } from '../../domain/source-path.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as sources from '../db/import-sources.ts';
import type { ImportSource, SourcePlace } from '../db/import-sources.ts';
import { bucketReader } from '../import-sources/bucket.ts';
import type { BucketKeys } from '../import-sources/bucket.ts';
import { folderReader } from '../import-sources/folder.ts';
import { keysPlace } from '../import-sources/open.ts';
import { SourceTrouble } from '../import-sources/reader.ts';
import type { SourceReader } from '../import-sources/reader.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What may be said of a source at any time: its name, and the projects (slugs) that may bring files in from it. */
export type SourceOffer = { name: string; projects: 'all' | readonly string[] };

/** Where a source lies. */
export type GivenPlace = { kind: 'folder'; root: string; prefix?: string | undefined } | ({ kind: 's3'; bucket: string; endpoint?: string | null | undefined; region?: string | undefined; prefix?: string | undefined } & BucketKeys);

const NAME_TAKEN = wrongField('name', 'a name that no other source has');

type Admin = Pick<App, 'db' | 'secrets' | 'config'>;

/** Sources of the site, by name, with the folders that this process sees. Keys are never told. */
export async function listImportSources(app: Pick<App, 'db' | 'config'>, actor: Actor): Promise<Result<{ sources: ImportSource[]; roots: string[] }>> {
	const allowed = allowSite(actor, 'import_source.manage');
	return allowed.ok ? ok({ sources: await sources.list(app.db), roots: [...app.config.importRoots.keys()].sort() }) : allowed;
}

function placeOf(app: Pick<App, 'config'>, given: GivenPlace): Result<SourcePlace> {
	const prefix = (given.prefix ?? '').replace(/^\/+|\/+$/g, '');
	const problem = prefix === '' ? null : pathProblem(prefix);
	if (problem !== null) return wrongField('prefix', problem);
	if (given.kind === 'folder') {
		const known = [...app.config.importRoots.keys()].sort();
		if (!app.config.importRoots.has(given.root)) return wrongField('root', known.length === 0 ? 'a folder of the setting PLUMBLINE_IMPORT_ROOTS, which names none yet' : `one of ${known.join(', ')}: the setting PLUMBLINE_IMPORT_ROOTS names no other`);
		return ok({ kind: 'folder', root: given.root, bucket: null, endpoint: null, region: null, prefix });
	}
	const endpoint = given.endpoint ?? null;
	if (endpoint !== null) {
		const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
		if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return wrongField('endpoint', 'an address such as https://s3.firm.example, or none for Amazon’s own');
		if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return wrongField('endpoint', 'without a name, a password or a query: the keys have fields of their own');
	}
	return ok({ kind: 's3', root: null, bucket: given.bucket, endpoint, region: given.region ?? 'us-east-1', prefix });
}

/** Looks into a source once: what is wrong with its address or keys is said to who types them, not to who wants a file next week. */
async function lookInto(field: string, open: () => Promise<SourceReader>): Promise<Result<null>> {
	try {
		const reader = await open();
		await reader.list('', { after: null, limit: 1 }).finally(() => reader.close());
		return ok(null);
	} catch (error) {
		if (error instanceof SourceTrouble) return wrongField(field, error.message);
		throw error;
	}
}

const bucketOf = (app: Pick<App, 'config'>, place: SourcePlace, keys: BucketKeys) => () => bucketReader({ bucket: place.bucket ?? '', prefix: place.prefix, endpoint: place.endpoint, region: place.region ?? '' }, keys, app.config.inhouse);

async function setOffer(tx: Tx, id: string, projects: SourceOffer['projects']): Promise<Result<null>> {
	const unknown = await sources.offer(tx, id, projects);
	return unknown.length > 0 ? wrongField('projects', `projects of this site; there is no ${unknown.join(', ')}`) : ok(null);
}

/** Names a folder or bucket that projects may bring files in from. It is looked into first. */
export async function createImportSource(app: Admin, actor: Actor, input: SourceOffer & GivenPlace): Promise<Result<ImportSource>> {
	const allowed = allowSite(actor, 'import_source.manage');
	if (!allowed.ok) return allowed;
	const place = placeOf(app, input);
	if (!place.ok) return place;
	const keys = input.kind === 's3' ? { accessKeyId: input.accessKeyId, secretAccessKey: input.secretAccessKey } : null;
	const looked = await lookInto(keys ? 'bucket' : 'prefix', keys ? bucketOf(app, place.value, keys) : () => Promise.resolve(folderReader(app.config.importRoots.get(place.value.root ?? '') ?? '', place.value.prefix)));
	if (!looked.ok) return looked;
	return inTransaction(app.db, async (tx) => {
		const id = await sources.insert(tx, { ...place.value, name: input.name.trim(), createdBy: actor.userId });
		if (id === null) return NAME_TAKEN;
		if (keys) await sources.putKeys(tx, id, await app.secrets.seal(JSON.stringify(keys), keysPlace(id)));
		const offered = await setOffer(tx, id, input.projects);
		if (!offered.ok) return offered;
		await record(tx, actor, { action: 'import_source.create', subject: ['import_source', id], details: { kind: input.kind } });
		return found(tx, id);
	});
}

async function found(tx: Tx, id: string): Promise<Result<ImportSource>> {
	const now = await sources.get(tx, id);
	return now ? ok(now) : fail('not_found', 'There is no such source.');
}

/** Changes a source's name, the projects it is offered to and, where given, its keys. Where it lies stays: imports name it. */
export async function putImportSource(app: Admin, actor: Actor, input: SourceOffer & Partial<BucketKeys> & { id: string }): Promise<Result<ImportSource>> {
	const allowed = allowSite(actor, 'import_source.manage');
	if (!allowed.ok) return allowed;
	const { accessKeyId = '', secretAccessKey = '' } = input;
	const keys = accessKeyId !== '' || secretAccessKey !== '' ? { accessKeyId, secretAccessKey } : null;
	if (keys) {
		const known = await sources.get(app.db, input.id);
		if (known?.kind === 'folder') return wrongField('accessKeyId', 'none: a folder has no keys');
		if (accessKeyId === '' || secretAccessKey === '') return wrongField(accessKeyId === '' ? 'accessKeyId' : 'secretAccessKey', 'both keys or none');
		const looked = known ? await lookInto('secretAccessKey', bucketOf(app, known, keys)) : ok(null);
		if (!looked.ok) return looked;
	}
	return inTransaction(app.db, async (tx) => {
		const known = await sources.get(tx, input.id, { locked: true });
		if (!known) return fail('not_found', 'There is no such source.');
		if (known.retiredAt !== null) return fail('gone', 'This source was retired. Add it again.');
		if (!(await sources.rename(tx, input.id, input.name.trim()))) return NAME_TAKEN;
		if (keys) await sources.putKeys(tx, input.id, await app.secrets.seal(JSON.stringify(keys), keysPlace(input.id)));
		const offered = await setOffer(tx, input.id, input.projects);
		if (!offered.ok) return offered;
		await record(tx, actor, { action: 'import_source.put', subject: ['import_source', input.id], details: { keys: keys ? 'set' : 'kept' } });
		return found(tx, input.id);
	});
}

/** Retires a source: nothing more is read of it, and its keys are forgotten. */
export async function retireImportSource(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ retired: true }>> {
	const allowed = allowSite(actor, 'import_source.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		if (!(await sources.get(tx, id, { locked: true }))) return fail('not_found', 'There is no such source.');
		await sources.retire(tx, id);
		await record(tx, actor, { action: 'import_source.retire', subject: ['import_source', id] });
		return ok({ retired: true });
	});
}
