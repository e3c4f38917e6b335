import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import type { Settings } from '#lib/domain/desensitisation/settings.ts';
import type { SaidShape } from '#lib/domain/import-shapes/recognise.ts';
import { ok } from '#lib/domain/problem.ts';
import { problemsOf } from '#lib/server/api/operation.ts';
import { readSnapshotData } from '#lib/server/api/operations/data.ts';
import * as findings from '#lib/server/db/findings.ts';
import * as imports from '#lib/server/db/imports.ts';
import * as members from '#lib/server/db/members.ts';
import * as projects from '#lib/server/db/projects.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { beginImport, importPairs } from '#lib/server/usecases/import-pairs.ts';
import { importUpload } from '#lib/server/usecases/import-upload.ts';
import { maskNextImport, tellNamesMissing } from '#lib/server/usecases/mask-names.ts';
import type { NameFinder } from '#lib/server/usecases/mask-names.ts';
import { publishImport } from '#lib/server/usecases/publish-import.ts';
import { changeSettings, putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { putGrouping } from '#lib/server/usecases/put-grouping.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { beginUpload, writeUpload } from '#lib/server/usecases/receive-upload.ts';
import { readDesensitisation } from '#lib/server/usecases/read-desensitisation.ts';
import { addOwnWord, exceptFinding, listFindings, rescanImport, revealOriginal } from '#lib/server/usecases/review-findings.ts';
import { stillStaging } from '#lib/server/usecases/stage-import.ts';
import { ReadUnderOthers, streamImport } from '#lib/server/usecases/stream-import.ts';
import { inTransaction } from '#lib/server/usecases/transaction.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const PHONE = '13800138000';
const HIDES: Settings = { ...OFF, actions: { phone: 'placeholder', email: 'mask', amount: 'flag', word: 'placeholder', person: 'off' } };
const row = (extra: Record<string, unknown> = {}) => ({ prompt: `我的电话是${PHONE}，欠款 500元`, chosen: `请回拨 138-0013-8000 或 a@b.example`, rejected: '不知道', ...extra });

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

async function project(settings: Partial<Settings> = {}) {
	const made = await world.project();
	valueOf(await putDesensitisation(world.app, world.admin, { slug: made.slug, settings: { ...HIDES, ...settings } }));
	return made;
}
const texts = (id: string) =>
	world.query<{ words: string }>(`select messages::text as words from prompt_texts t join prompts p on p.id = t.prompt_id where p.project_id = '${id}'
		union all select messages::text from response_texts t join responses r on r.id = t.response_id join prompts p on p.id = r.prompt_id where p.project_id = '${id}' order by 1`).then((rows) => rows.map(({ words }) => words).join('\n'));
const page = async (importId: string) => valueOf(await listFindings(world.app, world.admin, { importId, kind: null, after: 0, limit: 50 }));
/** Finds these words, as a worker's detector of names would. */
const finder = (...names: string[]): NameFinder => (given) => Promise.resolve(given.map((text) => names.flatMap((name) => (text.includes(name) ? [{ kind: 'person' as const, start: text.indexOf(name), end: text.indexOf(name) + name.length }] : []))));
const going = new AbortController().signal;

it('hides what is found before a row is staged, the same value by the same placeholder, and the same file twice adds nothing', async () => {
	const { slug, id } = await project();
	const first = valueOf(await world.importRows(slug, [row()]));
	expect(first).toMatchObject({ accepted: 1 });
	const words = await texts(id);
	expect(words).toContain('我的电话是[PHONE_1]，欠款 500元');
	expect(words).toContain('请回拨 [PHONE_1] 或 ■■■■');
	expect(valueOf(await world.importRows(slug, [row()]))).toMatchObject({ accepted: 0, duplicates: 1 });
	const { import: one, findings: found } = await page(first.id);
	expect(one.desensitised).toEqual({ version: 1, counts: { phone: { placeholder: 2 }, email: { mask: 1 }, amount: { flag: 1 } } });
	expect(found.map(({ field, kind, shown, before }) => [field, kind, shown, before.slice(-3)])).toEqual([['prompt', 'phone', '[PHONE_1]', '电话是'], ['prompt', 'amount', '500元', '欠款 '], ['chosen', 'phone', '[PHONE_1]', '回拨 '], ['chosen', 'email', '■■■■', ' 或 ']]);
	expect(problemOf(await revealOriginal(world.app, world.admin, found[0]?.id ?? ''))).toBe('gone');
});

it('keeps originals encrypted where the project says so, and writes down who looked', async () => {
	const { slug } = await project({ originals: 'encrypt' });
	const { id } = valueOf(await world.importRows(slug, [row()]));
	const [finding] = (await page(id)).findings;
	const engineer = await world.person('engineer', { slug, role: 'engineer' });
	expect(problemOf(await revealOriginal(world.app, engineer, finding?.id ?? ''))).toBe('forbidden');
	expect(valueOf(await revealOriginal(world.app, world.admin, finding?.id ?? ''))).toEqual({ original: PHONE });
	expect(await world.query(`select details->>'kind' as kind from audit_entries where action = 'original.read' and subject_id = '${finding?.id ?? ''}'`)).toEqual([{ kind: 'phone' }]);
	expect(JSON.stringify(await world.query(`select sealed from findings where import_id = '${id}'`))).not.toContain(PHONE);
});

it('refuses a matter that holds something to hide, and repeats it nowhere', async () => {
	const { slug } = await project();
	const result = await world.importRows(slug, [row({ matter: `client ${PHONE}` })]);
	expect(problemOf(result)).toBe('import_refused');
	expect(JSON.stringify(result)).not.toContain(PHONE);
});

it('says no more of a broken line than that it is broken', async () => {
	const { slug } = await project();
	const result = await world.importRows(slug, [row(), { prompt: 'q', chosen: `a ${PHONE}`, rejected: 'b', [`field ${PHONE}`]: 1, messages: [{ role: PHONE, content: 'x' }] }]);
	expect(JSON.stringify(result)).not.toContain(PHONE);
	expect(JSON.stringify(await world.query('select * from import_errors'))).not.toContain(PHONE);
});

it('lets exceptions pass and finds words that were added, in what waits and what comes', async () => {
	const { slug, id } = await project();
	const { id: importId } = valueOf(await world.importRows(slug, [row({ rejected: '问宏达公司' })], { dryRun: true }));
	const [phone] = (await page(importId)).findings;
	expect(valueOf(await addOwnWord(world.app, world.admin, { slug, word: { text: '宏达公司', kind: 'word' } }))).toEqual({ version: 2 });
	const again = valueOf(await rescanImport(world.app, world.admin, importId));
	expect(again).toMatchObject({ status: 'scanned', desensitised: { version: 2, counts: { word: { placeholder: 1 }, phone: { placeholder: 2 }, amount: { flag: 1 } } } });
	expect(JSON.stringify(await imports.sample(world.app.db, importId, 5))).toContain('问[WORD_1]');
	expect((await page(importId)).findings).toHaveLength(5);
	expect(valueOf(await publishImport(world.app, world.admin, { id: importId, skipBad: false }))).toMatchObject({ accepted: 1 });
	expect(await texts(id)).not.toContain('宏达');

	expect(valueOf(await exceptFinding(world.app, world.admin, phone?.id ?? ''))).toEqual({ version: 3 });
	expect(valueOf(await exceptFinding(world.app, world.admin, phone?.id ?? ''))).toEqual({ version: 3 });
	valueOf(await world.importRows(slug, [{ prompt: `另一个：138 0013 8000`, chosen: '13900139000', rejected: 'b' }]));
	expect(await texts(id)).toContain('另一个：138 0013 8000');
	expect(await texts(id)).toContain('[PHONE_1]');
	expect(JSON.stringify(await world.query(`select rules, lists from desensitisation_settings`))).not.toMatch(/宏达|138/);
});

it('waits sealed until names were looked for, says why, and then publishes', async () => {
	const { slug, id } = await project({ actions: { ...HIDES.actions, person: 'placeholder' }, originals: 'encrypt' });
	const started = valueOf(await world.importRows(slug, [row({ rejected: '请联系王小明律师', matter: '王小明案' }), row({ prompt: '第二个问题？' })]));
	expect(started.status).toBe('masking');
	expect(JSON.stringify(await world.query(`select * from import_rows where import_id = '${started.id}'`))).not.toMatch(/王小明|第二个/);
	await tellNamesMissing(world.app, 'No Python was found.');
	expect((await imports.get(world.app.db, started.id))?.masking?.trouble).toBe('No Python was found.');

	expect(await maskNextImport(world.app, finder('王小明'), going)).toBe(true);
	expect(await maskNextImport(world.app, finder('王小明'), going)).toBe(false);
	expect(await imports.get(world.app.db, started.id)).toMatchObject({ status: 'published', accepted: 2, masking: null, desensitised: { counts: { person: { placeholder: 1 }, phone: { placeholder: 3 }, amount: { flag: 1 } } } });
	expect(await texts(id)).toContain('请联系[PERSON_1]律师');
	const person = (await page(started.id)).findings.find(({ kind }) => kind === 'person');
	expect(valueOf(await revealOriginal(world.app, world.admin, person?.id ?? ''))).toEqual({ original: '王小明' });
});

it('refuses the whole file when hiding names makes answers equal, unless rows may be left out', async () => {
	const { slug } = await project({ actions: { person: 'mask' } });
	const same = { prompt: 'Who?', chosen: 'Ada', rejected: 'Bob' };
	const begin = async (skipBad: boolean) => valueOf(await world.importRows(slug, [same, row()], { skipBad })).id;
	const [whole, rest] = [await begin(false), await begin(true)];
	for (let i = 0; i < 2; i++) await maskNextImport(world.app, finder('Ada', 'Bob'), going);
	expect(await imports.get(world.app.db, whole)).toMatchObject({ status: 'refused', rejected: 1 });
	expect(await findings.lastPosition(world.app.db, whole)).toBe(0);
	expect(await imports.get(world.app.db, rest)).toMatchObject({ status: 'published', accepted: 1, rejected: 1 });
});

it('lets an import that waits for names go, and what a dead worker began go on', async () => {
	const { slug } = await project({ actions: { person: 'placeholder' } });
	const gone = valueOf(await world.importRows(slug, [row()])).id;
	expect(valueOf(await undoImport(world.app, world.admin, gone))).toEqual({ discarded: true });
	const left = valueOf(await world.importRows(slug, Array.from({ length: 150 }, (_, i) => ({ prompt: `Question ${i}, Ada?`, chosen: 'yes', rejected: 'no' })))).id;
	let calls = 0;
	const dying: NameFinder = (given) => (++calls === 2 ? Promise.reject(new Error('killed')) : finder('Ada')(given));
	await maskNextImport(world.app, dying, going);
	expect((await imports.get(world.app.db, left))?.masking).toMatchObject({ done: 100 });
	await world.query(`update imports set masking_taken_at = now() - interval '1 hour' where id = '${left}'`);
	await maskNextImport(world.app, finder('Ada'), going);
	expect(await imports.get(world.app.db, left)).toMatchObject({ status: 'published', accepted: 150, desensitised: { counts: { person: { placeholder: 150 } } } });
});

it('shows no finding from behind a wall, and settings to their manager alone', async () => {
	const { slug } = await project();
	const engineer = await world.person('engineer', { slug, role: 'engineer' });
	const { id } = valueOf(await world.importRows(slug, [row({ matter: 'M-1' })]));
	const seen = async () => valueOf(await listFindings(world.app, engineer, { importId: id, kind: null, after: 0, limit: 50 })).findings.length;
	expect(await seen()).toBe(4);
	valueOf(await raiseWall(world.app, world.admin, { slug, userId: engineer.userId, matter: 'M-1' }));
	expect(await seen()).toBe(0);
	expect(problemOf(await readDesensitisation(world.app, engineer, { slug }))).toBe('forbidden');
	expect(valueOf(await readDesensitisation(world.app, world.admin, { slug }))).toMatchObject({ version: 1, names: { state: 'missing' } });
});

it('lets nothing that was taken before it was looked for leave in an export: refused, or masked, or let go, as the project says', async () => {
	const { slug, id } = await world.project();
	await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${id}' returning 1`);
	valueOf(await world.importRows(slug, [row(), { prompt: 'Nothing to hide?', chosen: 'No.', rejected: 'Yes.' }]));
	const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
	const leave = async (onExport: Settings['onExport']) => {
		valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...HIDES, onExport } }));
		const out = await exportSnapshot(world.app, world.admin, { id: frozen.id, split: 'train', format: 'trl' });
		return out.ok ? (await buffer(out.value.stream)).toString() : out.problem;
	};
	expect(await leave('refuse')).toMatchObject({ code: 'sensitive', facts: { rows: 1 } });
	// What the export of a snapshot is refused with, here and where the lists stayed on another server, stands in the description of the API.
	expect([...problemsOf(readSnapshotData)]).toEqual(expect.arrayContaining(['sensitive', 'not_ready']));
	const masked = String(await leave('mask'));
	expect(masked).not.toMatch(/13800138000|138-0013-8000|a@b\.example/u);
	expect(masked).toContain('[PHONE_1]');
	// What is only told of at import is told of here too, and the other row is as it was.
	expect(masked).toContain('500元');
	expect(masked).toContain('Nothing to hide?');
	expect(masked.trim().split('\n')).toHaveLength(2);
	expect(await leave('allow')).toContain(PHONE);
	expect(await world.query(`select count(*)::int as n from audit_entries where action = 'snapshot.check' and subject_id = '${frozen.id}'`)).toEqual([{ n: 2 }]);
});

it('looks through each split that leaves: what another one holds neither lets it go nor stands in its way', async () => {
	const { slug, id } = await world.project();
	await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${id}' returning 1`);
	valueOf(await world.importRows(slug, [row()]));
	const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
	valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: HIDES }));
	const leave = async (split: 'train' | 'dev', format: 'trl' | 'hf' = 'trl') => {
		const out = await exportSnapshot(world.app, world.admin, { id: frozen.id, split, format });
		return out.ok ? (await buffer(out.value.stream)).toString() : out.problem;
	};
	// The split without rows first: what was found in it is kept for it alone.
	expect(await leave('dev')).toBe('');
	expect(await leave('train')).toMatchObject({ code: 'sensitive', facts: { rows: 1 } });
	expect(await leave('train', 'hf')).toMatchObject({ code: 'sensitive', facts: { rows: 1 } });
	expect(await leave('dev')).toBe('');
	const looks = await world.query(`select details->>'split' as split, (details->>'rowsFound')::int as found from audit_entries where action = 'snapshot.check' and subject_id = '${frozen.id}' order by 1`);
	expect(looks).toEqual([{ split: 'dev', found: 0 }, { split: 'test', found: 0 }, { split: 'train', found: 1 }]);
});

describe('settings that change while an import is under way', () => {
	const turnOn = async (slug: string, settings: Partial<Settings> = {}) => valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...HIDES, ...settings } }));
	const take = (id: string) => publishImport(world.app, world.admin, { id, skipBad: false });

	it('a dry run from before them is not taken; it is sent again', async () => {
		const { slug, id } = await world.project();
		const dry = valueOf(await world.importRows(slug, [row()], { dryRun: true }));
		await turnOn(slug);
		expect(await take(dry.id)).toMatchObject({ ok: false, problem: { code: 'conflict', detail: expect.stringMatching(/Send it again/u) as string } });
		expect(await texts(id)).toBe('');
		const again = valueOf(await world.importRows(slug, [row()], { dryRun: true }));
		expect(valueOf(await take(again.id))).toMatchObject({ accepted: 1 });
		expect(await texts(id)).not.toContain(PHONE);
	});

	it('a dry run under earlier ones is looked through again before it is taken, one of which all rows were refused too', async () => {
		const { slug, id } = await project();
		const [dry, none] = [valueOf(await world.importRows(slug, [row({ rejected: '问宏达公司' })], { dryRun: true })), valueOf(await world.importRows(slug, [{ nothing: 1 }], { dryRun: true }))];
		valueOf(await addOwnWord(world.app, world.admin, { slug, word: { text: '宏达公司', kind: 'word' } }));
		expect(await take(dry.id)).toMatchObject({ ok: false, problem: { code: 'conflict', detail: expect.stringMatching(/Look through it again/u) as string } });
		for (const one of [dry, none]) valueOf(await rescanImport(world.app, world.admin, one.id));
		expect(valueOf(await take(dry.id))).toMatchObject({ accepted: 1 });
		expect(valueOf(await publishImport(world.app, world.admin, { id: none.id, skipBad: true }))).toMatchObject({ accepted: 0, rejected: 1 });
		expect(await texts(id)).not.toContain('宏达');
	});

	it('settings that look for nothing stand in the way of nothing', async () => {
		const { slug } = await world.project();
		const dry = valueOf(await world.importRows(slug, [row()], { dryRun: true }));
		await turnOn(slug, { actions: {} });
		expect(valueOf(await take(dry.id))).toMatchObject({ accepted: 1 });
	});

	it('a file that is being read meanwhile is not taken', async () => {
		const { slug, id } = await world.project();
		async function* slowly(): AsyncGenerator<Uint8Array> {
			yield Buffer.from(`${JSON.stringify(row())}\n`);
			await turnOn(slug);
			yield Buffer.from(JSON.stringify(row({ prompt: `另一个：${PHONE}` })));
		}
		const begun = valueOf(await importPairs(world.app, world.admin, { slug, said: { format: 'jsonl' }, skipBad: false, source: slowly() }));
		expect(problemOf(await begun.done)).toBe('conflict');
		expect(await imports.get(world.app.db, begun.id)).toMatchObject({ status: 'refused', accepted: 0, message: expect.stringMatching(/desensitisation was changed/u) as string });
		expect(await texts(id)).toBe('');
	});

	it('an upload that is being read meanwhile is not taken, and stays to be read again', async () => {
		const { slug, id } = await world.project();
		const file = Buffer.from(JSON.stringify(row()));
		const upload = valueOf(await beginUpload(world.app, world.admin, { slug, file: { name: 'rows.jsonl', bytes: file.byteLength, modifiedAt: '' } }));
		valueOf(await writeUpload(world.app, upload, 0, Readable.from([file])));
		const bringIn = () => importUpload(world.app, world.admin, { slug, id: upload.id, said: { format: 'jsonl' }, skipBad: false, dryRun: false });
		// Whoever changes them is before the import in line.
		const reading = await world.app.db.transaction(async (tx) => {
			await projects.serialise(tx, id);
			const begun = valueOf(await bringIn());
			await expect.poll(async () => (await imports.get(world.app.db, begun.id))?.rows, { timeout: 20_000 }).toBe(1);
			valueOf(await changeSettings(world.app, tx, world.admin, id, () => ok(HIDES)));
			return begun;
		});
		expect(await reading.done).toMatchObject({ ok: false, problem: { code: 'conflict', detail: expect.stringMatching(/here whole/u) as string } });
		expect(await texts(id)).toBe('');
		expect(valueOf(await valueOf(await bringIn()).done)).toMatchObject({ accepted: 1 });
		expect(await texts(id)).not.toContain(PHONE);
	});

	it('what is grouped by its matter when it is taken is one group, whatever it was when it was read', async () => {
		const { slug, id } = await world.project();
		const rows = Array.from({ length: 8 }, (_, i) => ({ prompt: `Question ${i}?`, chosen: 'yes', rejected: 'no', ...(i < 6 ? { matter: `M-${i % 2}` } : {}) }));
		const [taken, ...rest] = [valueOf(await world.importRows(slug, rows, { dryRun: true })), valueOf(await world.importRows(slug, [{ ...rows[0], prompt: 'One more?' }], { dryRun: true }))];
		valueOf(await putGrouping(world.app, world.admin, { slug, matterIsGroup: true }));
		for (const one of [taken, ...rest]) valueOf(await take(one.id));
		// Read now, another question of the matter goes where they are.
		valueOf(await world.importRows(slug, [{ ...rows[1], prompt: 'Read now?' }]));
		expect(await world.query(`select matter, count(*)::int as questions, count(distinct p.group_id)::int as groups, count(distinct g.split)::int as splits from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = '${id}' group by 1 order by 1`)).toEqual([
			{ matter: 'M-0', questions: 4, groups: 1, splits: 1 },
			{ matter: 'M-1', questions: 4, groups: 1, splits: 1 },
			{ matter: null, questions: 2, groups: 2, splits: expect.any(Number) as number }
		]);
	});

	it('a reader that can begin anew hears of it, and its import does not end', async () => {
		const { slug, id } = await world.project();
		const begun = valueOf(await inTransaction(world.app.db, async (tx) => beginImport(world.app, tx, world.admin, { project: await members.projectById(tx, id), said: {}, skipBad: false, dryRun: false, fileName: null, totalBytes: null, origin: null })));
		await turnOn(slug);
		const heard: unknown[] = [];
		const { done } = streamImport(world.app, world.admin, { ...begun, projectId: id, said: { format: 'jsonl' }, skipBad: false, dryRun: false, source: Readable.from([Buffer.from(JSON.stringify(row()))]), holds: stillStaging(begun.id), brokenOff: (error) => Promise.resolve(heard.push(error) > 0) });
		expect(problemOf(await done)).toBe('not_ready');
		expect(heard).toEqual([expect.any(ReadUnderOthers)]);
		expect(await imports.get(world.app.db, begun.id)).toMatchObject({ status: 'staging' });
	});

	it('an import whose names were looked for is looked through again, also what a dead worker had done of it', async () => {
		const { slug, id } = await project({ actions: { ...HIDES.actions, person: 'placeholder' } });
		const rows = Array.from({ length: 150 }, (_, i) => ({ prompt: `Question ${i} of Ada on Falcon?`, chosen: 'yes', rejected: 'no' }));
		const { id: importId } = valueOf(await world.importRows(slug, rows));
		let calls = 0;
		const dying: NameFinder = (given) => (++calls === 2 ? Promise.reject(new Error('killed')) : finder('Ada')(given));
		await maskNextImport(world.app, dying, going);
		valueOf(await addOwnWord(world.app, world.admin, { slug, word: { text: 'Falcon', kind: 'word' } }));
		await world.query(`update imports set masking_taken_at = now() - interval '1 hour' where id = '${importId}'`);
		while (await maskNextImport(world.app, finder('Ada'), going)) if (++calls > 10) throw new Error('it is looked through without end');
		expect(await imports.get(world.app.db, importId)).toMatchObject({ status: 'published', accepted: 150, desensitised: { version: 2, counts: { person: { placeholder: 150 }, word: { placeholder: 150 } } } });
		expect(await texts(id)).not.toMatch(/Ada|Falcon/u);
	});
});

describe('a table', () => {
	const table = Buffer.from(`${PHONE};eins;zwei\nWelche?;Ja;Nein\n;Ja;Nein\n`);
	const send = async (slug: string, said: SaidShape = {}) => valueOf(await valueOf(await importPairs(world.app, world.admin, { slug, said, skipBad: true, dryRun: true, source: Readable.from([table]) })).done);
	const found = async (id: string) => (await imports.get(world.app.db, id))?.found;

	it('is mapped by the places of columns whose names hold what is hidden', async () => {
		const { slug, id } = await project();
		expect((await send(slug)).found).toMatchObject({ columns: [null, 'eins', 'zwei'] });
		const read = await send(slug, { mapping: { prompt: 1, answerA: 'eins', answerB: 3 } });
		expect(read).toMatchObject({ accepted: 1, rejected: 1, errors: [{ line: 3, field: '[PHONE_1]' }], found: { shape: 'columns', mapping: { prompt: 1, answerA: 'eins', answerB: 'zwei' } } });
		valueOf(await publishImport(world.app, world.admin, { id: read.id, skipBad: true }));
		expect(await texts(id)).toContain('Welche?');
		expect(JSON.stringify(await world.query(`select i.found, e.* from imports i left join import_errors e on e.import_id = i.id`))).not.toContain(PHONE);
		// A place that no column has is none.
		expect(await send(slug, { mapping: { prompt: 9, answerA: 2, answerB: 3 } })).toMatchObject({ accepted: 0, rejected: 2 });
	});

	it('is mapped by places alone where names are hidden', async () => {
		const { slug, id } = await project({ actions: { person: 'placeholder' } });
		expect(await found((await send(slug)).id)).toMatchObject({ columns: [null, null, null] });
		const { id: importId, errors } = await send(slug, { mapping: { prompt: 1, answerA: 2, answerB: 3 } });
		expect(errors).toMatchObject([{ line: 3, field: 'prompt' }]);
		expect(await found(importId)).toMatchObject({ mapping: { prompt: 1, answerA: 2, answerB: 3 } });
		while (await maskNextImport(world.app, finder('Welche'), going));
		valueOf(await publishImport(world.app, world.admin, { id: importId, skipBad: true }));
		expect(await texts(id)).toContain('[PERSON_1]?');
	});
});

it('refuses patterns that RE2 cannot run, and a version that somebody else has passed', async () => {
	const { slug } = await project();
	const put = (settings: Partial<Settings>, basedOn?: number) => putDesensitisation(world.app, world.admin, { slug, settings: { ...HIDES, ...settings }, basedOn });
	expect(await put({ patterns: ['案卷(?=x)'] })).toMatchObject({ ok: false, problem: { errors: [{ field: 'patterns[0]' }] } });
	expect(problemOf(await put({}, 0))).toBe('conflict');
	expect(valueOf(await put({ actions: { pattern: 'placeholder' }, patterns: [String.raw`案卷\d+`] }, 1))).toEqual({ version: 2 });
	valueOf(await world.importRows(slug, [{ prompt: '案卷77怎么办？', chosen: '查案卷77', rejected: 'b' }]));
	expect(JSON.stringify(await world.query(`select messages from prompt_texts`))).toContain('[PATTERN_1]怎么办？');
});
