import { sql } from 'drizzle-orm';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/artifacts.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { readArtifact } from '#lib/server/usecases/read-artifact.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { jpeg, pdf, png, sha256, webp } from '../support/artifact-files.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { ProblemBody } from '../support/api.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_MAX_IMAGE_MB: '0.2', PLUMBLINE_MAX_DOCUMENT_MB: '0.5' });
});
afterAll(() => world?.close());

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
const send = (slug: string, bytes: Uint8Array | string, options: { as?: Actor; declared?: string } = {}) =>
	uploadArtifact(world.app, options.as ?? world.admin, { slug, declaredType: options.declared ?? 'application/octet-stream', source: pieces(Buffer.from(bytes)) });
const see = (slug: string, actor: Actor, hash: string) => readArtifact(world.app, actor, { slug, sha256: hash }).then(problemOf);
const image = (artifact: string) => ({ type: 'image', artifact });
const errorsOf = (result: Result<unknown>) => (result.ok ? [] : (result.problem.errors ?? []).map(({ line, field, message }) => `${line} ${field}: ${message}`));

describe('an upload', () => {
	it('is what its bytes say, with its sides, whatever was declared', async () => {
		const { slug } = await world.project();
		const cases = [
			[png(64, 48), 'text/html', { mediaType: 'image/png', width: 64, height: 48 }],
			[jpeg(120, 80), 'image/png', { mediaType: 'image/jpeg', width: 120, height: 80 }],
			[jpeg(120, 80, 6), 'image/jpeg', { mediaType: 'image/jpeg', width: 80, height: 120 }],
			[webp(33, 21), 'application/pdf', { mediaType: 'image/webp', width: 33, height: 21 }],
			[pdf([{ latin: 'Lease', han: '租约' }]), 'image/png', { mediaType: 'application/pdf', width: null, height: null }],
			[Buffer.from('# Lease\n\nRent: 300 €, 租金。'), 'text/markdown; charset=utf-8', { mediaType: 'text/markdown', width: null, height: null }],
			[Buffer.from('Plain words.'), 'image/png', { mediaType: 'text/plain', width: null, height: null }]
		] as const;
		for (const [bytes, declared, expected] of cases) {
			expect(valueOf(await send(slug, bytes, { declared }))).toEqual({ sha256: sha256(bytes), bytes: bytes.byteLength, ...expected });
		}
	});

	it('of the same bytes is the same artifact, entered in the record once', async () => {
		const { slug, id } = await world.project();
		const bytes = png(8, 8);
		const [one, two] = await Promise.all([send(slug, bytes), send(slug, bytes)]);
		expect(valueOf(one)).toEqual(valueOf(two));
		const entries = await rowsOf<{ n: string }>(world.app.db, sql`select count(*) as n from audit_entries where project_id = ${id} and action = 'artifact.upload' and subject_id = ${sha256(bytes)}`);
		expect(Number(entries[0]?.n)).toBe(1);
	});

	it.each([
		['a page', '<!DOCTYPE html><script>alert(1)</script>', 'unsupported_format'],
		['a page behind a comment', '  <!-- x -->\n<html><body>', 'unsupported_format'],
		['a drawing', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'unsupported_format'],
		['a drawing without a head', '<svg onload="alert(1)"/>', 'unsupported_format'],
		['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), 'unsupported_format'],
		['an archive', Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), Buffer.alloc(60)]), 'unsupported_format'],
		['a program', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(600)]), 'unsupported_format'],
		['bytes that are no text', Buffer.from([0x41, 0xff, 0xfe, 0x42]), 'unsupported_format'],
		['text with NUL', 'a\0b', 'unsupported_format'],
		['a text that ends within a letter', Buffer.from('租').subarray(0, 2), 'unsupported_format'],
		['a PNG that says it has 400 megapixels', png(20_000, 20_000, { claimed: true }), 'too_large'],
		['a PNG one pixel wide and endless', png(40_000, 1, { claimed: true }), 'too_large'],
		['a PNG without its sides', png(8, 8).subarray(0, 14), 'unsupported_format'],
		['an image of too many bytes', Buffer.concat([png(8, 8), Buffer.alloc(200_000)]), 'too_large'],
		['a document of too many bytes', pdf([{ latin: 'x' }], { padding: 600_000 }), 'too_large'],
		['nothing', '', 'invalid_input']
	])('of %s is refused and leaves nothing', async (_, bytes, code) => {
		const { slug, id } = await world.project();
		expect(problemOf(await send(slug, bytes, { declared: 'image/png' }))).toBe(code);
		expect(await rowsOf(world.app.db, sql`select 1 from artifacts where project_id = ${id}`)).toEqual([]);
		expect(await world.app.artifacts.has(sha256(Buffer.from(bytes)))).toBe(false);
	});

	it('is for who may import', async () => {
		const { slug } = await world.project();
		for (const role of ['annotator', 'reviewer'] as const) expect(problemOf(await send(slug, png(4, 4), { as: await world.person(role, { slug, role }) }))).toBe('forbidden');
		expect(problemOf(await send(slug, png(4, 4), { as: await world.person('stranger') }))).toBe('not_found');
		expect(problemOf(await send(slug, png(4, 4), { as: await world.person('engineer', { slug, role: 'engineer' }) }))).toBe('no problem');
	});
});

describe('who sees an image', () => {
	it('is who imports while nothing holds it, then the project; a judge with their task; nobody across a wall', async () => {
		const { slug, id } = await world.project({ overlap: 3 });
		const [asked, answered, hidden] = [png(10, 10), png(11, 11), png(12, 12)].map((bytes) => ({ bytes, hash: sha256(bytes) })) as [{ bytes: Buffer; hash: string }, { bytes: Buffer; hash: string }, { bytes: Buffer; hash: string }];
		for (const { bytes } of [asked, answered, hidden]) valueOf(await send(slug, bytes));
		const [ann, eng, rev] = await Promise.all([world.person('ann', { slug, role: 'annotator' }), world.person('eng', { slug, role: 'engineer' }), world.person('rev', { slug, role: 'reviewer' })]);
		expect(await Promise.all([ann, rev, eng].map((who) => see(slug, who, asked.hash)))).toEqual(['not_found', 'not_found', 'no problem']);

		valueOf(
			await world.importRows(slug, [
				{ messages: [{ role: 'user', content: [image(asked.hash), { type: 'text', text: 'What is it?' }] }], responses: ['A lease.', [{ role: 'assistant', content: [image(answered.hash)] }]], matter: 'alpha' },
				{ messages: [{ role: 'user', content: [image(hidden.hash), { type: 'text', text: 'And this?' }] }], responses: ['One.', 'Two.'], matter: 'beta' }
			])
		);
		await world.app.db.execute(sql`insert into walls (project_id, user_id, matter, raised_by) select ${id}, u, 'beta', ${world.admin.userId} from unnest(array[${eng.userId}, ${ann.userId}, ${world.admin.userId}]::uuid[]) u`);
		expect(await Promise.all([asked, answered, hidden].map(({ hash }) => see(slug, eng, hash)))).toEqual(['no problem', 'no problem', 'not_found']);
		expect(await Promise.all([asked, answered, hidden].map(({ hash }) => see(slug, world.admin, hash)))).toEqual(['no problem', 'no problem', 'not_found']);
		expect(await see(slug, rev, hidden.hash)).toBe('no problem');
		expect(await see(slug, ann, asked.hash)).toBe('not_found');
		const task = valueOf(await claimTask(world.app, ann, { slug }));
		expect(JSON.stringify(task)).toContain(asked.hash);
		expect(await Promise.all([asked, answered, hidden].map(({ hash }) => see(slug, ann, hash)))).toEqual(['no problem', 'no problem', 'not_found']);

		await world.app.db.execute(sql`insert into walls (project_id, user_id, matter, raised_by) values (${id}, ${ann.userId}, 'alpha', ${world.admin.userId})`);
		expect(await Promise.all([asked, answered].map(({ hash }) => see(slug, ann, hash)))).toEqual(['not_found', 'not_found']);
	});

	it('is nobody of another project, though it has the same bytes in its store', async () => {
		const [here, there] = [await world.project(), await world.project()];
		const bytes = png(13, 13);
		valueOf(await send(here.slug, bytes));
		const other = await world.person('other', { slug: there.slug, role: 'owner' });
		expect(await see(here.slug, other, sha256(bytes))).toBe('not_found');
		expect(await see(there.slug, other, sha256(bytes))).toBe('not_found');
	});

	it('is not who wrote the answer beside it', async () => {
		const { slug } = await world.project();
		const bytes = png(14, 14);
		valueOf(await send(slug, bytes));
		const author = await world.person('author', { slug, role: 'reviewer' });
		valueOf(await world.importRows(slug, [{ messages: [{ role: 'user', content: 'Draw it.' }], responses: ['No.', [{ role: 'assistant', content: [image(sha256(bytes))] }]] }]));
		expect(await see(slug, author, sha256(bytes))).toBe('no problem');
		// What no call can do: an import's answer becomes somebody's own.
		await world.app.db.transaction(async (tx) => {
			await tx.execute(sql`set local session_replication_role = replica`);
			await tx.execute(sql`update responses set source = 'person', source_ref = ${author.userId} where id in (select response_id from response_texts where messages::text like '%"No."%')`);
		});
		expect(await see(slug, author, sha256(bytes))).toBe('not_found');
	});

	it('is told when the file is gone from the store', async () => {
		const { slug } = await world.project();
		expect(problemOf(await readArtifact({ db: world.app.db, artifacts: { ...world.app.artifacts, has: async () => false } }, world.admin, { slug, sha256: valueOf(await send(slug, png(15, 15))).sha256 }))).toBe('gone');
	});
});

describe('an upload that a clean-up overtakes', () => {
	it('is refused with a problem that its operation describes', async () => {
		const { slug } = await world.project();
		const swept = { ...world.app, artifacts: { ...world.app.artifacts, has: async () => false } };
		const code = problemOf(await uploadArtifact(swept, world.admin, { slug, declaredType: 'image/png', source: pieces(png(16, 16)) }));
		expect(code).toBe('gone');
		expect(operations.uploadArtifact.problems).toContain(code);
	});
});

describe('a row with images and documents', () => {
	const stored = (id: string) => rowsOf<{ messages: unknown; held: string[] | null }>(world.app.db, sql`select t.messages, (select array_agg(x.sha256 order by x.sha256) from prompt_artifacts x where x.prompt_id = p.id) as held from prompts p join prompt_texts t on t.prompt_id = p.id where p.project_id = ${id}`);

	it('in ms-swift’s shape becomes parts in order, and holds what it names', async () => {
		const { slug, id } = await world.project();
		const [one, two, paper] = [valueOf(await send(slug, png(16, 16))), valueOf(await send(slug, png(17, 17))), valueOf(await send(slug, 'Clause 1.', { declared: 'text/markdown' }))].map((made) => made.sha256) as [string, string, string];
		valueOf(await world.importRows(slug, [{ messages: [{ role: 'user', content: '<image>\nbefore <image> after' }], responses: ['a', 'b'], images: [one, `artifact:${two}`], documents: [{ artifact: paper, title: 'Lease' }] }]));
		const [row] = await stored(id);
		expect(row?.messages).toEqual([
			{ role: 'user', content: [{ type: 'document', artifact: paper, title: 'Lease' }, { type: 'image', artifact: one }, { type: 'text', text: 'before ' }, { type: 'image', artifact: two }, { type: 'text', text: ' after' }] }
		]);
		expect(row?.held).toEqual([one, two, paper].sort());
	});

	it('is refused with its line and field where it names what is not there or not so many', async () => {
		const [{ slug }, other] = [await world.project(), await world.project()];
		const mine = valueOf(await send(slug, png(18, 18))).sha256;
		const foreign = valueOf(await send(other.slug, png(19, 19))).sha256;
		const paper = valueOf(await send(slug, 'Words.')).sha256;
		const ask = (content: unknown, more: object = {}) => ({ messages: [{ role: 'user', content }], responses: ['a', 'b'], ...more });
		const result = await world.importRows(slug, [
			ask([image(foreign), { type: 'text', text: 'x' }]),
			ask('<image> and <image>', { images: [mine] }),
			ask('no mark', { images: [mine] }),
			ask('<image>', { images: ['../../etc/passwd'] }),
			ask('<image>', { images: mine }),
			ask([image('A'.repeat(64))]),
			ask([image(paper)]),
			ask([{ type: 'document', artifact: mine }]),
			ask('<image>', { images: [foreign] }),
			ask([{ type: 'image', url: 'http://169.254.169.254/' }]),
			ask([image(mine), { type: 'text', text: 'well' }])
		]);
		expect(errorsOf(result)).toEqual([
			expect.stringMatching(/^1 messages\[0\]\.content\[0\]\.artifact: the project has no image/),
			expect.stringMatching(/^2 images: 1 here, but 2/),
			expect.stringMatching(/^3 images: 1 here, but 0/),
			expect.stringMatching(/^4 images\[0\]: must be the SHA-256/),
			expect.stringMatching(/^5 images: must be a list/),
			expect.stringMatching(/^6 messages\[0\]\.content\[0\]\.artifact: must be a SHA-256/),
			expect.stringMatching(/^7 messages\[0\]\.content\[0\]\.artifact: .* is text\/plain, no image/),
			expect.stringMatching(/^8 messages\[0\]\.content\[0\]\.artifact: .* is image\/png, no document/),
			expect.stringMatching(/^9 images\[0\]: the project has no image/),
			expect.stringMatching(/^10 messages\[0\]\.content\[0\]/)
		]);
	});

	it('without a list keeps its marks as words', async () => {
		const { slug, id } = await world.project({ rows: [{ prompt: 'What does <image> mean?', chosen: 'a tag', rejected: 'nothing' }] });
		expect(await stored(id)).toEqual([{ messages: [{ role: 'user', content: 'What does <image> mean?' }], held: null }]);
		expect(slug).not.toBe('');
	});
});

describe('over the wire', () => {
	let server: Server;
	beforeAll(async () => {
		server = await startServer(world, { PLUMBLINE_MAX_IMAGE_MB: '0.2' });
	}, 60_000);
	afterAll(() => server?.stop());

	it('goes in by its bytes and comes out as what it is, inert, asked for anew each time', async () => {
		const { slug, id } = await world.project();
		const authorization = `Bearer ${await tokenOf(world, world.admin)}`;
		const at = (path = '') => `${server.origin}/api/v1/projects/${slug}/artifacts${path}`;
		const bytes = png(60, 40);
		const post = await fetch(at(), { method: 'POST', body: new Uint8Array(bytes), headers: { authorization, 'content-type': 'text/html' } });
		expect(await post.json()).toEqual({ sha256: sha256(bytes), mediaType: 'image/png', bytes: bytes.length, width: 60, height: 40 });
		expect(post.status).toBe(201);

		const got = await fetch(at(`/${sha256(bytes)}`), { headers: { authorization } });
		expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
		expect(Object.fromEntries(['content-type', 'x-content-type-options', 'content-security-policy', 'cross-origin-resource-policy', 'cache-control', 'content-disposition'].map((name) => [name, got.headers.get(name)]))).toEqual({
			'content-type': 'image/png',
			'x-content-type-options': 'nosniff',
			'content-security-policy': "sandbox; default-src 'none'",
			'cross-origin-resource-policy': 'same-origin',
			'cache-control': 'private, no-cache',
			'content-disposition': `inline; filename="${sha256(bytes).slice(0, 12)}.png"`
		});
		const again = await fetch(at(`/${sha256(bytes)}`), { headers: { authorization, 'if-none-match': got.headers.get('etag') ?? '' } });
		expect([again.status, await again.text()]).toEqual([304, '']);
		const part = await fetch(at(`/${sha256(bytes)}`), { headers: { authorization, range: 'bytes=1-3' } });
		expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, `bytes 1-3/${bytes.length}`, 'PNG']);

		// The browser has it, and a wall is raised: it is not told that what it has is still good.
		valueOf(await world.importRows(slug, [{ messages: [{ role: 'user', content: [image(sha256(bytes))] }], responses: ['a', 'b'], matter: 'gamma' }]));
		await world.app.db.execute(sql`insert into walls (project_id, user_id, matter, raised_by) values (${id}, ${world.admin.userId}, 'gamma', ${world.admin.userId})`);
		expect((await fetch(at(`/${sha256(bytes)}`), { headers: { authorization, 'if-none-match': `"${sha256(bytes)}"` } })).status).toBe(404);
	});

	it('is told the reason, though it sends on', async () => {
		const { slug } = await world.project();
		const api = createApi(server.origin, await tokenOf(world, world.admin));
		const large = await api<ProblemBody>('POST', `/projects/${slug}/artifacts`, { raw: Buffer.concat([png(4, 4), Buffer.alloc(8_000_000)]) });
		expect([large.status, large.body.code, large.body.detail]).toEqual([413, 'too_large', expect.stringContaining('An image may have at most')]);
		const page = await api<ProblemBody>('POST', `/projects/${slug}/artifacts`, { raw: `<html>${'x'.repeat(3_000_000)}` });
		expect([page.status, page.body.code]).toEqual([415, 'unsupported_format']);
	});
});

describe('the stored bytes', () => {
	it('are read whole or in part', async () => {
		const { slug } = await world.project();
		const made = valueOf(await send(slug, 'Some words of a lease.'));
		const { open } = valueOf(await readArtifact(world.app, world.admin, { slug, sha256: made.sha256 }));
		expect(await textOf(open())).toBe('Some words of a lease.');
		expect(await textOf(open({ start: 5, end: 9 }))).toBe('words');
	});
});
