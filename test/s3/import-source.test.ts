import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientFor } from '#lib/server/artifacts/bucket.ts';
import { bucketReader } from '#lib/server/import-sources/bucket.ts';
import { browseSource } from '#lib/server/usecases/browse-source.ts';
import { createImportSource, putImportSource } from '#lib/server/usecases/put-import-source.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { importFromSource, readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import { paperWorker } from '../support/loop.ts';
import { startS3 } from '../support/s3-server.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const KEYS = { accessKeyId: 'firm-key', secretAccessKey: 'canary-secret-of-the-bucket' };
const server = await startS3();
const s3 = clientFor({ bucket: '', prefix: '', endpoint: server.endpoint, region: 'us-east-1' });
const never = new AbortController().signal;
const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket: 'firm', Key, Body }));
const place = { kind: 's3' as const, bucket: 'firm', endpoint: server.endpoint, prefix: 'labels/', ...KEYS };

let world: World;
let slug: string;
let id: string;
let workerId: string;
beforeAll(async () => {
	await s3.send(new CreateBucketCommand({ Bucket: 'firm' }));
	await put('labels/2024/pairs.jsonl', lines(pairRows(3)));
	await put('labels/2024/packed.jsonl.gz', gzipSync(lines(pairRows(700, 'packed'))));
	await put('labels/a.csv', 'prompt,chosen,rejected\nQ,a,b\n');
	await put('labels/b.csv', 'prompt,chosen,rejected\nR,a,b\n');
	await put('other-team/secret.jsonl', lines(pairRows(1, 'secret')));
	world = await createWorld();
	workerId = await paperWorker(world);
	({ slug } = await world.project());
	id = valueOf(await createImportSource(world.app, world.admin, { ...place, name: 'Labels', projects: [slug] })).id;
});
afterAll(async () => {
	await world?.close();
	await server.stop();
});

const browse = (path = '', more: { after?: string; limit?: number } = {}) => browseSource(world.app, world.admin, { slug, id, path, after: more.after ?? null, limit: more.limit ?? 100 });
async function bringIn(path: string) {
	const importId = valueOf(await importFromSource(world.app, world.admin, { slug, id, paths: [path], said: {}, skipBad: false, dryRun: false }))[0]?.id ?? '';
	expect(await readNextFromSource(world.app, workerId, never)).toBe(true);
	return valueOf(await readImport(world.app, world.admin, importId));
}

it('a bucket is looked into when it is named, its keys lie encrypted and are told to nobody', async () => {
	for (const [wrong, field] of [[{ bucket: 'no-such' }, 'bucket'], [{ endpoint: 'http://127.0.0.1:1' }, 'bucket'], [{ endpoint: 'http://169.254.169.254' }, 'bucket'], [{ endpoint: 'http://u:p@127.0.0.1' }, 'endpoint'], [{ endpoint: 'file:///etc' }, 'endpoint'], [{ endpoint: 'http://1.1.1.1' }, 'bucket']] as const) {
		expect([wrong, await createImportSource(world.app, world.admin, { ...place, ...wrong, name: 'Wrong', projects: [] })]).toMatchObject([wrong, { ok: false, problem: { errors: [{ field }] } }]);
	}
	const kept = await world.query<{ sealed_keys: string }>(`select * from import_sources`);
	expect(kept).toHaveLength(1);
	expect(JSON.stringify(kept)).not.toMatch(/canary|firm-key/u);
	const { sealed_keys: before } = kept[0] ?? { sealed_keys: '' };
	valueOf(await putImportSource(world.app, world.admin, { id, name: 'Labels', projects: [slug], ...KEYS }));
	expect((await world.query<{ sealed_keys: string }>(`select sealed_keys from import_sources`))[0]?.sealed_keys).not.toBe(before);
	expect(JSON.stringify(await world.query(`select details from audit_entries`))).not.toContain('canary');
});

it('is browsed below its prefix alone, page by page', async () => {
	const all = valueOf(await browse());
	expect(all).toMatchObject({ folders: [{ name: '2024', path: '2024' }], files: [{ path: 'a.csv' }, { path: 'b.csv' }], next: null });
	expect(valueOf(await browse('2024')).files.map(({ path }) => path)).toEqual(['2024/packed.jsonl.gz', '2024/pairs.jsonl']);
	const seen: string[] = [];
	for (let after: string | undefined; ; ) {
		const page = valueOf(await browse('', { limit: 1, ...(after === undefined ? {} : { after }) }));
		seen.push(...page.folders.map(({ path }) => path), ...page.files.map(({ path }) => path));
		if (page.next === null) break;
		after = page.next;
	}
	expect(seen.toSorted()).toEqual(['2024', 'a.csv', 'b.csv']);
	expect(await browse('../other-team')).toMatchObject({ ok: false, problem: { errors: [{ field: 'path' }] } });
	expect(valueOf(await browse('other-team'))).toMatchObject({ folders: [], files: [] });
});

it('an object comes in with its version and hash; the same again adds nothing, one that is gone is refused', async () => {
	const text = lines(pairRows(3));
	const first = await bringIn('2024/pairs.jsonl');
	expect(first).toMatchObject({ status: 'published', accepted: 3, origin: { source: 'Labels', version: `"${createHash('md5').update(text).digest('hex')}"`, sha256: createHash('sha256').update(text).digest('hex') } });
	expect(valueOf(await browse('2024')).files[1]).toMatchObject({ taken: { importId: first.id, same: true } });
	expect(await bringIn('2024/pairs.jsonl')).toMatchObject({ status: 'published', accepted: 0, duplicates: 3 });
	expect(await bringIn('2024/packed.jsonl.gz')).toMatchObject({ accepted: 700, found: { packed: 'gzip' } });
	await s3.send(new DeleteObjectCommand({ Bucket: 'firm', Key: 'labels/b.csv' }));
	expect(await bringIn('b.csv')).toMatchObject({ status: 'refused', message: 'There is no such file in the bucket.' });
});

/** A way to the server on which the first answer with a large body breaks off in its middle. */
async function breakingOnce(): Promise<{ endpoint: string; broken: () => number; close: () => void }> {
	const to = new URL(server.endpoint);
	let broken = 0;
	const open = new Set<Socket>();
	const proxy: Server = createServer((from) => {
		const there = connect(Number(to.port), to.hostname);
		let passed = 0;
		open.add(from);
		there.on('data', (chunk) => {
			passed += chunk.byteLength;
			if (passed > 1_000_000 && broken === 0) {
				broken += 1;
				from.destroy();
				there.destroy();
			} else from.write(chunk);
		});
		from.on('data', (chunk) => there.write(chunk));
		for (const [one, other] of [[from, there], [there, from]] as const) one.on('close', () => other.destroy()).on('error', () => other.destroy());
	});
	await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
	return {
		endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
		broken: () => broken,
		close: () => {
			proxy.close();
			for (const socket of open) socket.destroy();
		}
	};
}

it('a download that breaks off goes on from its last byte, and one that became another object meanwhile does not', async () => {
	const bytes = randomBytes(3_000_000);
	await put('labels/large.bin', bytes);
	const proxy = await breakingOnce();
	const reader = await bucketReader({ bucket: 'firm', prefix: 'labels', endpoint: proxy.endpoint, region: 'us-east-1' }, KEYS, { names: [], ranges: [] });
	try {
		const read = async (between: () => Promise<unknown>) => {
			const hash = createHash('sha256');
			const file = await reader.open('large.bin');
			await between();
			for await (const chunk of file.read()) hash.update(chunk);
			return hash.digest('hex');
		};
		expect(await read(() => Promise.resolve())).toBe(createHash('sha256').update(bytes).digest('hex'));
		expect(proxy.broken()).toBe(1);
		await expect(read(() => put('labels/large.bin', randomBytes(10)))).rejects.toThrow('was changed while it was read');
	} finally {
		reader.close();
		proxy.close();
	}
});
