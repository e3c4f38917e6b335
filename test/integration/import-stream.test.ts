import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '#lib/server/db/rows.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { Api, ProblemBody } from '../support/api.ts';
import { bigFile } from '../support/big-file.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, pairRows } from '../support/world.ts';
import type { World } from '../support/world.ts';

const MIB = 1024 * 1024;

let world: World;
let server: Server;
let api: Api;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world);
	api = createApi(server.origin, await tokenOf(world, world.admin));
});
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

type Outcome = { id: string; status: string; accepted: number; duplicates: number; rejected: number; rows: number; message: string | null };

/** The import's end, also when the answer was 202. */
async function ended(id: string): Promise<Outcome> {
	for (;;) {
		const { body } = await api<Outcome>('GET', `/imports/${id}`);
		if (body.status !== 'staging') return body;
		await sleep(100);
	}
}

describe('an upload', () => {
	it('of 200 MB goes through without the web process growing with it', async () => {
		const send = async (megabytes: number) => {
			const { slug, id } = await world.project();
			const { rows, stream } = bigFile(megabytes * MIB);
			const began = Date.now();
			const answer = await api<Outcome>('POST', `/projects/${slug}/imports?format=jsonl&fileName=big.jsonl`, { raw: stream });
			expect([201, 202]).toContain(answer.status);
			expect(await ended(answer.body.id)).toMatchObject({ status: 'published', accepted: rows, duplicates: 0, rejected: 0, rows });
			expect(await rowsOf(world.app.db, sql`select count(*)::int as n from comparisons where project_id = ${id}`)).toEqual([{ n: rows }]);
			const { peak } = await server.memory();
			console.log(`${megabytes} MB in ${((Date.now() - began) / 1000).toFixed(1)} s, answered ${answer.status}; web process's peak ${peak.toFixed(0)} MiB`);
			return peak;
		};
		// When memory is given back is the runtime's affair: what grows with a file is told by two of them. Had they been kept, in whatever form, 140 MB more would be.
		const small = await send(60);
		expect((await send(200)) - small).toBeLessThan(100);
	}, 400_000);

	it('that breaks off in the middle leaves nothing published', async () => {
		const { slug, id } = await world.project();
		const controller = new AbortController();
		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			async pull(to) {
				if (sent === 2000) controller.abort();
				await sleep(0);
				to.enqueue(Buffer.from(`${JSON.stringify({ prompt: `Q${sent}?`, chosen: 'a', rejected: 'b' })}\n`));
				sent += 1;
			}
		});
		await expect(api('POST', `/projects/${slug}/imports?format=jsonl`, { raw: endless, signal: controller.signal })).rejects.toThrow();
		const look = () => rowsOf<{ id: string; status: string }>(world.app.db, sql`select id, status from imports where project_id = ${id}`);
		await expect.poll(async () => (await look())[0]?.status, { timeout: 30_000 }).toBe('failed');
		expect(await rowsOf(world.app.db, sql`select (select count(*)::int from prompts where project_id = ${id}) as prompts, (select count(*)::int from import_rows x join imports i on i.id = x.import_id where i.project_id = ${id}) as staged`)).toEqual([{ prompts: 0, staged: 0 }]);
	});

	it('that is no text from its first line on is refused with the reason, however much follows', async () => {
		const { slug, id } = await world.project();
		const row = Buffer.concat([Buffer.from('Qu\xe9 puis-je faire?,a,b\n', 'latin1')]);
		let sent = 0;
		const latin1 = new ReadableStream<Uint8Array>({
			pull(to) {
				if (sent++ === 400) return to.close();
				to.enqueue(sent === 1 ? Buffer.from('prompt,chosen,rejected\n') : Buffer.concat(Array.from({ length: 2000 }, () => row)));
			}
		});
		const refused = await api<ProblemBody>('POST', `/projects/${slug}/imports?format=csv`, { raw: latin1, headers: { 'content-type': 'text/csv' } });
		expect([refused.status, refused.body.code, refused.body.detail]).toEqual([422, 'import_refused', expect.stringMatching(/UTF-8/) as unknown]);
		expect(await ended(refused.body.id ?? '')).toMatchObject({ status: 'refused', accepted: 0 });
		expect(await rowsOf(world.app.db, sql`select count(*)::int as n from prompts where project_id = ${id}`)).toEqual([{ n: 0 }]);
	}, 120_000);

	it('is answered with the import, or with lines and fields when it is refused', async () => {
		const { slug } = await world.project();
		const path = `/projects/${slug}/imports?format=jsonl`;
		const taken = await api<Outcome>('POST', path, { raw: pairRows(2).map((row) => JSON.stringify(row)).join('\n') });
		expect(taken).toMatchObject({ status: 201, body: { accepted: 2, duplicates: 0, rejected: 0, errors: [] } });
		expect(taken.headers.get('location')).toBe(`/api/v1/imports/${taken.body.id}`);
		const refused = await api<ProblemBody>('POST', path, { raw: '{"prompt":"Q","chosen":"a"}' });
		expect(refused).toMatchObject({ status: 422, body: { code: 'import_refused', errors: [{ line: 1, field: 'rejected', message: 'missing' }] } });
		expect(await ended(refused.body.id ?? '')).toMatchObject({ status: 'refused', accepted: 0, rejected: 1 });
		expect((await api<ProblemBody>('POST', path, { raw: '' })).body.code).toBe('import_refused');
		// Without a type the framework hands no body on: that must not read as an empty file.
		const untyped = await fetch(`${server.origin}/api/v1${path}`, { method: 'POST', headers: { authorization: `Bearer ${await tokenOf(world, world.admin)}` }, body: Buffer.from('{"prompt":"Q","chosen":"a","rejected":"b"}') });
		expect([untyped.status, ((await untyped.json()) as ProblemBody).code]).toEqual([415, 'unsupported_format']);
		expect((await api<ProblemBody>('POST', `/projects/${slug}/imports?format=xml`, { raw: 'x' })).body.errors?.[0]?.field).toBe('format');
	});
});
