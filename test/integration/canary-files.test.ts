import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { Api } from '../support/api.ts';
import { piecesOver, uploadIn } from '../support/pieces.ts';
import { heldBy, inDatabase, inFiles, inText } from '../support/resting-places.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Nobody else has it; made up. */
const CANARY = '13987650077';
/** Larger than what is looked at before a file is spooled. */
const ROWS = [1, 2, 3].map((n) => ({ prompt: `Who is reached under ${CANARY}, ${n}?`, chosen: `Somebody, under ${CANARY}. ${'And so on. '.repeat(20_000)}`, rejected: 'Nobody.' }));

let world: World;
let server: Server;
let owner: Api;
let slug: string;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world);
	owner = createApi(server.origin, await tokenOf(world, world.admin));
	({ slug } = await world.project());
	valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...OFF, actions: { phone: 'placeholder' } } }));
}, 120_000);
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

/** As it is packed, without being pressed: a search of the disk finds what lies there open. */
async function zip(): Promise<Buffer> {
	const zipped = new ZipFile();
	zipped.addBuffer(Buffer.from(ROWS.map((row) => JSON.stringify(row)).join('\n')), 'pairs.jsonl', { compress: false });
	zipped.end();
	const chunks: Buffer[] = [];
	for await (const chunk of zipped.outputStream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
const parquet = () => Buffer.from(parquetWriteBuffer({ columnData: (['prompt', 'chosen', 'rejected'] as const).map((name) => ({ name, data: ROWS.map((row) => row[name]) })), codec: 'UNCOMPRESSED' }));

/** Sends all of a file but its end, and then nothing more; what reads it waits. */
function held(to: string, file: Buffer): { ended: Promise<void>; end: () => void } {
	let sent = false;
	let end: () => void = () => undefined;
	const raw = new ReadableStream<Uint8Array>({
		pull(body) {
			if (sent) return new Promise<void>((done) => (end = done)).then(() => body.close());
			sent = true;
			body.enqueue(file.subarray(0, -4));
			return undefined;
		}
	});
	const ended = expect(owner('POST', to, { raw, headers: { 'content-type': 'application/octet-stream' } })).rejects.toThrow();
	return { ended, end: () => end() };
}

it.each(['a zip', 'a Parquet file', 'an archive'])('%s lies open nowhere while it arrives, and nothing of it is left after kill -9', async (what) => {
	const file = what === 'a Parquet file' ? parquet() : await zip();
	const [to, folder] = what === 'an archive' ? ['/archives', 'incoming'] : [`/projects/${slug}/imports`, 'uploads'];
	expect(file.includes(CANARY)).toBe(true);
	const sending = held(to, file);
	// Until all that was sent lies somewhere.
	for (let lies = 0; lies < file.byteLength - 4; await sleep(20)) lies = (await heldBy(server.pid(), join(world.dataDir, folder))).reduce((sum, { content }) => sum + content.byteLength, 0);
	expect((await heldBy(server.pid(), world.dataDir)).flatMap(({ place, content }) => inText(place, content.toString('latin1'), [CANARY]))).toEqual([]);
	expect(await inFiles(world.dataDir, [CANARY])).toEqual([]);
	await server.kill9();
	await sending.ended;
	sending.end();
	expect(await readdir(join(world.dataDir, folder))).toEqual([]);
	await server.restart();
}, 60_000);

it('what an older version left there goes when the web process starts', async () => {
	for (const folder of ['uploads', 'incoming']) {
		await mkdir(join(world.dataDir, folder), { recursive: true });
		await writeFile(join(world.dataDir, folder, 'left.part'), CANARY);
		await utimes(join(world.dataDir, folder, 'left.part'), 0, 0);
	}
	expect((await inFiles(world.dataDir, [CANARY])).length).toBe(2);
	await server.restart();
	while ((await inFiles(world.dataDir, [CANARY])).length > 0) await sleep(20);
}, 60_000);

it('is read and hidden like any other, also where it came in pieces', async () => {
	const pieces = piecesOver(owner);
	const file = await zip();
	const id = uploadIn(await pieces.begin(slug, { bytes: file.byteLength, name: 'pairs.zip' }));
	expect((await pieces.send(id, 0, file)).status).toBe(204);
	expect(await owner('POST', `/projects/${slug}/imports?upload=${id}`)).toMatchObject({ status: 201, body: { accepted: 3, rejected: 0, found: { packed: 'zip', format: 'jsonl' } } });
	expect(await owner('POST', `/projects/${slug}/imports`, { raw: new Uint8Array(parquet()) })).toMatchObject({ status: 201, body: { accepted: 0, duplicates: 3, rejected: 0, found: { format: 'parquet' } } });
	expect(await inFiles(world.dataDir, [CANARY])).toEqual([]);
	expect(await inDatabase(world, [CANARY])).toEqual([]);
}, 60_000);
