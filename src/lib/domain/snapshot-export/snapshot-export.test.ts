import { expect, test } from 'vitest';
import type { TrainingRow } from '../training-row.ts';
import { Unexportable } from './formats.ts';
import { datasetInfo, llamaFactoryRow } from './llama-factory.ts';
import { preferenceRow } from './openai.ts';
import { partsOf } from './parts.ts';
import { columnsOf, tableCells } from './table.ts';
import { trlRow } from './trl.ts';

const user = (content: string) => ({ role: 'user' as const, content });
const says = (content: string) => ({ role: 'assistant' as const, content });
const pair: TrainingRow = { messages: [user('q'), says('good')], rejected_response: 'bad' };
const label: TrainingRow = { messages: [user('q'), says('good')], label: false };
const turns: TrainingRow = { messages: [user('q'), says('a'), user('more'), says('b')], rejected_messages: [user('q'), says('c')] };
const seen: TrainingRow = { messages: [user('<image>'), says('good')], rejected_response: 'bad', images: ['artifact:00'] };

test('a pair, as each consumer names it', () => {
	expect(trlRow(pair)).toEqual({ prompt: [user('q')], chosen: [says('good')], rejected: [says('bad')] });
	expect(llamaFactoryRow(pair)).toEqual({ messages: [user('q')], chosen: says('good'), rejected: says('bad') });
	expect(preferenceRow(pair, 'OpenAI')).toEqual({ input: { messages: [user('q')] }, preferred_output: [says('good')], non_preferred_output: [says('bad')] });
	expect(tableCells(pair)).toHaveLength(columnsOf({ kind: 'pair', margins: false }).length);
});

test('a margin goes to whom it says something: a number for TRL, which takes it of all rows or none, an empty cell where nobody said', () => {
	const sure: TrainingRow = { ...pair, margin: 1 / 3 };
	const margins = { margins: true };
	expect([trlRow(sure, margins)['margin'], trlRow(pair, margins)['margin'], trlRow({ ...turns, margin: 1 }, margins)['margin']]).toEqual([1 / 3, 0, 1]);
	expect([tableCells(sure, margins).at(-1), tableCells(pair, margins).at(-1)]).toEqual([1 / 3, null]);
	expect(columnsOf({ kind: 'pair', margins: true }).at(-1)).toBe('margin');
	// A snapshot whose rule looks at no strength has no such column, and pairs alone have one.
	expect(trlRow(sure)).not.toHaveProperty('margin');
	expect(tableCells(label, margins)).toHaveLength(columnsOf({ kind: 'labelled', margins: true }).length);
	for (const row of [llamaFactoryRow(sure), preferenceRow(sure, 'OpenAI')]) expect(row).not.toHaveProperty('margin');
});

test('a judged answer keeps its label, false too, and has no form at OpenAI', () => {
	expect(trlRow(label)).toEqual({ prompt: [user('q')], completion: [says('good')], label: false });
	expect(llamaFactoryRow(label)).toEqual({ messages: [user('q'), says('good')], label: false });
	expect(tableCells(label)).toHaveLength(columnsOf({ kind: 'labelled', margins: false }).length);
	expect(() => preferenceRow(label, 'Together')).toThrow(Unexportable);
});

test('an accepted answer is a conversation to learn', () => {
	const accepted: TrainingRow = { messages: [user('q'), says('good')] };
	expect(trlRow(accepted)).toEqual({ prompt: [user('q')], completion: [says('good')] });
	expect(llamaFactoryRow(accepted)).toEqual(accepted);
	expect(preferenceRow(accepted, 'OpenAI')).toEqual(accepted);
	expect(tableCells(accepted)).toEqual([JSON.stringify([user('q')]), JSON.stringify([says('good')]), '[]']);
	expect(datasetInfo('x', 'x.jsonl', 'accepted')).toMatchObject({ x: { columns: { messages: 'messages' } } });
});

test('answers of several turns are whole or refused, never cut', () => {
	expect(trlRow(turns)).toEqual({ prompt: [user('q')], chosen: [says('a'), user('more'), says('b')], rejected: [says('c')] });
	expect(() => llamaFactoryRow(turns)).toThrow(Unexportable);
	expect(() => preferenceRow(turns, 'OpenAI')).toThrow(Unexportable);
});

test('an answer that is the beginning of the other keeps its last turn', () => {
	expect(partsOf({ messages: [user('q'), says('a'), user('x'), says('b')], rejected_messages: [user('q'), says('a')] })).toMatchObject({ prompt: [user('q')], chosen: [says('a'), user('x'), says('b')], rejected: [says('a')] });
});

test('images are named by the flat formats and refused by the others', () => {
	expect(tableCells(seen).slice(-2)).toEqual(['["artifact:00"]', '["artifact:00"]']);
	for (const map of [trlRow, llamaFactoryRow, (row: TrainingRow) => preferenceRow(row, 'OpenAI')]) expect(() => map(seen)).toThrow(/images/u);
});

test('a prompt that ends with an answer, which Together’s client would not pass, is refused', () => {
	expect(() => preferenceRow({ messages: [user('q'), says('a'), says('b')], rejected_response: 'c' }, 'Together')).toThrow(/ends with an answer/u);
});

test('turns that LLaMA-Factory would drop are refused', () => {
	expect(() => llamaFactoryRow({ messages: [user('a'), user('b'), says('c')], rejected_response: 'd' })).toThrow(/alternate/u);
});

test('the side file of LLaMA-Factory', () => {
	expect(datasetInfo('x', 'x.jsonl', 'labelled')).toMatchObject({ x: { columns: { kto_tag: 'label' } } });
	expect(datasetInfo('x', 'x.jsonl', 'pair')).toMatchObject({ x: { ranking: true } });
});
