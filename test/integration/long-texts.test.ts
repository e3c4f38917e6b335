import { Readable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import * as artifactTexts from '#lib/server/db/artifact-texts.ts';
import * as bundles from '#lib/server/db/bundles.ts';
import * as imports from '#lib/server/db/imports.ts';
import * as snapshots from '#lib/server/db/snapshots.ts';
import { byDocuments } from '#lib/server/usecases/page-documents.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { maskNextImport } from '#lib/server/usecases/mask-names.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { seededProject } from '../support/judged-project.ts';
import { watchedDatabase } from '../support/watched-database.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Texts as long as contracts, at a hundredth of their length: what is held at a time is bounded accordingly. */
const LONG = 20_000;
const PAGE = { prompts: 200, bytes: 50_000 };

const long = (start: string) => `${start} ${'lorem ipsum '.repeat(LONG / 12)}`;

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(async () => {
	await world.close();
});

it('freezes long questions a few at a time, and to the same dataset', async () => {
	const { slug } = await seededProject(world, { overlap: 1, seed: 'long' });
	valueOf(await world.importRows(slug, Array.from({ length: 40 }, (_, i) => ({ prompt: long(`Contract ${i % 8}`), chosen: `Yes ${i}.`, rejected: `No ${i}.` }))));
	const rule = { slug, objective: 'dpo' as const, rule: { includeImports: true } };
	const { db, watched } = watchedDatabase(world.app.db);
	const frozen = valueOf(await freezeSnapshot({ ...world.app, db }, world.admin, rule, PAGE));
	expect(frozen.rows.train + frozen.rows.dev + frozen.rows.test).toBe(40);
	// What is sent is JSON of lines that are JSON: a little more than their own length.
	expect(watched.sent).toBeLessThan(1.2 * PAGE.bytes);
	expect(watched.received).toBeLessThan(1.2 * PAGE.bytes);
	expect(watched.allSent).toBeGreaterThan(40 * LONG);
	expect(valueOf(await freezeSnapshot(world.app, world.admin, rule)).sha256).toBe(frozen.sha256);
});

it('pages prompts by the length of what is asked, answered and rewritten, one at the least', async () => {
	const { slug, id } = await seededProject(world, { overlap: 1, seed: 'pages' });
	valueOf(await world.importRows(slug, Array.from({ length: 12 }, (_, i) => ({ prompt: i < 4 ? long(`Question ${i}`) : `Question ${i}?`, chosen: i >= 4 && i < 8 ? long(`Yes ${i}`) : `Yes ${i}.`, rejected: `No ${i}.` }))));
	const roundIds = (await world.query<{ id: string }>(`select id from rounds where project_id = '${id}'`)).map((round) => round.id);
	const rewrite = JSON.stringify({ messages: [{ role: 'assistant', content: long('Rather') }] });
	await world.app.db.execute(sql`insert into judgment_texts (judgment_id, salt, rewrite) select j.id, 'salt', ${rewrite}::jsonb from judgments j join comparisons c on c.id = j.comparison_id join prompt_texts t on t.prompt_id = c.prompt_id
		where j.project_id = ${id} and t.messages::text ~ 'Question (8|9|10|11)[?]' on conflict (judgment_id) do update set rewrite = excluded.rewrite`);
	const pagesOf = (bytes: number) =>
		world.app.db.transaction(async (tx) => {
			const pages: bundles.NamedBundle[][] = [];
			for (let after: string | null = null; ; after = pages.at(-1)?.at(-1)?.promptId ?? null) {
				const page: bundles.NamedBundle[] = await bundles.page(tx, { roundIds, after, limit: 200, bytes });
				if (page.length === 0) return pages;
				pages.push(page);
			}
		});
	const [whole] = await pagesOf(10_000_000);
	expect(whole).toHaveLength(12);
	const pages = await pagesOf(PAGE.bytes);
	expect(pages.flat()).toEqual(whole);
	const texts = (page: readonly bundles.NamedBundle[]) => page.flatMap(({ messages, responses, comparisons }) => [messages, ...responses.map((one) => one.messages), ...comparisons.flatMap(({ judgments }) => judgments.map((one) => one.rewrite))]);
	// Of each kind (asked, answered, rewritten) two long texts at the most.
	for (const page of pages) expect(JSON.stringify(texts(page)).length).toBeLessThan(3 * PAGE.bytes);
	expect(pages.length).toBeGreaterThan(1);
	expect((await pagesOf(1)).map((page) => page.length)).toEqual(Array.from({ length: 12 }, () => 1));
});

it('reads lines back by their length, each once and in order', async () => {
	await world.app.db.transaction(async (tx) => {
		await snapshots.openRows(tx);
		const rows = Array.from({ length: 30 }, (_, i) => ({ seq: i, file: 'train' as const, hash: String(i >> 1).padStart(64, '0'), line: i % 3 === 0 ? long(`Line ${i}`) : `Line ${i}` }));
		await snapshots.addRows(tx, rows, []);
		const read: string[] = [];
		for await (const line of snapshots.sortedLines(tx, 'train', { rows: 7, bytes: PAGE.bytes })) read.push(line);
		expect(read).toEqual(rows.map(({ line }) => line));
		const one: string[] = [];
		for await (const line of snapshots.sortedLines(tx, 'train', { rows: 7, bytes: 1 })) one.push(line);
		expect(one).toEqual(read);
	});
});

it('holds what documents say for a few prompts at a time', async () => {
	const { slug, id } = await seededProject(world, { overlap: 1, seed: 'documents' });
	const hashes: string[] = [];
	for (let i = 0; i < 4; i++) hashes.push(valueOf(await uploadArtifact(world.app, world.admin, { slug, declaredType: 'text/plain', source: Readable.from([Buffer.from(long(`Contract ${i}`))]) })).sha256);
	const content = (i: number) => [{ type: 'text', text: `Question ${i}?` }, { type: 'document', artifact: hashes[i % 4], title: 'Contract' }];
	valueOf(await world.importRows(slug, Array.from({ length: 8 }, (_, i) => ({ messages: [{ role: 'user', content: content(i) }], responses: [`Yes ${i}.`, `No ${i}.`], preferred: 0 }))));
	const roundIds = (await world.query<{ id: string }>(`select id from rounds where project_id = '${id}'`)).map((round) => round.id);
	await world.app.db.transaction(async (tx) => {
		const page = await bundles.page(tx, { roundIds, after: null, limit: 200, bytes: 1_000_000 });
		const parts = valueOf(await byDocuments(tx, id, page, PAGE.bytes));
		expect(parts.flatMap((part) => part.bundles)).toEqual(page);
		for (const part of parts) expect([...(await part.texts()).values()].reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(PAGE.bytes);
		expect(parts.length).toBeGreaterThan(1);
		expect(valueOf(await byDocuments(tx, id, page, 1_000_000))).toHaveLength(1);
		expect((await artifactTexts.sizes(tx, id, hashes)).size).toBe(4);
	});
});

it('looks for names in long rows a few at a time', async () => {
	const { slug } = await world.project();
	valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...OFF, actions: { person: 'placeholder' } } }));
	const { id: importId } = valueOf(await world.importRows(slug, Array.from({ length: 20 }, (_, i) => ({ prompt: long(`Question ${i}`), chosen: 'Yes.', rejected: 'No.' }))));
	const asked: number[] = [];
	await maskNextImport(world.app, (texts) => (asked.push(texts.join('').length), Promise.resolve(texts.map(() => []))), new AbortController().signal, { rows: 100, bytes: PAGE.bytes });
	expect(await imports.get(world.app.db, importId)).toMatchObject({ status: 'published', accepted: 20 });
	expect(asked.length).toBeGreaterThan(1);
	expect(Math.max(...asked)).toBeLessThanOrEqual(PAGE.bytes);
	expect(asked.reduce((sum, chars) => sum + chars, 0)).toBeGreaterThan(20 * LONG);
});
