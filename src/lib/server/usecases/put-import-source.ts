import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { revisionProblem } from '../../domain/hub-model.ts';
import type { Hub } from '../../domain/hub-model.ts';
import { pathProblem } from '../../domain/source-path.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as sources from '../db/import-sources.ts';
import type { ImportSource, SourcePlace } from '../db/import-sources.ts';
import { bucketReader } from '../import-sources/bucket.ts';
import type { BucketKeys } from '../import-sources/bucket.ts';
import { keysPlace, openHub } from '../import-sources/open.ts';
import { SourceTrouble } from '../import-sources/reader.ts';
import type { SourceReader } from '../import-sources/reader.ts';
import { allowSite } from './access.ts';
import { hubToken } from './fetch-base-model.ts';
import { foldersOfWorkers, lookIntoFolder } from './look-into-folder.ts';
import { inTransaction } from './transaction.ts';

/** What may be said of a source at any time: its name, and the projects (slugs) that may bring files in from it. */
export type SourceOffer = { name: string; projects: 'all' | readonly string[] };

/** Where a source lies. */
export type GivenPlace = { kind: 'folder'; root: string; prefix?: string | undefined } | ({ kind: 's3'; bucket: string; endpoint?: string | null | undefined; region?: string | undefined; prefix?: string | undefined } & BucketKeys) | { kind: 'hub'; hub: Hub; repo: string; revision?: string | undefined; prefix?: string | undefined };

const NOWHERE = { root: null, bucket: null, endpoint: null, region: null, hub: null, repo: null, commit: null };

const NAME_TAKEN = wrongField('name', 'a name that no other source has');

type Admin = Pick<App, 'db' | 'secrets' | 'config'>;

/** Folders that this process or a living worker sees, by their names. */
async function knownRoots(app: Pick<App, 'db' | 'config'>): Promise<string[]> {
	return [...new Set([...app.config.importRoots.keys(), ...(await foldersOfWorkers(app.db)).roots])].sort();
}

/** Sources of the site, by name, with the folders that this process or a living worker sees. Keys are never told. */
export async function listImportSources(app: Pick<App, 'db' | 'config'>, actor: Actor): Promise<Result<{ sources: ImportSource[]; roots: string[] }>> {
	const allowed = allowSite(actor, 'import_source.manage');
	return allowed.ok ? ok({ sources: await sources.list(app.db), roots: await knownRoots(app) }) : allowed;
}

async function placeOf(app: Pick<App, 'db' | 'config'>, given: GivenPlace): Promise<Result<SourcePlace>> {
	const prefix = (given.prefix ?? '').replace(/^\/+|\/+$/g, '');
	const problem = prefix === '' ? null : pathProblem(prefix);
	if (problem !== null) return wrongField('prefix', problem);
	if (given.kind === 'folder') {
		const known = await knownRoots(app);
		if (!known.includes(given.root)) return wrongField('root', known.length === 0 ? 'a folder of the setting PLUMBLINE_IMPORT_ROOTS, which names none yet for this process or a living worker' : `one of ${known.join(', ')}: the setting PLUMBLINE_IMPORT_ROOTS names no other for this process or a living worker`);
		return ok({ ...NOWHERE, kind: 'folder', root: given.root, prefix });
	}
	if (given.kind === 'hub') {
		const { hub, repo, revision = 'main' } = given;
		const wrong = revisionProblem({ hub, revision });
		return wrong === null ? ok({ ...NOWHERE, kind: 'hub', hub, repo, commit: revision, prefix }) : wrongField('revision', wrong);
	}
	const endpoint = given.endpoint ?? null;
	if (endpoint !== null) {
		const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
		if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return wrongField('endpoint', 'an address such as https://s3.firm.example, or none for Amazon’s own');
		if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return wrongField('endpoint', 'without a name, a password or a query: the keys have fields of their own');
	}
	return ok({ ...NOWHERE, kind: 's3', bucket: given.bucket, endpoint, region: given.region ?? 'us-east-1', prefix });
}

const FIRST = { path: '', after: null, limit: 1 };

/** What is wrong with a place is said to who types it, by the field, not to who wants a file next week. */
async function tried<T>(field: string, looking: () => Promise<T>): Promise<Result<T>> {
	try {
		return ok(await looking());
	} catch (error) {
		if (error instanceof SourceTrouble) return wrongField(field, error.message);
		throw error;
	}
}

/** Looks at what lies in a source first. */
const listed = (reader: SourceReader) => reader.list(FIRST.path, FIRST).finally(() => reader.close());

const inBucket = (app: Pick<App, 'config'>, place: SourcePlace, keys: BucketKeys) => async () => listed(await bucketReader({ bucket: place.bucket ?? '', prefix: place.prefix, endpoint: place.endpoint, region: place.region ?? '' }, keys, app.config.inhouse));

/** Looks into a data set at the commit that its revision is now: from then on it is that one. */
async function pinned(app: Admin, place: SourcePlace & { hub: Hub }): Promise<Result<SourcePlace>> {
	const token = await hubToken(app, place.hub);
	if (!token.ok) return token;
	const at = (commit: string) => openHub(app, { hub: place.hub, repo: place.repo ?? '', commit, prefix: place.prefix }, token.value);
	const asked = at(place.commit ?? '');
	if (!asked.ok) return asked;
	const commit = await tried('repo', () => asked.value.pin(place.commit ?? '').finally(() => asked.value.close()));
	if (!commit.ok) return commit;
	const found = at(commit.value);
	if (!found.ok) return found;
	const looked = await tried('repo', () => listed(found.value));
	return looked.ok ? ok({ ...place, commit: commit.value }) : looked;
}

/** Looks into a new source once; gives where it lies, of a data set at its commit. */
async function lookInto(app: Admin, place: SourcePlace, keys: BucketKeys | null): Promise<Result<SourcePlace>> {
	if (place.hub !== null) return pinned(app, { ...place, hub: place.hub });
	const looked = await (keys ? tried('bucket', inBucket(app, place, keys)) : tried('prefix', () => lookIntoFolder(app, { root: place.root ?? '', prefix: place.prefix }, FIRST)));
	return looked.ok ? ok(place) : looked;
}

async function setOffer(tx: Tx, id: string, projects: SourceOffer['projects']): Promise<Result<null>> {
	const unknown = await sources.offer(tx, id, projects);
	return unknown.length > 0 ? wrongField('projects', `projects of this site; there is no ${unknown.join(', ')}`) : ok(null);
}

/** Names a folder, a bucket or a hub's data set that projects may bring files in from. It is looked into first. */
export async function createImportSource(app: Admin, actor: Actor, input: SourceOffer & GivenPlace): Promise<Result<ImportSource>> {
	const allowed = allowSite(actor, 'import_source.manage');
	if (!allowed.ok) return allowed;
	const place = await placeOf(app, input);
	if (!place.ok) return place;
	const keys = input.kind === 's3' ? { accessKeyId: input.accessKeyId, secretAccessKey: input.secretAccessKey } : null;
	const at = await lookInto(app, place.value, keys);
	if (!at.ok) return at;
	return inTransaction(app.db, async (tx) => {
		const id = await sources.insert(tx, { ...at.value, name: input.name.trim(), createdBy: actor.userId });
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
		if (known && known.kind !== 's3') return wrongField('accessKeyId', 'none: a bucket alone has keys');
		if (accessKeyId === '' || secretAccessKey === '') return wrongField(accessKeyId === '' ? 'accessKeyId' : 'secretAccessKey', 'both keys or none');
		const looked = known ? await tried('secretAccessKey', inBucket(app, known, keys)) : ok(null);
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
