import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '#lib/domain/hub-model.ts';
import { browseSource } from '#lib/server/usecases/browse-source.ts';
import { putHubToken } from '#lib/server/usecases/put-base-model.ts';
import { createImportSource } from '#lib/server/usecases/put-import-source.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { importFromSource, readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { startDatasetHub } from '../support/dataset-hub.ts';
import { paperWorker } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const REPO = 'firm/feedback';
const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const LONG = lines(pairRows(300, 'long'));
const never = new AbortController().signal;

let hub: Awaited<ReturnType<typeof startDatasetHub>>;
let world: World;
let workerId: string;
let slug: string;
beforeAll(async () => {
	hub = await startDatasetHub({ repo: REPO, commit: COMMIT, token: 'canary-hub-token', files: { 'README.md': '# Not offered', 'data/train/part 1.jsonl': LONG, 'data/small.jsonl': lines(pairRows(3)), 'data/more.csv': 'prompt,chosen,rejected\nQ,a,b\n' } });
	world = await createWorld({ HF_ENDPOINT: hub.address, MODELSCOPE_ENDPOINT: hub.address, HF_HUB_OFFLINE: '' });
	workerId = await paperWorker(world);
	({ slug } = await world.project());
});
afterAll(async () => {
	await world?.close();
	await hub?.stop();
});

const add = (kind: Hub, more: object = {}) => createImportSource(world.app, world.admin, { name: kind, projects: [slug], kind: 'hub', hub: kind, repo: REPO, prefix: 'data', ...(kind === 'modelscope' ? { revision: COMMIT } : {}), ...more });
async function bringIn(id: string, path: string) {
	const importId = valueOf(await importFromSource(world.app, world.admin, { slug, id, paths: [path], said: {}, skipBad: false, dryRun: false }))[0]?.id ?? '';
	expect(await readNextFromSource(world.app, workerId, never)).toBe(true);
	return valueOf(await readImport(world.app, world.admin, importId));
}

it('is asked with the stored token alone, looked up first, and kept at the commit that its revision was', async () => {
	expect(await add('hf')).toMatchObject({ ok: false, problem: { errors: [{ field: 'repo', message: expect.stringContaining('does not let this installation read') as string }] } });
	for (const kind of ['hf', 'modelscope'] as const) valueOf(await putHubToken(world.app, world.admin, { hub: kind, token: 'canary-hub-token' }));
	expect(await add('hf', { repo: 'firm/nothing' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'repo', message: 'Hugging Face has no such data set, revision or file.' }] } });
	expect(await add('hf', { revision: 'v9' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'repo' }] } });
	expect(await add('modelscope', { revision: 'master' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'revision', message: expect.stringContaining('40 characters') as string }] } });
	const offline = { ...world.app, config: { ...world.app.config, hubs: { ...world.app.config.hubs, offline: true } } };
	expect(problemOf(await createImportSource(offline, world.admin, { name: 'Off', projects: [], kind: 'hub', hub: 'hf', repo: REPO }))).toBe('not_ready');
	expect(valueOf(await add('hf', { name: 'Whole', prefix: '' }))).toMatchObject({ kind: 'hub', hub: 'hf', repo: REPO, commit: COMMIT });
	expect(JSON.stringify(await world.query(`select * from import_sources`))).not.toContain('canary');
});

describe.each(['hf', 'modelscope'] as const)('a data set of %s', (kind) => {
	let id = '';
	beforeAll(async () => {
		id = valueOf(await add(kind)).id;
	});
	const browse = (path = '', more: { after?: string; limit?: number } = {}) => browseSource(world.app, world.admin, { slug, id, path, after: more.after ?? null, limit: more.limit ?? 100 });

	it('is looked through below what is offered, page by page', async () => {
		expect(valueOf(await browse())).toMatchObject({ folders: [{ name: 'train', path: 'train' }], files: [{ name: 'small.jsonl', path: 'small.jsonl', taken: null }, { path: 'more.csv' }], next: null });
		expect(valueOf(await browse('train')).files).toMatchObject([{ path: 'train/part 1.jsonl', bytes: Buffer.byteLength(LONG), version: createHash('sha256').update(LONG).digest('hex') }]);
		const seen: string[] = [];
		for (let after: string | undefined; ; ) {
			const page = valueOf(await browse('', { limit: 1, ...(after === undefined ? {} : { after }) }));
			seen.push(...page.folders.map(({ path }) => path), ...page.files.map(({ path }) => path));
			if (page.next === null) break;
			after = page.next;
		}
		expect(seen).toEqual(['train', 'small.jsonl', 'more.csv']);
		expect(await browse('../README.md')).toMatchObject({ ok: false, problem: { errors: [{ field: 'path' }] } });
	});

	it('gives a file that is read on where the line broke, and takes no other bytes than it promised', async () => {
		hub.breakOnce();
		const read = await bringIn(id, 'train/part 1.jsonl');
		expect(read).toMatchObject({ status: 'published', rows: 300, rejected: 0, origin: { source: kind, version: createHash('sha256').update(LONG).digest('hex'), sha256: createHash('sha256').update(LONG).digest('hex') } });
		expect(valueOf(await browse('train')).files[0]).toMatchObject({ taken: { importId: read.id, same: true } });
		hub.lie('data/small.jsonl', lines(pairRows(3)).replaceAll('q', 'x'));
		const lied = await bringIn(id, 'small.jsonl');
		expect(lied).toMatchObject({ status: 'staging', accepted: 0, message: expect.stringContaining('sent other bytes than it names a hash of. It is tried again.') as string });
		hub.lie('data/small.jsonl', null);
		// Its next try would come before the files below, however long those take.
		expect(valueOf(await undoImport(world.app, world.admin, lied.id))).toEqual({ discarded: true });
		expect(await bringIn(id, 'missing.jsonl')).toMatchObject({ status: 'refused', message: expect.stringContaining('has no such data set, revision or file') as string });
		// Where the bytes come from is another's: what is ours stays at the hub.
		expect(hub.handedOn.length).toBeGreaterThan(0);
		expect(hub.handedOn.filter((header) => header !== undefined)).toEqual([]);
	});
});
