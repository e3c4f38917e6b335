import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { ExportFormat } from '#lib/domain/snapshot-export/formats.ts';
import type { SaidShape } from '#lib/domain/import-shapes/recognise.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

async function* pieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
/** Sends bytes as somebody would who says nothing of them, or how their rows are to be understood. */
async function send(slug: string, source: Uint8Array | AsyncIterable<Uint8Array>, said: SaidShape = {}, more: { dryRun?: boolean; skipBad?: boolean } = {}) {
	const begun = await importPairs(world.app, world.admin, { slug, said, skipBad: more.skipBad ?? false, dryRun: more.dryRun ?? false, source: source instanceof Uint8Array ? pieces(source) : source });
	return begun.ok ? begun.value.done : begun;
}
/** A project in which every question trains, so that all its rows are in one file. */
async function training() {
	const project = await world.project();
	await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${project.id}' returning 1`);
	return project;
}
async function zip(files: Record<string, { bytes: Uint8Array; mode?: number }>): Promise<Buffer> {
	const zipped = new ZipFile();
	for (const [name, { bytes, mode }] of Object.entries(files)) zipped.addBuffer(Buffer.from(bytes), name, mode === undefined ? {} : { mode });
	zipped.end();
	return buffer(zipped.outputStream as unknown as AsyncIterable<Buffer>);
}

describe('judgments made in other tools', () => {
	const annotation = (by: string, selected: string) => ({ completed_by: { email: by }, was_cancelled: false, updated_at: '2021-03-09T22:17:08Z', result: [{ type: 'pairwise', from_name: 'pw', value: { selected } }] });
	const task = (n: number, ...annotations: object[]) => ({ id: n, data: { prompt: `Which, ${n}?`, text1: `One ${n}`, text2: `Two ${n}` }, annotations, predictions: [] });

	it('are looked over, kept each, and count together in a snapshot that includes imports', async () => {
		const { slug } = await training();
		const file = Buffer.from(JSON.stringify([task(1, annotation('a@x', 'left'), annotation('b@x', 'left'), annotation('c@x', 'right')), task(2, annotation('a@x', 'right'), annotation('b@x', 'left')), task(3, annotation('a@x', 'purple'))]));
		const dry = valueOf(await send(slug, file, {}, { dryRun: true }));
		expect(dry).toMatchObject({ accepted: 2, rejected: 1, found: { format: 'json', shape: 'label_studio', labels: 5 }, errors: [{ line: 3, field: 'annotations[0].result[0].value' }] });
		expect(dry.sample[0]?.judgments).toEqual([['a@x', 0], ['b@x', 0], ['c@x', 1]].map(([judge, preferred]) => ({ judge, at: '2021-03-09T22:17:08.000Z', preferred, strength: null, margin: null, verdict: null })));
		valueOf(await send(slug, file, {}, { skipBad: true }));
		expect(await world.query(`select source, count(*)::int as n from imported_judgments m join imports i on i.id = m.import_id join projects p on p.id = i.project_id where p.slug = '${slug}' group by source`)).toEqual([{ source: 'label_studio', n: 5 }]);
		const { id, rows, dropped } = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
		expect([rows.train, dropped]).toEqual([1, { no_majority: 2 }]);
		const out = await buffer(valueOf(await exportSnapshot(world.app, world.admin, { id, split: 'train', format: 'trl' })).stream);
		expect(JSON.parse(out.toString())).toMatchObject({ chosen: [{ content: 'One 1' }], rejected: [{ content: 'Two 1' }] });
	});

	it('of several annotators’ files in one zip meet in one comparison', async () => {
		const { slug, id } = await training();
		const line = (label: string) => Buffer.from(`${JSON.stringify({ id: 1, text: 'x', label: [label], prompt: 'Which?', response_a: 'One', response_b: 'Two' })}\n`);
		expect(valueOf(await send(slug, await zip({ 'ana.jsonl': { bytes: line('A') }, 'bo.jsonl': { bytes: line('tie') } })))).toMatchObject({ accepted: 2, found: { shape: 'doccano' } });
		expect(await world.query(`select n.name from judgments j join imported_judgments m on m.judgment_id = j.id join imported_judges n on n.id = m.judge_id where j.project_id = '${id}' order by 1`)).toEqual([{ name: 'ana' }, { name: 'bo' }]);
	});
});

it('a table is read by its columns, as proposed or as said, and that is kept with the import', async () => {
	const { slug } = await training();
	const table = Buffer.from('Frage;Antwort 1;Antwort 2;Besser;Wer\nWelche?;Eins;Zwei;2;Ana\nWelche noch?;Drei;Vier;tie;Bo\n');
	const first = valueOf(await send(slug, table, {}, { dryRun: true }));
	expect(first).toMatchObject({ accepted: 2, rejected: 0, found: { shape: 'columns', labels: 0, mapping: { prompt: 'frage' }, columns: ['frage', 'antwort 1', 'antwort 2', 'besser', 'wer'] } });
	const mapping = { prompt: 'frage', answerA: 'antwort 1', answerB: 'antwort 2', verdict: 'besser', annotator: 'wer' };
	const { id, ...taken } = valueOf(await send(slug, table, { mapping }));
	expect(taken).toMatchObject({ accepted: 2, rejected: 0, found: { labels: 2 } });
	expect(await world.query(`select found->'mapping' as mapping from imports where id = '${id}'`)).toEqual([{ mapping }]);
});

it('what a file says under other names is taken, what is not read is told, and what would be lost refuses its row', async () => {
	const { slug, id } = await training();
	const row = (n: number, more: object) => ({ prompt: [{ role: 'user', content: `Which, ${n}?` }], response_a: `One ${n}`, response_b: `Two ${n}`, source: 'forum', ...more });
	const rows = [row(1, { label: 'B', annotator: 'ana', timestamp: '2024/3/5 14:20' }), row(2, { note: 'x' }), row(3, { tools: [{ type: 'function' }] })];
	const done = valueOf(await send(slug, Buffer.from(rows.map((one) => JSON.stringify(one)).join('\n')), {}, { skipBad: true }));
	expect(done).toMatchObject({ accepted: 2, rejected: 1, found: { shape: 'plumbline', labels: 1, unread: ['source', 'note'] }, errors: [{ line: 3, field: 'tools' }] });
	expect(await world.query(`select n.name, m.judged_at::text as at from judgments j join imported_judgments m on m.judgment_id = j.id join imported_judges n on n.id = m.judge_id where j.project_id = '${id}'`)).toEqual([{ name: 'ana', at: expect.stringContaining('2024-03-05') as unknown }]);
	expect(await world.query(`select count(*)::int as n from comparisons where project_id = '${id}'`)).toEqual([{ n: 2 }]);
});

it('answers that are rated a row each become pairs of their question, by the rule', async () => {
	const { slug, id } = await training();
	const rated = (prompt: string, response: string, helpfulness: number) => ({ prompt, response, helpfulness, correctness: 3, coherence: 4, complexity: 1, verbosity: 2 });
	const rows = [rated('One?', 'good', 4), rated('One?', 'bad', 1), rated('Two?', 'a', 2), rated('Two?', 'b', 2), rated('One?', 'later', 3)];
	expect(valueOf(await send(slug, Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))))).toMatchObject({ accepted: 3, rejected: 0, found: { shape: 'helpsteer', labels: 2 } });
	expect(await world.query(`select verdict in ('a', 'b') as decided, count(*)::int as n from judgments where project_id = '${id}' group by 1 order by 1`)).toEqual([{ decided: false, n: 1 }, { decided: true, n: 1 }]);
});

it('what is exported in a format comes back as the same rows', async () => {
	const { slug } = await training();
	const rows = [...pairRows(3), { messages: [{ role: 'system', content: 'Careful. =1+1' }, { role: 'user', content: '[1] „x“\n' }], chosen: '{"role": "user"}', rejected: ' \u2028;,"\t' }, { prompt: 'Long?', chosen: [{ role: 'assistant', content: 'a' }, { role: 'user', content: 'b' }, { role: 'assistant', content: 'c' }], rejected: 'd' }];
	for (const [objective, sent, formats] of [
		['dpo', rows, ['ms-swift', 'trl', 'hf', 'parquet', 'csv']],
		['dpo', rows.slice(0, 4), ['openai', 'together', 'llama-factory']],
		['kto', [{ prompt: 'Alone?', completion: 'Yes, =SUM(1).', label: true }, { prompt: 'Alone too?', completion: 'true', label: false }], ['ms-swift', 'trl', 'hf', 'parquet', 'csv', 'llama-factory']],
		['rm', rows.map((row, i) => ({ ...row, margin: i / 3 })), ['ms-swift', 'trl', 'hf', 'parquet', 'csv']]
	] as const) {
		const from = objective === 'dpo' && sent.length === rows.length ? slug : (await training()).slug;
		valueOf(await world.importRows(from, [...sent]));
		const rule = { includeImports: true, strength: objective === 'rm' ? ('margin' as const) : ('ignore' as const) };
		const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug: from, objective, rule }));
		for (const format of formats as readonly ExportFormat[]) {
			const bytes = await buffer(valueOf(await exportSnapshot(world.app, world.admin, { id: frozen.id, split: 'train', format })).stream);
			const { slug: back } = await training();
			expect([format, valueOf(await send(back, format === 'csv' ? gzipSync(bytes) : bytes))]).toMatchObject([format, { accepted: sent.length, rejected: 0 }]);
			const again = valueOf(await freezeSnapshot(world.app, world.admin, { slug: back, objective, rule }));
			expect([format, again.sha256]).toEqual([format, frozen.sha256]);
		}
	}
});

it('accepted answers come back as accepted ones where whoever brings them in stands by them, and else wait to be judged', async () => {
	const { slug } = await training();
	const sent = [{ prompt: 'Alone?', completion: 'Yes, =SUM(1).', label: true }, { prompt: 'Alone too?', completion: 'true', label: true }];
	valueOf(await world.importRows(slug, sent));
	const freeze = async (of: string) => freezeSnapshot(world.app, world.admin, { slug: of, objective: 'sft', rule: { includeImports: true } });
	const frozen = valueOf(await freeze(slug));
	for (const format of ['ms-swift', 'trl', 'hf', 'parquet', 'csv', 'openai', 'together', 'llama-factory'] as const) {
		const bytes = await buffer(valueOf(await exportSnapshot(world.app, world.admin, { id: frozen.id, split: 'train', format })).stream);
		const { slug: back } = await training();
		expect([format, valueOf(await send(back, bytes, { accepted: true }))]).toMatchObject([format, { accepted: 2, rejected: 0, found: { accepted: true } }]);
		expect([format, valueOf(await freeze(back)).sha256]).toEqual([format, frozen.sha256]);
		const { slug: plain } = await training();
		expect([format, valueOf(await send(plain, bytes))]).toMatchObject([format, { accepted: 2, rejected: 0 }]);
		expect([format, problemOf(await freeze(plain))]).toEqual([format, 'empty_snapshot']);
	}
});

describe('a file that is broken or hostile leaves nothing behind, and says where it is', () => {
	const good = pairRows(3);
	const lines = (values: unknown[]) => Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'));
	const parquet = () => new Uint8Array(parquetWriteBuffer({ columnData: (['prompt', 'chosen', 'rejected'] as const).map((name) => ({ name, data: good.map((row) => row[name]) })) }));
	async function* endless(start: string, end: string): AsyncGenerator<Uint8Array> {
		yield Buffer.from(start);
		const mebibyte = Buffer.alloc(1024 * 1024, 'x');
		for (let i = 0; i < 200; i += 1) yield mebibyte;
		yield Buffer.from(end);
	}
	const table = (cell: string) => Buffer.from(`prompt,chosen,rejected\nQ,${cell},b\n`);
	const CASES: [string, () => Uint8Array | AsyncIterable<Uint8Array> | Promise<Uint8Array>, RegExp, SaidShape?][] = [
		['JSON Lines: half a line', () => lines(good).subarray(0, -9), /line 3: is not JSON/u],
		['JSON Lines: a NUL', () => lines([{ ...good[0], chosen: 'a\0' }]), /line 1: chosen: must not contain the NUL/u],
		['JSON Lines: half a surrogate pair', () => Buffer.from('{"prompt":"Q","chosen":"\\ud800","rejected":"b"}'), /line 1: chosen: must be well-formed/u],
		['JSON Lines: a nest', () => Buffer.from(`{"prompt":"Q","chosen":"a","rejected":"b","x":${'['.repeat(5000)}${']'.repeat(5000)}}`), /line 1: has more than 64/u],
		['JSON Lines: a line of 200 MB', () => endless('{"prompt":"Q","chosen":"a","rejected":"', '"}\n'), /line 1: is longer than 16 MB/u],
		['JSON: a list that breaks off', () => Buffer.from(JSON.stringify(good).slice(0, -9)), /not JSON after record 2/u],
		['JSON: half a surrogate pair', () => Buffer.from('[{"prompt":"\\udfff","chosen":"a","rejected":"b"}]'), /line 1: prompt: must be well-formed/u],
		['JSON: a nest', () => Buffer.from('[{"a":'.repeat(5000)), /within each other/u],
		['JSON: a record of 200 MB', () => endless('[{"prompt":"Q","chosen":"a","rejected":"', '"}]'), /longer than 16 MB/u],
		['CSV: a line with a cell too many', () => Buffer.from('prompt,chosen,rejected\nQ,a,b\nQ,a,b,c\n'), /line 3/u],
		['CSV: a quote that is never closed', () => table('"a'), /quotation mark on line 2 opens a cell that nothing closes/u],
		['CSV: a column named twice', () => Buffer.from('prompt,answer,Answer\nQ,a,b\n'), /names the column “answer” twice/u],
		['CSV: a column that rows are told to be read by, named twice', () => Buffer.from('Q,prompt,remark,Remark\nQ,p,a,b\n'), /names the column “remark” twice/u, { mapping: { prompt: 'prompt', group: 'Remark' } }],
		['CSV: a header of 100,000 columns', () => Buffer.from(`${Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',')}\n1\n`), /100000 columns; at most 200/u],
		['CSV: a nest in a cell', () => Buffer.from(`messages,chosen,rejected\n"${'['.repeat(500)}${']'.repeat(500)}",a,b\n`), /line 2: has more than 64/u],
		['text: a NUL', () => Buffer.from('Is it\0valid?\nYes\n'), /neither text/u],
		['Parquet: half a file', () => parquet().subarray(0, 150), /footer cannot be read/u],
		['Parquet: a footer that lies', () => Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(50, 0xff), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from('PAR1')]), /Parquet/u],
		['Parquet: one text over and over', () => new Uint8Array(parquetWriteBuffer({ columnData: (['prompt', 'chosen', 'rejected'] as const).map((name) => ({ name, data: Array.from({ length: 600 }, () => `${name} ${'x'.repeat(500_000)}`) })) })), /unpacks to more than/u],
		['gzip: half a file', () => gzipSync(Buffer.from(Array.from({ length: 400 }, (_, i) => JSON.stringify(pairRows(1, `${i}-${Math.sin(i)}`)[0])).join('\n'))).subarray(0, -300), /gzip file is broken/u],
		['gzip: a bomb', () => gzipSync(Buffer.alloc(80 * 1024 * 1024, '\n')), /unpacks to more than/u],
		['zip: a link', () => zip({ 'data.jsonl': { bytes: Buffer.from('/etc/passwd'), mode: 0o120777 } }), /is a link or no file/u],
		['zip: a way out', async () => Buffer.from((await zip({ 'aa/aa/evil.jsonl': { bytes: lines(good) } })).toString('latin1').replaceAll('aa/aa/evil', '../../evil'), 'latin1'), /zip file is broken/u],
		['zip: a bomb', () => zip({ 'bomb.jsonl': { bytes: Buffer.alloc(80 * 1024 * 1024, '\n') } }), /unpacks to more than/u],
		['zip: many files, none of which is a bomb alone', () => zip(Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.jsonl`, { bytes: Buffer.alloc(30 * 1024 * 1024, '\n') }]))), /unpacks to more than/u]
	];
	it('each', async () => {
		const { slug, id } = await world.project();
		const before = process.memoryUsage().rss;
		for (const [name, make, words, said] of CASES) {
			const result = await send(slug, await make(), said);
			expect([name, result.ok ? 'taken' : result.problem.code]).toEqual([name, 'import_refused']);
			expect(`${name}: ${result.ok ? '' : result.problem.detail}`).toMatch(words);
		}
		expect(await world.query(`select (select count(*)::int from prompts where project_id = '${id}') as prompts, (select count(*)::int from import_rows r join imports i on i.id = r.import_id where i.project_id = '${id}') as staged`)).toEqual([{ prompts: 0, staged: 0 }]);
		// Two of them are 200 MB long, two unpack to 80, and one to 90.
		console.log(`resident memory ${Math.round((process.memoryUsage().rss - before) / 1024 / 1024)} MiB more after ${CASES.length} hostile files`);
	}, 120_000);

	it('with two columns of one name that nobody reads is taken, and both are listed', async () => {
		const { slug } = await world.project();
		expect(valueOf(await send(slug, Buffer.from('prompt,chosen,rejected,Remark,remark\nQ,a,b,c,d\n')))).toMatchObject({ accepted: 1, found: { unread: ['remark', 'remark (2)'] } });
	});

	it('is taken in every format and packing where it is whole', async () => {
		const { slug } = await world.project();
		const text = lines(good);
		const files: [string, () => Uint8Array | Promise<Uint8Array>, object][] = [
			['JSON Lines', () => text, { format: 'jsonl', packed: null }],
			['JSON', () => Buffer.from(JSON.stringify(good)), { format: 'json', packed: null }],
			['CSV', () => Buffer.from(['prompt,chosen,rejected', ...good.map((row) => [row.prompt, row.chosen, row.rejected].map((cell) => `"${cell}"`).join())].join('\n')), { format: 'csv', packed: null }],
			['Parquet', parquet, { format: 'parquet', packed: null }],
			['gzip', () => gzipSync(text), { format: 'jsonl', packed: 'gzip' }],
			['gzip of Parquet', () => gzipSync(parquet()), { format: 'parquet', packed: 'gzip' }],
			['zip', () => zip({ 'a.jsonl': { bytes: text }, 'b.parquet': { bytes: parquet() } }), { format: 'jsonl', packed: 'zip' }]
		];
		for (const [index, [name, make, found]] of files.entries()) {
			// The same rows each time: only the first file adds anything.
			const rows = name === 'zip' ? 2 * good.length : good.length;
			const accepted = index === 0 ? good.length : 0;
			expect([name, valueOf(await send(slug, await make()))]).toMatchObject([name, { accepted, duplicates: rows - accepted, rejected: 0, found }]);
		}
	});

	it('but a byte order mark, other line ends, and text that spreadsheets would run are no harm', async () => {
		const { slug } = await world.project();
		expect(valueOf(await send(slug, Buffer.concat([Buffer.from('\uFEFF'), Buffer.from('prompt;chosen;rejected\r\n=cmd|/c calc;+1;@SUM(1)\r\n')])))).toMatchObject({ accepted: 1, rejected: 0, found: { delimiter: ';' } });
	});
});

it('takes nothing of a file whose later numbers say that earlier ones were read wrongly, with bad rows left out neither', async () => {
	const { slug, id } = await world.project();
	const rows = Array.from({ length: 1200 }, (_, n) => JSON.stringify({ prompt: `Question ${n}`, completion: 'Yes.', label: n < 1100 ? n % 2 : -1 }));
	for (const more of [{ skipBad: true }, { dryRun: true }, {}]) {
		const refused = await send(slug, Buffer.from(rows.join('\n')), {}, more);
		expect(refused).toMatchObject({ ok: false, problem: { code: 'import_refused', detail: expect.stringMatching(/^Line 1101 has the number -1 in a field whose numbers/u) as unknown } });
	}
	expect(await world.query(`select count(*)::int as n from prompts where project_id = '${id}'`)).toEqual([{ n: 0 }]);
	expect(await world.query(`select status, accepted, (select count(*)::int from import_rows where import_id = imports.id) as staged from imports where project_id = '${id}'`)).toEqual(Array(3).fill({ status: 'refused', accepted: 0, staged: 0 }));
});
