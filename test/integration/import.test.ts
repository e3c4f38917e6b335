import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '#lib/server/db/rows.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import type { Message } from '#lib/domain/message.ts';
import type { Result } from '#lib/domain/problem.ts';
import { createWorld, importText, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const counts = async (projectId: string) =>
	(
		await rowsOf<Record<'prompts' | 'responses' | 'comparisons' | 'slots' | 'judgments' | 'staged', number>>(
			world.app.db,
			sql`select (select count(*)::int from prompts where project_id = ${projectId}) as prompts,
				(select count(*)::int from responses r join prompts p on p.id = r.prompt_id where p.project_id = ${projectId}) as responses,
				(select count(*)::int from comparisons where project_id = ${projectId}) as comparisons,
				(select count(*)::int from slots s join comparisons c on c.id = s.comparison_id where c.project_id = ${projectId}) as slots,
				(select count(*)::int from judgments where project_id = ${projectId}) as judgments,
				(select count(*)::int from import_rows x join imports i on i.id = x.import_id where i.project_id = ${projectId}) as staged`
		)
	)[0];
const NOTHING = { prompts: 0, responses: 0, comparisons: 0, slots: 0, judgments: 0, staged: 0 };
const texts = async (projectId: string) =>
	rowsOf<{ prompt: Message[]; responses: Message[][] }>(
		world.app.db,
		sql`select pt.messages as prompt, (select jsonb_agg(t.messages order by t.messages::text) from responses r join response_texts t on t.response_id = r.id where r.prompt_id = p.id) as responses
			from prompts p join prompt_texts pt on pt.prompt_id = p.id where p.project_id = ${projectId} order by pt.messages::text`
	);
/** The wrong fields that a refused file names. */
const errorsOf = (result: Result<unknown>) => (result.ok ? [] : (result.problem.errors ?? []).map(({ line, field, message }) => ({ line, field, message })));
const upload = (slug: string, text: string | Uint8Array, options: { format?: 'jsonl' | 'csv'; skipBad?: boolean } = {}) => importText(world.app, world.admin, slug, text, options);
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

describe('a file that cannot be taken', () => {
	const good = { prompt: 'A fine question?', chosen: 'Yes.', rejected: 'No.' };
	const cases: { name: string; text: string | Uint8Array; at: { line: number; field: string; message: RegExp } }[] = [
		{ name: 'half a surrogate pair', text: `${lines(good)}\n{"prompt":"Q","chosen":"broken \\ud800","rejected":"b"}`, at: { line: 2, field: 'chosen', message: /surrogate/ } },
		{ name: 'half a surrogate pair in a group', text: '{"prompt":"Q","chosen":"a","rejected":"b","group":"\\udc00"}', at: { line: 1, field: 'group', message: /surrogate/ } },
		{ name: 'a NUL', text: `${lines(good)}\n\n{"prompt":"Q\\u0000","chosen":"a","rejected":"b"}`, at: { line: 3, field: 'prompt', message: /NUL/ } },
		{ name: 'a NUL in a tag', text: '{"prompt":"Q","chosen":"a","rejected":"b","tags":["x\\u0000"]}', at: { line: 1, field: 'tags', message: /texts/ } },
		{ name: 'bytes that are not UTF-8', text: Buffer.concat([Buffer.from(`${lines(good)}\n{"prompt":"Q`), Buffer.from([0xed, 0xa0, 0x80, 0xff]), Buffer.from('","chosen":"a","rejected":"b"}')]), at: { line: 2, field: 'row', message: /UTF-8/ } },
		{ name: 'identical answers', text: lines(good, { prompt: 'Q', chosen: 'same', rejected: 'same' }), at: { line: 2, field: 'rejected', message: /same answer/ } },
		{ name: 'identical answers in a list', text: lines({ prompt: 'Q', responses: ['x', 'y', 'x'] }), at: { line: 1, field: 'responses[2]', message: /same answer/ } },
		{ name: 'a missing role', text: lines({ messages: [{ content: 'Who says this?' }], responses: ['a', 'b'] }), at: { line: 1, field: 'messages[0].role', message: /missing/ } },
		{ name: 'an unknown role', text: lines({ messages: [{ role: 'narrator', content: 'x' }], responses: ['a', 'b'] }), at: { line: 1, field: 'messages[0].role', message: /./ } },
		{ name: 'a conversation that ends with the assistant', text: lines({ messages: [{ role: 'user', content: 'x' }, { role: 'assistant', content: 'y' }], responses: ['a', 'b'] }), at: { line: 1, field: 'messages', message: /user/ } },
		{ name: 'an empty answer', text: lines({ prompt: 'Q', chosen: ' \n', rejected: 'b' }), at: { line: 1, field: 'chosen', message: /empty/ } },
		{ name: 'nine answers', text: lines({ prompt: 'Q', responses: Array.from({ length: 9 }, (_, i) => `answer ${i}`) }), at: { line: 1, field: 'responses', message: /at most 8/ } },
		{ name: 'no prompt at all', text: lines({ chosen: 'a', rejected: 'b' }), at: { line: 1, field: 'prompt', message: /missing/ } },
		{ name: 'a field that would be lost in silence', text: lines({ messages: [{ role: 'user', content: 'x', tool_calls: [] }], responses: ['a', 'b'] }), at: { line: 1, field: 'messages[0].tool_calls', message: /not a known field/ } },
		{ name: 'a list instead of an object', text: '["prompt","chosen"]', at: { line: 1, field: 'row', message: /object/ } },
		{ name: 'a line that is no JSON', text: `${lines(good)}\n{"prompt": "Q"`, at: { line: 2, field: 'row', message: /JSON/ } }
	];
	for (const { name, text, at } of cases) {
		it(`because of ${name} is refused whole, by line and field; skipBad takes the rest`, async () => {
			const { slug, id } = await world.project();
			const refused = await upload(slug, text);
			expect(problemOf(refused)).toBe('import_refused');
			expect(errorsOf(refused)).toEqual([{ line: at.line, field: at.field, message: expect.stringMatching(at.message) as unknown }]);
			expect(await counts(id)).toEqual(NOTHING);
			const rest = valueOf(await upload(slug, text, { skipBad: true }));
			expect(rest).toMatchObject({ accepted: at.line > 1 ? 1 : 0, rejected: 1 });
		});
	}

	it('because it is empty, or holds only blank lines, is refused', async () => {
		const { slug, id } = await world.project();
		for (const text of ['', '\n\r\n \n', '\uFEFF']) expect(problemOf(await upload(slug, text))).toBe('import_refused');
		for (const text of ['', 'prompt,chosen,rejected\n']) expect(problemOf(await upload(slug, text, { format: 'csv' }))).toBe('import_refused');
		expect(await counts(id)).toEqual(NOTHING);
	});

	it('because one of 10,000 rows is bad names the line; skipBad takes the other 9,999', async () => {
		const { slug, id } = await world.project();
		const rows: unknown[] = pairRows(10_000);
		rows[6_543] = { prompt: 'No answers here?', chosen: 'only one' };
		const refused = await upload(slug, lines(...rows));
		expect(errorsOf(refused)).toEqual([{ line: 6_544, field: 'rejected', message: 'missing' }]);
		expect(await counts(id)).toEqual(NOTHING);
		expect(valueOf(await upload(slug, lines(...rows), { skipBad: true }))).toMatchObject({ accepted: 9_999, duplicates: 0, rejected: 1 });
		expect(await counts(id)).toEqual({ prompts: 9_999, responses: 19_998, comparisons: 9_999, slots: 9_999, judgments: 9_999, staged: 0 });
		// The same file again adds nothing.
		expect(valueOf(await upload(slug, lines(...rows), { skipBad: true }))).toMatchObject({ accepted: 0, duplicates: 9_999, rejected: 1 });
		expect(await counts(id)).toMatchObject({ prompts: 9_999, comparisons: 9_999, judgments: 9_999 });
	}, 240_000);
});

describe('a file that can be taken', () => {
	it('may begin with a byte order mark, end its lines with CRLF, and lack the last line end', async () => {
		const { slug, id } = await world.project();
		expect(valueOf(await upload(slug, `\uFEFF${pairRows(3).map((row) => JSON.stringify(row)).join('\r\n')}`))).toMatchObject({ accepted: 3 });
		expect((await texts(id)).map(({ prompt }) => prompt[0]?.content)).toEqual(['Question q0?', 'Question q1?', 'Question q2?']);
	});

	it('keeps answers of 2 MB and every character that text may hold', async () => {
		const { slug, id } = await world.project();
		const odd = 'emoji 👩‍⚖️, 律所, \u202E right to left, \u0001 control, \uFFFD, \\ud800 as six letters, "quotes", \u2028';
		const [long, longer] = ['x'.repeat(2_000_000), 'ß'.repeat(2_000_000)];
		expect(valueOf(await upload(slug, lines({ prompt: odd, chosen: long, rejected: longer })))).toMatchObject({ accepted: 1 });
		const [row] = await texts(id);
		expect(row?.prompt).toEqual([{ role: 'user', content: odd }]);
		expect(row?.responses.map(([turn]) => (turn?.content === long ? 'x' : turn?.content === longer ? 'ß' : 'other')).sort()).toEqual(['x', 'ß']);
	});

	it('keeps HTML and script in every field as the text it is, and shows it so', async () => {
		const evil = (name: string) => `<script>alert("${name}")</script><img src=x onerror='${name}'>&amp;</textarea>`;
		const { slug, id } = await world.project();
		const row = { messages: [{ role: 'user', content: evil('prompt') }], system: evil('system'), group: evil('group'), matter: evil('matter'), tags: [evil('tag')], responses: [evil('one'), evil('two')] };
		valueOf(await upload(slug, lines(row)));
		const task = valueOf(await claimTask(world.app, await world.person('ann', { slug, role: 'annotator' }), { slug }));
		expect(task?.prompt.messages).toEqual([{ role: 'system', content: evil('system') }, { role: 'user', content: evil('prompt') }]);
		expect([task?.left.messages[0]?.content, task?.right?.messages[0]?.content].sort()).toEqual([evil('one'), evil('two')]);
		const kept = await rowsOf(world.app.db, sql`select p.tags, p.matter, g.key from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = ${id}`);
		expect(kept).toEqual([{ tags: [evil('tag')], matter: evil('matter'), key: evil('group') }]);
	});

	it('as CSV has quotes, line ends in them, a byte order mark and CRLF', async () => {
		const { slug, id } = await world.project();
		const csv = '\uFEFFPrompt,Chosen,Rejected,group,tags\r\n"May I, ""really"",\r\nleave?",Careful,"Sure,\nof course",g1,"[""a"",""b""]"\r\nSecond?,x,y,,\r\n';
		expect(valueOf(await upload(slug, csv, { format: 'csv' }))).toMatchObject({ accepted: 2, rejected: 0 });
		const found = await texts(id);
		expect(found.map(({ prompt }) => prompt[0]?.content)).toEqual(['May I, "really",\r\nleave?', 'Second?']);
		expect(found[0]?.responses.map(([turn]) => turn?.content)).toEqual(['Careful', 'Sure,\nof course']);
		expect(await rowsOf(world.app.db, sql`select p.tags from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = ${id} and g.key = 'g1'`)).toEqual([{ tags: ['a', 'b'] }]);
		// The line of a bad record is the line it begins on, however many lines its quotes hold.
		const bad = await upload(slug, 'prompt,chosen,rejected\n"one\ntwo",a,b\nthree,same,same\n', { format: 'csv' });
		expect(errorsOf(bad)).toEqual([{ line: 4, field: 'rejected', message: expect.stringMatching(/same answer/) as unknown }]);
		expect(problemOf(await upload(slug, Buffer.from([0x70, 0x0a, 0xff, 0xfe]), { format: 'csv' }))).toBe('import_refused');
	});

	it('may state a preference as texts, as messages, or with the conversation repeated in both', async () => {
		const user = { role: 'user', content: 'Q1' };
		const [yes, no] = [{ role: 'assistant', content: 'yes' }, { role: 'assistant', content: 'no' }];
		const forms = [
			{ prompt: 'Q1', chosen: 'yes', rejected: 'no' },
			{ prompt: [user], chosen: [yes], rejected: [no] },
			{ prompt: 'Q1', chosen: [user, yes], rejected: [user, no] },
			{ chosen: [user, yes], rejected: [user, no] },
			{ messages: [user], responses: ['yes', 'no'], preferred: 0 },
			{ messages: [user], responses: [{ messages: [no] }, { messages: [yes] }], preferred: 1 }
		];
		const hashes = new Set<string>();
		for (const form of forms) {
			const { slug, id } = await world.project();
			expect(valueOf(await upload(slug, lines(form)))).toMatchObject({ accepted: 1 });
			const [row] = await rowsOf<{ hash: string; winner: string }>(
				world.app.db,
				sql`select p.content_hash as hash, t.messages->0->>'content' as winner from judgments j join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
					join response_texts t on t.response_id = case j.verdict when 'a' then c.response_a_id else c.response_b_id end where c.project_id = ${id}`
			);
			expect(row?.winner).toBe('yes');
			hashes.add(row?.hash ?? '');
		}
		expect(hashes.size).toBe(1);
	});

	it('keeps an imported preference as a judgment of the import that fills no place and that no annotator sees', async () => {
		const { slug, id } = await world.project({ overlap: 2 });
		const { id: importId } = valueOf(await upload(slug, lines(...pairRows(1))));
		expect(await rowsOf(world.app.db, sql`select origin, purpose, judge_kind, judge_ref, judge_user_id, task_id from judgments where project_id = ${id}`)).toEqual([
			{ origin: 'import', purpose: null, judge_kind: 'import', judge_ref: importId, judge_user_id: null, task_id: null }
		]);
		expect(await rowsOf(world.app.db, sql`select c.status, c.filled, count(s.judgment_id)::int as pointers from comparisons c join slots s on s.comparison_id = c.id where c.project_id = ${id} group by 1, 2`)).toEqual([{ status: 'open', filled: 0, pointers: 0 }]);
		const shown = valueOf(await claimTask(world.app, await world.person('ann', { slug, role: 'annotator' }), { slug }));
		expect(Object.keys(shown ?? {}).sort()).toEqual(['draft', 'form', 'guideline', 'leaseExpiresAt', 'leaseToken', 'left', 'mode', 'prompt', 'right', 'taskId']);
		expect(JSON.stringify(shown)).not.toMatch(/import|chosen|prefer|verdict/i);
	});

	it('puts the prompts of a group on one side of the split, across files and whatever their order', async () => {
		const { slug, id } = await world.project();
		const row = (i: number) => ({ prompt: `Variant ${i} of a matter?`, chosen: `a${i}`, rejected: `b${i}`, group: `matter ${i % 12}` });
		valueOf(await upload(slug, lines(...Array.from({ length: 30 }, (_, i) => row(i)))));
		valueOf(await upload(slug, lines(...Array.from({ length: 30 }, (_, i) => row(59 - i)))));
		const groups = await rowsOf<{ key: string; split: string; n: number }>(world.app.db, sql`select g.key, g.split, count(p.id)::int as n from prompt_groups g join prompts p on p.group_id = g.id where g.project_id = ${id} group by 1, 2`);
		expect(groups).toHaveLength(12);
		expect(groups.every(({ n }) => n === 5)).toBe(true);
	});

	it('sent by eight people at once makes everything once', async () => {
		const { slug, id } = await world.project({ overlap: 3 });
		const file = lines(...pairRows(300, 'same'));
		const made = await Promise.all(Array.from({ length: 8 }, () => upload(slug, file)));
		expect(made.map((result) => valueOf(result).accepted).reduce((sum, n) => sum + n)).toBe(300);
		expect(await counts(id)).toEqual({ prompts: 300, responses: 600, comparisons: 300, slots: 900, judgments: 300, staged: 0 });
		expect(await rowsOf(world.app.db, sql`select comparisons from rounds where project_id = ${id}`)).toEqual([{ comparisons: 300 }]);
	});
});

it('an upload that was silent for so long that it was taken for dead is refused, and leaves nothing', async () => {
	const { slug, id } = await world.project({});
	async function* slow() {
		yield Buffer.from(`${lines(...pairRows(600))}\n`);
		await world.app.db.execute(sql`update imports set heartbeat_at = now() - interval '1 hour' where project_id = ${id}`);
		expect((await sweep(world.app)).imports).toBe(1);
		expect(await rowsOf(world.app.db, sql`select actor_kind, action from audit_entries where project_id = ${id} and subject_kind = 'import' order by id desc limit 1`)).toEqual([{ actor_kind: 'system', action: 'import.failed' }]);
		yield Buffer.from(lines(...pairRows(600, 'later')));
	}
	const begun = valueOf(await importPairs(world.app, world.admin, { slug, said: { format: 'jsonl' }, skipBad: false, source: slow() }));
	const outcome = await begun.done;
	expect(problemOf(outcome)).toBe('import_refused');
	expect(await counts(id)).toEqual(NOTHING);
});
