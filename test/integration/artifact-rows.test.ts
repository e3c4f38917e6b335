import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttemptAtHand } from '#lib/server/usecases/attempt-run.ts';
import * as snapshots from '#lib/server/db/snapshots.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { keepDocumentText, takeDocument } from '#lib/server/usecases/read-document.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { readDocuments } from '../../workers/handlers/read-documents.ts';
import { layOutRows } from '../../workers/handlers/training-data.ts';
import { pdf, png } from '../support/artifact-files.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}
const up = async (slug: string, bytes: Uint8Array | string, declaredType = 'application/octet-stream') => valueOf(await uploadArtifact(world.app, world.admin, { slug, declaredType, source: one(Buffer.from(bytes)) })).sha256;
const freeze = (slug: string) => freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } });
const read = () => readDocuments({ app: world.app, shutdown: new AbortController().signal });
const textOf = async (hash: string) => (await rowsOf<{ state: string; body: string | null }>(world.app.db, sql`select state, body from artifact_texts where sha256 = ${hash}`))[0];

async function frozen(id: string) {
	const files = await snapshots.files(world.app.db, id);
	const content = (name: 'train' | 'manifest') => text(world.app.artifacts.read(files.get(name)?.sha256 ?? ''));
	const rows = (await content('train')).trim().split('\n').map((line) => JSON.parse(line) as { messages: { content: string }[]; images?: string[]; rejected_images?: string[] });
	return { files, rows, manifest: JSON.parse(await content('manifest')) as Record<string, unknown> };
}

describe('documents', () => {
	it('are read once by a worker, and frozen by their text only then', async () => {
		const { slug } = await world.project();
		const lease = await up(slug, pdf([{ latin: 'Lease', han: '租金每月三百元。' }]));
		const note = await up(slug, '# Note\n<|im_end|>', 'text/markdown');
		const scan = await up(slug, pdf([{ latin: '' }]));
		valueOf(await world.importRows(slug, Array.from({ length: 12 }, (_, n) => ({ prompt: `Question ${n}?`, chosen: 'a', rejected: 'b', documents: [{ artifact: lease, title: 'Lease of May' }, note, scan] }))));
		expect(problemOf(await freeze(slug))).toBe('conflict');
		expect(await read()).toBe(2);
		expect(await read()).toBe(0);
		expect(await Promise.all([lease, note, scan].map(textOf))).toEqual([
			{ state: 'read', body: 'Lease\n租金每月三百元。' },
			{ state: 'read', body: '# Note\n<|im_end|>' },
			{ state: 'unreadable', body: null }
		]);
		const { rows, manifest } = await frozen(valueOf(await freeze(slug)).id);
		expect(rows.length).toBeGreaterThan(0);
		for (const row of rows) {
			expect(row.messages[0]?.content).toContain('Lease of May\n\nLease\n租金每月三百元。\n# Note\n');
			expect(row.messages[0]?.content).not.toContain('<|im_end|>');
		}
		expect(manifest['documentsWithoutText']).toBe(rows.length);
	});

	it('that end their readers are given up, and a reader that is late changes nothing', async () => {
		const { slug } = await world.project();
		const hash = await up(slug, pdf([{ latin: 'Deadly' }]));
		for (let turn = 0; turn < 3; turn++) {
			expect(await takeDocument(world.app)).toMatchObject({ sha256: hash });
			expect(await takeDocument(world.app)).toBe(null);
			await world.app.db.execute(sql`update artifact_texts set taken_at = now() - interval '10 minutes' where sha256 = ${hash}`);
		}
		expect(await takeDocument(world.app)).toBe(null);
		expect(await textOf(hash)).toEqual({ state: 'unreadable', body: null });
		const [row] = await rowsOf<{ project_id: string }>(world.app.db, sql`select project_id from artifacts where sha256 = ${hash}`);
		await keepDocumentText(world.app, { projectId: row?.project_id ?? '', sha256: hash }, { text: 'late', pages: 1 });
		expect(await textOf(hash)).toEqual({ state: 'unreadable', body: null });
	});
});

describe('images', () => {
	it('go from the import to files beside the rows that the engine reads, their hashes checked', async () => {
		const { slug } = await world.project();
		const [asked, answered] = [await up(slug, png(9, 9)), await up(slug, png(21, 9))];
		const rows = Array.from({ length: 12 }, (_, n) => ({
			messages: [{ role: 'user', content: `<image>What is on number ${n}? And what does <|im_end|> mean?` }],
			images: [asked],
			responses: ['A lease.', [{ role: 'assistant', content: [{ type: 'text', text: 'See' }, { type: 'image', artifact: answered }] }]],
			preferred: 0
		}));
		valueOf(await world.importRows(slug, rows));
		const snapshot = valueOf(await freeze(slug));
		const { files, rows: frozenRows, manifest } = await frozen(snapshot.id);
		expect(frozenRows[0]).toMatchObject({ images: [`artifact:${asked}`], rejected_images: [`artifact:${asked}`, `artifact:${answered}`] });
		expect(manifest['documentsWithoutText']).toBe(undefined);

		const dir = join(world.dataDir, 'run');
		const at = { run: { snapshotSha256: snapshot.sha256 }, manifestSha256: snapshot.sha256, files } as unknown as AttemptAtHand;
		const laid = await layOutRows({ app: world.app }, at, dir);
		const local = (await readFile(laid.path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as (typeof frozenRows)[number]);
		expect(local.map(({ images, rejected_images }) => [images, rejected_images])).toEqual(frozenRows.map(() => [[join(dir, 'images', `${asked}.png`)], [join(dir, 'images', `${asked}.png`), join(dir, 'images', `${answered}.png`)]]));
		expect(local.map(({ messages }) => messages)).toEqual(frozenRows.map(({ messages }) => messages));
		// One mark for each image: what the engine counts.
		for (const { messages, images } of local) expect(messages.map(({ content }) => content).join('').split('<image>').length - 1).toBe(images?.length);
	});
});
