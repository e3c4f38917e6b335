import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { IN_PIECES_FROM_BYTES, MOST_UPLOADS, PIECE_BYTES } from '#lib/domain/upload.ts';
import { lockStatus } from '#lib/server/db/imports.ts';
import { removeRead } from '#lib/server/usecases/clear-uploads.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { Api } from '../support/api.ts';
import { commandLine } from '../support/command-line.ts';
import { arrivingIn, piecesOver, uploadIn } from '../support/pieces.ts';
import type { Pieces } from '../support/pieces.ts';
import { inDatabase, inFiles } from '../support/resting-places.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let server: Server;
let owner: Api;
let pieces: Pieces;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world);
	owner = createApi(server.origin, await tokenOf(world, world.admin));
	pieces = piecesOver(owner);
}, 120_000);
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

const fileOf = (count: number, tag: string) => Buffer.from(pairRows(count, tag).map((row) => JSON.stringify(row)).join('\n'));
/** Begins an upload and sends so much of it. */
async function arrived(slug: string, file: Uint8Array, many = file.byteLength): Promise<string> {
	const begun = await pieces.begin(slug, { bytes: file.byteLength });
	expect(begun.status).toBe(201);
	const id = uploadIn(begun);
	expect((await pieces.send(id, 0, file.subarray(0, many))).status).toBe(204);
	return id;
}
const lying = () => readdir(arrivingIn(world.dataDir)).catch(() => []);

describe('a file that arrives in pieces', () => {
	it('goes on after kill -9 of the web process in mid-piece, and comes in as if it had been sent at once', async () => {
		const { slug, id: projectId } = await world.project();
		const file = fileOf(300, 'pieces');
		const id = await arrived(slug, file, 5000);
		// Half of the next piece, and then nothing more: a piece in its middle for as long as it takes.
		let sent = false;
		let end: () => void = () => undefined;
		const half = new ReadableStream<Uint8Array>({
			pull(to) {
				if (sent) return new Promise<void>((done) => (end = done)).then(() => to.close());
				sent = true;
				to.enqueue(file.subarray(5000, 9000));
				return undefined;
			}
		});
		const cut = expect(pieces.send(id, 5000, half)).rejects.toThrow();
		while ((await stat(arrivingIn(world.dataDir, id))).size < 9000) await sleep(20);
		await server.restart();
		await cut;
		end();

		expect(await pieces.arrived(id)).toBe(9000);
		expect((await owner('GET', `/projects/${slug}/uploads`)).body).toMatchObject({ uploads: [{ id, fileName: 'pairs.jsonl', bytes: 9000, totalBytes: file.byteLength }] });
		// It is too early to be read, and a piece belongs where the last one ended.
		expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 409, body: { code: 'conflict', bytes: 9000 } });
		expect(await pieces.send(id, 8999, file.subarray(8999))).toMatchObject({ status: 409, body: { code: 'conflict' } });
		expect((await pieces.send(id, 9000, file.subarray(9000))).status).toBe(204);

		expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 201, body: { status: 'published', accepted: 300, duplicates: 0, rejected: 0 } });
		expect(await world.query(`select file_name, bytes::int, total_bytes::int from imports where project_id = '${projectId}'`)).toEqual([{ file_name: 'pairs.jsonl', bytes: file.byteLength, total_bytes: file.byteLength }]);
		// What was read is not kept, nor what it could be read with.
		expect(await pieces.arrived(id)).toBeNull();
		expect(await lying()).toEqual([]);
		expect((await world.importRows(slug, pairRows(300, 'pieces'))).ok).toBe(true);
		expect(await world.query(`select count(*)::int as n from prompts where project_id = '${projectId}'`)).toEqual([{ n: 300 }]);
	});

	it('is looked over as often as it takes to understand it, without being sent again, and gone once that is decided', async () => {
		const { slug } = await world.project();
		const look = (id: string, how = '') => owner<{ id: string }>('POST', `/projects/${slug}/imports?upload=${id}&dryRun=true${how}`);
		const alone = Buffer.from([1, 2, 3].map((n) => JSON.stringify({ prompt: `Alone ${n}?`, completion: `${n}.` })).join('\n'));
		const [taken, letGo] = [await arrived(slug, alone), await arrived(slug, fileOf(3, 'looked'))];
		const first = await look(taken);
		expect(first).toMatchObject({ status: 200, body: { status: 'scanned', accepted: 3, found: { accepted: false }, sample: [{ line: 1 }, { line: 2 }, { line: 3 }] } });
		expect((await owner('GET', `/projects/${slug}/uploads`)).body).toMatchObject({ uploads: [{ id: letGo, import: null }, { id: taken, import: { id: first.body.id, status: 'scanned' } }] });
		const otherwise = await look(taken, '&accepted=true');
		expect(otherwise).toMatchObject({ status: 200, body: { status: 'scanned', accepted: 3, found: { accepted: true } } });
		// A file has one dry run.
		expect((await owner('GET', `/imports/${first.body.id}`)).body).toMatchObject({ status: 'discarded' });
		expect((await owner('POST', `/imports/${otherwise.body.id}/publish`)).status).toBe(200);
		expect((await owner('DELETE', `/imports/${(await look(letGo)).body.id}`)).status).toBe(200);
		const bad = await arrived(slug, Buffer.from('{"prompt":7}'));
		expect(await owner('POST', `/projects/${slug}/imports?upload=${bad}`)).toMatchObject({ status: 422, body: { code: 'import_refused', errors: [{ line: 1 }] } });
		expect([await pieces.arrived(taken), await pieces.arrived(letGo), await pieces.arrived(bad), await lying()]).toEqual([null, null, null, []]);
	});

	it('whose reader died is read again without being sent; one that is being read is not read twice', async () => {
		const { slug, id: projectId } = await world.project();
		const id = await arrived(slug, fileOf(4, 'reader'));
		const reading = async (silentSeconds: number) => {
			const rows = await world.query<{ id: string }>(`insert into imports (project_id, round_id, created_by, format, status, heartbeat_at)
				select '${projectId}', r.id, '${world.admin.userId}', 'auto', 'staging', now() - interval '${silentSeconds} s' from rounds r where r.project_id = '${projectId}' returning id`);
			await world.query(`update uploads set import_id = '${rows[0]?.id}' where id = '${id}'`);
			return rows[0]?.id;
		};
		const living = await reading(0);
		expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 409, body: { id: living } });
		// Nor is it let go from under its reader.
		expect(await pieces.letGo(id)).toMatchObject({ status: 409, body: { code: 'conflict', id: living } });
		expect((await owner('GET', `/projects/${slug}/uploads`)).body).toMatchObject({ uploads: [{ id, import: { id: living, status: 'staging' } }] });
		await world.query(`update imports set status = 'failed', finished_at = now() where id = '${living}'`);
		const dead = await reading(3600);
		// Who publishes it holds it, however long it was silent meanwhile.
		await world.app.db.transaction(async (tx) => {
			expect(await lockStatus(tx, dead ?? '')).toBe('staging');
			expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 409, body: { id: dead } });
		});
		expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 201, body: { accepted: 4 } });
		expect(await world.query(`select status, message from imports where id = '${dead}'`)).toEqual([{ status: 'failed', message: expect.stringContaining('broke off') }]);
		// One that was taken when its reader died is not read again; and one that only was slow leaves the file to the next.
		const third = await arrived(slug, fileOf(4, 'reader'));
		await world.query(`update uploads set import_id = '${dead}' where id = '${third}'`);
		await removeRead(world.app, living ?? '');
		expect(await pieces.arrived(third)).not.toBeNull();
		await world.query(`update imports set status = 'published' where id = '${dead}'`);
		expect(await owner('POST', `/projects/${slug}/imports?upload=${third}`)).toMatchObject({ status: 409, body: { id: dead } });
		expect((await pieces.letGo(third)).status).toBe(204);
		// Nor need one be sent again of which a disk could not be read.
		const unread = await arrived(slug, Buffer.from('\n'));
		await rm(arrivingIn(world.dataDir, unread));
		await mkdir(arrivingIn(world.dataDir, unread));
		expect((await owner('POST', `/projects/${slug}/imports?upload=${unread}`)).status).toBe(500);
		expect(await world.query(`select i.status, i.message from imports i join uploads u on u.import_id = i.id where u.id = '${unread}'`)).toEqual([{ status: 'failed', message: expect.stringContaining('can be read again') }]);
		await rm(arrivingIn(world.dataDir, unread), { recursive: true });
		expect((await pieces.letGo(unread)).status).toBe(204);
		// One of which the sweeper hears first is told apart from a file that did not arrive.
		const second = await arrived(slug, fileOf(4, 'reader'));
		const swept = await reading(3600);
		await world.query(`update uploads set import_id = '${swept}' where id = '${second}'`);
		await sweep(world.app);
		expect(await world.query(`select status, message from imports where id = '${swept}'`)).toEqual([{ status: 'failed', message: expect.stringContaining('can be read again') }]);
		expect((await pieces.letGo(second)).status).toBe(204);
	});

	it('belongs to who sends it, while they may bring files in', async () => {
		const { slug } = await world.project();
		const { slug: other } = await world.project();
		const [engineer, colleague, annotator] = await Promise.all((['engineer', 'engineer', 'annotator'] as const).map((role) => world.person(role, { slug, role })));
		const speaks = async (actor: typeof world.admin) => piecesOver(createApi(server.origin, await tokenOf(world, actor)));
		const [own, others, judge] = await Promise.all([engineer, colleague, annotator].map((actor) => speaks(actor as typeof world.admin)));
		expect((await judge?.begin(slug, { bytes: 10 }))?.status).toBe(403);
		const id = uploadIn((await own?.begin(slug, { bytes: 10 })) as never);
		expect(await own?.arrived(id)).toBe(0);
		for (const stranger of [others, pieces]) {
			expect(await stranger?.arrived(id)).toBeNull();
			expect((await stranger?.send(id, 0, Buffer.from('x')))?.status).toBe(404);
			expect((await stranger?.letGo(id))?.status).toBe(404);
		}
		expect((await owner('GET', `/projects/${slug}/uploads`)).body).toEqual({ uploads: [] });
		valueOf(await putMember(world.app, world.admin, { slug, userId: engineer?.userId ?? '', role: 'annotator' }));
		expect((await own?.send(id, 0, Buffer.from('0123456789')))?.status).toBe(403);
		valueOf(await putMember(world.app, world.admin, { slug, userId: engineer?.userId ?? '', role: 'engineer' }));
		expect((await own?.send(id, 0, Buffer.from('0123456789')))?.status).toBe(204);
		const api = createApi(server.origin, await tokenOf(world, engineer as typeof world.admin));
		valueOf(await putMember(world.app, world.admin, { slug: other, userId: engineer?.userId ?? '', role: 'engineer' }));
		expect((await api('POST', `/projects/${other}/imports?upload=${id}`)).status).toBe(404);
		expect((await own?.letGo(id))?.status).toBe(204);
		expect(await world.query(`select action from audit_entries where subject_id = '${id}' order by id`)).toEqual([{ action: 'upload.start' }, { action: 'upload.discard' }]);
		expect(await lying()).toEqual([]);
	});

	it('is bounded: in number, in size, in time, and to what it was said to hold', async () => {
		const { slug, id: projectId } = await world.project();
		expect(await pieces.begin(slug, { bytes: 200e9 })).toMatchObject({ status: 413, body: { code: 'too_large' } });
		const ids: string[] = [];
		for (let n = 0; n < MOST_UPLOADS; n++) ids.push(uploadIn(await pieces.begin(slug, { bytes: 10, name: `${n}.jsonl` })));
		expect(await pieces.begin(slug, { bytes: 10 })).toMatchObject({ status: 409, body: { code: 'conflict' } });
		const [first = '', second = '', third = ''] = ids;
		expect((await pieces.send(first, 0, Buffer.alloc(11))).status).toBe(413);
		// A file of the same name that was changed since is another one.
		const same = async (query: string) => ((await owner<{ uploads: { id: string }[] }>('GET', `/projects/${slug}/uploads?${query}`)).body.uploads.map(({ id }) => id));
		expect(await same('fileName=1.jsonl&bytes=10&modified=2026-11-29T09:00:00.000Z')).toEqual([second]);
		expect(await same('fileName=1.jsonl&bytes=10&modified=2026-11-29T09:00:01.000Z')).toEqual([]);
		// Left alone for a day it is gone, and so is, with the next one, what lies on the disk.
		await world.query(`update uploads set touched_at = now() - interval '25 h' where id = '${second}'`);
		for (const old of [first, second]) await utimes(arrivingIn(world.dataDir, old), 0, 0);
		expect(await pieces.arrived(second)).toBeNull();
		// What others that were begun have yet to send is not free, and what was left behind goes also where there is no room.
		await world.query(`update uploads set total_bytes = ${1e15} where id = '${first}'`);
		expect(await pieces.begin(slug, { bytes: 10 })).toMatchObject({ status: 503, body: { code: 'not_ready', detail: expect.stringContaining('no room') } });
		expect(await lying()).not.toContain(second);
		expect(await lying()).toContain(first);
		await world.query(`update uploads set total_bytes = 10 where id = '${first}'`);
		expect((await pieces.begin(slug, { bytes: 10 })).status).toBe(201);
		await sweep(world.app);
		expect(await world.query(`select count(*)::int as n from uploads where project_id = '${projectId}'`)).toEqual([{ n: MOST_UPLOADS }]);
		// What lies on another host cannot be gone on with here.
		await rm(arrivingIn(world.dataDir, third));
		expect(await pieces.arrived(third)).toBeNull();
		expect((await owner('POST', `/projects/${slug}/imports?upload=${third}`)).status).toBe(404);
		await world.query(`delete from uploads where project_id = '${projectId}'`);
		await rm(arrivingIn(world.dataDir), { recursive: true });
	});

	it('lies open to nobody meanwhile, nor does its name where names are hidden', async () => {
		const { slug } = await world.project();
		valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...OFF, actions: { phone: 'placeholder', person: 'placeholder' } } }));
		const canary = '13987650042';
		const file = Buffer.from(JSON.stringify({ prompt: `Call ${canary}?`, chosen: 'a', rejected: 'b' }));
		const id = uploadIn(await pieces.begin(slug, { bytes: file.byteLength, name: `Zhang-${canary}.jsonl` }));
		expect((await pieces.send(id, 0, file)).status).toBe(204);
		expect(await inFiles(world.dataDir, [canary])).toEqual([]);
		expect(await inDatabase(world, [canary, 'Zhang-'])).toEqual([]);
		expect((await readFile(arrivingIn(world.dataDir, id))).byteLength).toBe(file.byteLength);
		expect((await pieces.letGo(id)).status).toBe(204);
	});
});

/** Hands on what comes to the server, and cuts each line that has brought it so many bytes, so many times. */
async function cuttingLine(origin: string, of: { after: number; times: number }): Promise<{ origin: string; cuts: () => number; close: () => void }> {
	const { port, hostname } = new URL(origin);
	let cuts = 0;
	const line = createServer((from) => {
		const to = createConnection(Number(port), hostname);
		let passed = 0;
		from.on('data', (chunk: Buffer) => {
			passed += chunk.byteLength;
			if (passed > of.after && cuts < of.times) {
				cuts += 1;
				from.destroy();
				to.destroy();
			}
		});
		from.pipe(to).pipe(from);
		for (const end of [from, to]) end.on('error', () => undefined);
	});
	await new Promise<void>((listening) => line.listen(0, '127.0.0.1', listening));
	const { port: own } = line.address() as AddressInfo;
	return { origin: `http://127.0.0.1:${own}`, cuts: () => cuts, close: () => line.close() };
}

/** More than two pieces of rows, on a disk. */
async function largeFile(folder: string): Promise<{ path: string; file: Buffer }> {
	const answer = 'A careful answer, with a condition. '.repeat(50_000);
	const rows = Array.from({ length: 12 }, (_, n) => ({ prompt: `Large ${n}?`, chosen: `${n} ${answer}`, rejected: 'No.' }));
	const file = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
	expect(file.byteLength).toBeGreaterThan(IN_PIECES_FROM_BYTES);
	const path = join(folder, `${randomUUID()}.jsonl`);
	await writeFile(path, file);
	return { path, file };
}

type Asked = { method: string; at: number | null };

/** A proxy in front of the server: answers in its stead where `answers` gives a status, and hands on the rest. Tells what it was asked of uploads. */
async function proxyOf(origin: string, answers: (asked: Asked, before: readonly Asked[]) => number | null): Promise<{ origin: string; asked: Asked[]; close: () => void }> {
	const asked: Asked[] = [];
	const proxy = createHttpServer((request, response) => {
		const { method = '', url = '', headers } = request;
		const said = headers['upload-offset'];
		const one = { method, at: said === undefined ? null : Number(said) };
		const status = headers['tus-resumable'] === undefined ? null : answers(one, asked);
		if (headers['tus-resumable'] !== undefined) asked.push(one);
		if (status !== null) {
			request.resume().on('end', () => response.writeHead(status).end('<html>'));
			return;
		}
		const on = httpRequest(`${origin}${url}`, { method, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(response);
		});
		// A kept connection that the server closes is no end of the test: whoever asked sees that it broke.
		on.on('error', () => response.destroy());
		request.pipe(on);
	});
	await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
	const { port: own } = proxy.address() as AddressInfo;
	return { origin: `http://127.0.0.1:${own}`, asked, close: () => proxy.close() };
}

it('the command line sends nothing twice where a proxy answers for a server that starts anew, and says who is signed in no more', async () => {
	const { slug } = await world.project();
	const home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
	let ended = false;
	const proxy = await proxyOf(server.origin, ({ method, at }, before) => {
		if (ended) return method === 'PATCH' ? 401 : null;
		// The second piece, and the question how much of it arrived.
		if (method === 'PATCH') return at === PIECE_BYTES && !before.some((one) => one.at === PIECE_BYTES) ? 502 : null;
		return method === 'HEAD' && !before.some((one) => one.method === 'HEAD') ? 502 : null;
	});
	try {
		const plumbline = commandLine(home);
		const env = { PLUMBLINE_URL: proxy.origin, PLUMBLINE_TOKEN: await tokenOf(world, world.admin) };
		const { path } = await largeFile(home);
		expect(await plumbline.run(['import', slug, path], { env })).toMatchObject({ code: 0, out: expect.stringMatching(/accepted +12/u) });
		expect(proxy.asked.map(({ method, at }) => (at === null ? method : at))).toEqual(['POST', 0, PIECE_BYTES, 'HEAD', 'HEAD', PIECE_BYTES, 2 * PIECE_BYTES]);

		ended = true;
		expect(await plumbline.run(['import', slug, (await largeFile(home)).path], { env })).toMatchObject({ code: 3, err: expect.stringContaining('login') });
	} finally {
		proxy.close();
		await rm(home, { recursive: true, force: true });
		await world.query('delete from uploads');
	}
}, 120_000);

it('the command line follows the import that reads its file already', async () => {
	const { slug, id: projectId } = await world.project();
	const home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
	try {
		const { path, file } = await largeFile(home);
		const { mtime } = await stat(path);
		const id = uploadIn(await pieces.begin(slug, { bytes: file.byteLength, name: path.split('/').at(-1) ?? '', modified: mtime.toISOString() }));
		expect((await pieces.send(id, 0, file)).status).toBe(204);
		const [reading] = await world.query<{ id: string }>(`insert into imports (project_id, round_id, created_by, format, status)
			select '${projectId}', r.id, '${world.admin.userId}', 'auto', 'staging' from rounds r where r.project_id = '${projectId}' returning id`);
		await world.query(`update uploads set import_id = '${reading?.id}' where id = '${id}'`);
		const env = { PLUMBLINE_URL: server.origin, PLUMBLINE_TOKEN: await tokenOf(world, world.admin) };
		expect(await commandLine(home).run(['import', slug, path, '--timeout', '2s'], { env })).toMatchObject({ code: 5, err: expect.stringContaining('Reading, 0 rows so far') });
		await world.query(`delete from uploads`);
	} finally {
		await rm(home, { recursive: true, force: true });
	}
}, 120_000);

it('the command line goes on by itself where the line breaks, and where an earlier command was', async () => {
	const { slug } = await world.project();
	const home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
	const line = await cuttingLine(server.origin, { after: PIECE_BYTES / 2, times: 2 });
	try {
		const plumbline = commandLine(home);
		const env = { PLUMBLINE_URL: line.origin, PLUMBLINE_TOKEN: await tokenOf(world, world.admin) };
		const { path, file } = await largeFile(home);
		const first = await plumbline.run(['import', slug, path, '--json'], { env });
		expect({ ...first, cuts: line.cuts() }).toMatchObject({ code: 0, cuts: 2 });
		expect(JSON.parse(first.out)).toMatchObject({ status: 'published', accepted: 12 });

		// The same file once more, of which a command that was ended had sent some.
		const { mtime } = await stat(path);
		const id = uploadIn(await pieces.begin(slug, { bytes: file.byteLength, name: path.split('/').at(-1) ?? '', modified: mtime.toISOString() }));
		await pieces.send(id, 0, file.subarray(0, 1000));
		expect(await plumbline.run(['import', slug, path], { env })).toMatchObject({ code: 0, err: expect.stringContaining('It goes on from there'), out: expect.stringMatching(/known +12/u) });
		expect(await pieces.arrived(id)).toBeNull();

		// What the server says no to is said at once.
		const ids: string[] = [];
		for (let n = 0; n < MOST_UPLOADS; n++) ids.push(uploadIn(await pieces.begin(slug, { bytes: 10 })));
		expect(await plumbline.run(['import', slug, path], { env })).toMatchObject({ code: 1, err: expect.stringContaining(`${MOST_UPLOADS} uploads under way`) });
		for (const one of ids) await pieces.letGo(one);
	} finally {
		line.close();
		await rm(home, { recursive: true, force: true });
	}
}, 120_000);
