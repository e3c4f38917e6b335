import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { mapPrompt } from '../preference-dataset.ts';
import type { DatasetObjective } from '../preference-dataset.ts';
import { llamaFactoryRow } from '../snapshot-export/llama-factory.ts';
import { preferenceRow } from '../snapshot-export/openai.ts';
import { partsOf } from '../snapshot-export/parts.ts';
import { columnsOf, tableCells } from '../snapshot-export/table.ts';
import { trlRow } from '../snapshot-export/trl.ts';
import { neutralise, restore } from '../template-markup.ts';
import type { TrainingRow } from '../training-row.ts';
import { asAccepted } from './accepted.ts';
import { readShape, recognise } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

/** The training rows that come of a record which is imported and frozen, its preferences included, and for rm how clear they are. */
function frozen(record: unknown, isTable: boolean, objective: DatasetObjective, accepted = false): TrainingRow[] {
	const read = readShape(record, { ...recognise([record], isTable), isTable, file: null });
	if (!read.ok) throw new Error(`${read.error.field}: ${read.error.message}`);
	const imported = readImportRow(accepted ? asAccepted(read.fields) : read.fields, 1, context);
	if (!imported.ok) throw new Error(`${imported.error.field}: ${imported.error.message}`);
	const { messages, responses, pairs } = imported.row;
	const comparisons = pairs.map(({ a, b, verdict, margin }, i) => ({ key: `c${i}`, mode: b === null ? ('single' as const) : ('pair' as const), a, b, overlap: 1, judgments: verdict === null ? [] : [{ key: `j${i}`, verdict, margin, kind: 'outside' as const }] }));
	return mapPrompt(objective, { split: 'train', messages, responses: responses.map(({ hash, messages: turns }) => ({ key: hash, hash, messages: turns })), comparisons }, { origins: ['import'], strength: objective === 'rm' ? 'margin' : 'ignore', maxChars: null }).rows;
}

/** A row as a table's reader gives it back: cells are texts, in a CSV also the label. */
const cells = (row: TrainingRow, text: boolean) => {
	const [margins, kind] = ['margin' in row, 'label' in row ? ('labelled' as const) : 'rejected_response' in row || 'rejected_messages' in row ? ('pair' as const) : ('accepted' as const)];
	const values = tableCells(row, { margins });
	return Object.fromEntries(columnsOf({ kind, margins }).map((name, i) => [name, text ? String(values[i]) : values[i]]));
};

const FORMATS: Record<string, { write: (row: TrainingRow) => object; isTable: boolean; pairsOnly?: boolean; oneTurn?: boolean }> = {
	'ms-swift': { write: (row) => row, isTable: false },
	'trl and hf': { write: (row) => trlRow(row, { margins: 'margin' in row }), isTable: false },
	'llama-factory': { write: llamaFactoryRow, isTable: false, oneTurn: true },
	openai: { write: (row) => preferenceRow(row, 'OpenAI'), isTable: false, pairsOnly: true, oneTurn: true },
	together: { write: (row) => preferenceRow(row, 'Together'), isTable: false, pairsOnly: true, oneTurn: true },
	parquet: { write: (row) => cells(row, false), isTable: true },
	csv: { write: (row) => cells(row, true), isTable: true }
};

const words = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('[1] a list', '=cmd|x', '{"role":"user"}', '\n\nHuman: a\n\nAssistant: b', 'A. one\nB. two', 'a < b [x]', 'tie', 'true', ' \u2028 x')).filter((text) => text.trim() !== '' && neutralise(text).count === 0 && text.isWellFormed() && !text.includes('\0'));
const answer = (turns: string[]) => turns.map((content, i) => ({ role: i % 2 === 0 ? 'assistant' : 'user', content }));
const asked = fc.tuple(fc.option(words), fc.array(words, { minLength: 1, maxLength: 3 }).filter(({ length }) => length % 2 === 1)).map(([system, turns]) => [...(system === null ? [] : [{ role: 'system', content: system }]), ...turns.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }))]);
const turns = (most: number) => fc.array(words, { minLength: 1, maxLength: most }).filter(({ length }) => length % 2 === 1).map(answer);

describe('import, snapshot, export, import: the same rows', () => {
	it.each(Object.entries(FORMATS))('%s', (_, { write, isTable, pairsOnly, oneTurn }) => {
		fc.assert(
			fc.property(asked, turns(oneTurn ? 1 : 3), turns(oneTurn ? 1 : 3), fc.boolean(), (messages, chosen, rejected, label) => {
				fc.pre(JSON.stringify(chosen) !== JSON.stringify(rejected));
				for (const row of frozen({ messages, chosen, rejected }, false, 'dpo')) expect(frozen(write(row), isTable, 'dpo').map(partsOf)).toEqual([partsOf(row)]);
				if (pairsOnly) return;
				for (const row of frozen({ messages, completion: chosen.slice(0, 1), label }, false, 'kto')) expect(frozen(write(row), isTable, 'kto').map(partsOf)).toEqual([partsOf(row)]);
			}),
			{ numRuns: 150 }
		);
	});

	it.each(['ms-swift', 'trl and hf', 'parquet', 'csv'])('with how clear each preference is: %s', (name) => {
		const { write, isTable } = FORMATS[name] ?? {};
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (margin) => {
				const rows = frozen({ prompt: 'Which?', chosen: 'This.', rejected: 'That.', margin }, false, 'rm');
				expect(rows.map((row) => ('margin' in row ? row.margin : 0))).toEqual([Number(margin.toFixed(6))]);
				for (const row of rows) expect(frozen(write?.(row), isTable ?? false, 'rm')).toEqual([row]);
			})
		);
	});

	it.each(Object.entries(FORMATS))('answers that were accepted, where whoever brings them in stands by them: %s', (_, { write, isTable, oneTurn }) => {
		fc.assert(
			fc.property(asked, turns(oneTurn ? 1 : 3), (messages, answer) => {
				const [row] = frozen({ messages, completion: answer, label: true }, false, 'sft');
				if (!row) throw new Error('an answer that is good gave no row');
				expect(frozen(write(row), isTable, 'sft', true).map(partsOf)).toEqual([partsOf(row)]);
				expect(frozen(write(row), isTable, 'sft')).toEqual([]);
			}),
			{ numRuns: 80 }
		);
	});

	it('nobody stands by what is judged or compared', () => {
		for (const fields of [{ prompt: 'Q', completion: 'A', label: false }, { prompt: 'Q', chosen: 'a', rejected: 'b' }, { prompt: 'Q', responses: ['a', 'b'] }, { prompt: 'Q', responses: ['a'], mode: 'pair' }, { prompt: 'Q', responses: ['a'], judgments: [] }, { prompt: 'Q' }]) expect(asAccepted(fields)).toBe(fields);
	});

	it('a mark that was made harmless stays text, one sign deeper each time, and can be had back', () => {
		const [first] = frozen({ prompt: 'Q', chosen: 'See <image>.', rejected: 'No.' }, false, 'dpo');
		const [again] = frozen(first, false, 'dpo');
		const said = (row: TrainingRow | undefined) => row?.messages.at(-1)?.content ?? '';
		expect([said(first), restore(said(again))]).toEqual([neutralise('See <image>.').text, said(first)]);
	});

	it('with images, in the formats that carry them', () => {
		const [one, two] = ['1'.repeat(64), '2'.repeat(64)] as const;
		const part = (artifact: string) => ({ type: 'image', artifact });
		const row = { messages: [{ role: 'user', content: [part(one), { type: 'text', text: 'Which?' }] }], chosen: [{ role: 'assistant', content: 'A lease.' }], rejected: [{ role: 'assistant', content: [{ type: 'text', text: 'See' }, part(two)] }] };
		const [first] = frozen(row, false, 'dpo');
		expect(first).toMatchObject({ rejected_images: [`artifact:${one}`, `artifact:${two}`] });
		for (const name of ['ms-swift', 'parquet', 'csv']) {
			const format = FORMATS[name];
			if (first && format) expect([name, ...frozen(format.write(first), format.isTable, 'dpo')]).toEqual([name, first]);
		}
	});
});
