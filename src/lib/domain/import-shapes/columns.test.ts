import { describe, expect, it } from 'vitest';
import { mappingError, proposeMapping, readColumns } from './columns.ts';
import { readShape, recognise } from './recognise.ts';
import { labelOf, timeOf, verdictOf } from './verdict-words.ts';

describe('a table whose columns are not ours', () => {
	it('is proposed a mapping by its headers, in both languages', () => {
		expect(proposeMapping(['Question', 'Answer 1', 'Answer 2', 'Winner', 'Rater', 'Date', 'Notes'])).toEqual({ prompt: 'Question', answerA: 'Answer 1', answerB: 'Answer 2', verdict: 'Winner', annotator: 'Rater', time: 'Date' });
		expect(proposeMapping(['问题', '回答A', '回答B', '哪个更好', '标注员', '案号'])).toEqual({ prompt: '问题', answerA: '回答A', answerB: '回答B', verdict: '哪个更好', annotator: '标注员', matter: '案号' });
		expect(proposeMapping(['query', 'reply', 'thumbs', 'lang'])).toEqual({ prompt: 'query', answer: 'reply', label: 'thumbs', language: 'lang' });
		expect(proposeMapping(['x', 'y'])).toEqual({});
	});

	it('is recognised as one, and what ours would pass over in silence is not lost', () => {
		const how = (row: object) => recognise([row], true).shape;
		expect(how({ 问题: 'Q', 回答a: 'x', 回答b: 'y' })).toBe('columns');
		expect(how({ prompt: 'Q', answer_a: 'x', answer_b: 'y', verdict: 'A' })).toBe('columns');
		expect(how({ prompt: 'Q', response_1: 'x', response_2: 'y', preference: '1' })).toBe('columns');
		expect(how({ prompt: 'Q', chosen: 'x', rejected: 'y', annotator: 'Ana' })).toBe('columns');
		expect(how({ prompt: 'Q', chosen: 'x', rejected: 'y', margin: '1' })).toBe('plumbline');
		expect(how({ prompt: 'Q', response_1: 'x', response_2: 'y', preferred: '1', group: 'g' })).toBe('plumbline');
		expect(how({ prompt: 'Q', response_a: 'x', response_b: 'y', winner: 'model_a' })).toBe('arena');
		expect(recognise([{ prompt: 'Q', chosen: 'x', rejected: 'y' }], true, { mapping: { prompt: 'rejected' } })).toMatchObject({ shape: 'columns', mapping: { prompt: 'rejected' } });
		expect(recognise([{ prompt: 'Q' }], true, { shape: 'label_studio' }).shape).toBe('label_studio');
	});

	it('is read by the names that somebody wrote, capitals or not', () => {
		const said = { prompt: 'Question', answerA: ' Answer 1', answerB: 'ANSWER 2', verdict: 'Better', group: 'nowhere' };
		const row = { question: 'Which?', 'answer 1': 'One', 'answer 2': 'Two', better: 'Answer 2' };
		const found = recognise([row], true, { mapping: said });
		expect(found.mapping).toEqual({ prompt: 'question', answerA: 'answer 1', answerB: 'answer 2', verdict: 'better', group: 'nowhere' });
		expect(readColumns(row, found.mapping ?? {})).toMatchObject({ fields: { prompt: 'Which?', responses: ['One', 'Two'], judgments: [{ preferred: 1 }] } });
		// Where two differ in capitals alone, the one that is written so is meant.
		expect(recognise([{ Q: 'x', q: 'y' }], true, { mapping: { prompt: 'q' } }).mapping).toEqual({ prompt: 'q' });
	});

	it('gives rows with who judged and when', () => {
		const row = { q: 'Which?', a: 'One', b: 'Two', w: 'b', r: 'Ana', t: '2026-03-09 22:16', n: 5 };
		const mapping = { prompt: 'q', answerA: 'a', answerB: 'b', verdict: 'w', annotator: 'r', time: 't', group: 'n' };
		expect(readColumns(row, mapping)).toMatchObject({ fields: { prompt: 'Which?', group: '5', responses: ['One', 'Two'], judgments: [{ preferred: 1, judge: 'Ana', at: '2026-03-09T22:16:00.000Z' }] } });
		expect(readColumns({ ...row, w: '' }, mapping)).toMatchObject({ fields: { responses: ['One', 'Two'] } });
		expect(readColumns({ ...row, w: 'perhaps' }, mapping)).toMatchObject({ error: { field: 'w' } });
		expect(readColumns({ ...row, t: 'yesterday' }, mapping)).toMatchObject({ error: { field: 't' } });
		expect(readColumns({ ...row, b: '' }, mapping)).toMatchObject({ error: { field: 'b', message: 'missing' } });
		expect(readColumns(row, { prompt: 'q', chosen: 'a', rejected: 'b', annotator: 'r' })).toMatchObject({ fields: { judgments: [{ preferred: 0, judge: 'Ana' }] } });
		expect(readColumns({ ...row, m: '0.5' }, { ...mapping, margin: 'm' })).toMatchObject({ fields: { judgments: [{ preferred: 1, margin: '0.5', judge: 'Ana' }] }, names: { 'judgments[0].margin': 'm' } });
		expect(readColumns({ ...row, m: 2 }, { prompt: 'q', chosen: 'a', rejected: 'b', margin: 'm' })).toMatchObject({ fields: { chosen: 'One', rejected: 'Two', margin: 2 } });
		expect(readColumns({ q: 'Q', x: 'A', l: '差' }, { prompt: 'q', answer: 'x', label: 'l' })).toMatchObject({ fields: { completion: 'A', label: false } });
	});

	it('says what a mapping lacks', () => {
		expect(mappingError({})).toMatchObject({ field: 'mapping.prompt' });
		expect(mappingError({ prompt: 'q', chosen: 'a' })).toMatchObject({ field: 'mapping.rejected' });
		expect(mappingError({ prompt: 'q', verdict: 'v' })).toMatchObject({ field: 'mapping.answerA' });
		expect(mappingError({ prompt: 'q', chosen: 'a', rejected: 'b', answer: 'c' })).toMatchObject({ field: 'mapping' });
		expect(mappingError({ prompt: 'q', answerA: 'a', answerB: 'b', margin: 'm' })).toMatchObject({ field: 'mapping.verdict' });
		expect(mappingError({ prompt: 'q' })).toBe(null);
	});
});

describe('cells', () => {
	const cells = (record: object) => readShape(record, { shape: 'plumbline', mapping: null, isTable: true, file: null });
	it('hold JSON where a column does, and text else', () => {
		expect(cells({ prompt: '[{"role":"user","content":"Q"}]', chosen: '[not json', rejected: '', tags: '["a"]' })).toMatchObject({ ok: true, fields: { prompt: [{ role: 'user', content: 'Q' }], chosen: '[not json', tags: ['a'] } });
		expect(cells({ prompt: 'Q', response_1: 'x', response_2: 'y', preferred: '1' })).toMatchObject({ ok: true, fields: { prompt: 'Q', responses: ['x', 'y'], preferred: 1 }, unread: [] });
		expect(cells({ messages: 'no json' })).toMatchObject({ error: { field: 'messages' } });
	});
});

it('words for a verdict, a label and a time', () => {
	expect(['A', 'left', 'Response 2', 'tie (bothbad)', '平局', 'n/a', 2, 'none', 'maybe'].map((word) => verdictOf(word))).toEqual([0, 0, 1, 'both_bad', 'tie', 'cannot_judge', null, null, null]);
	expect(verdictOf('Lease v2', ['Lease v1', 'lease_v2'])).toBe(1);
	expect(['TRUE', 0, '👍', '差', 'hm'].map((word) => labelOf(word))).toEqual([true, false, true, false, null]);
	expect([1682351591.1322, '1682351591', 1682351591132, '2026-03-09', '2026-03-09 22:16:08+02:00', '2026-02-31T00:00', 'x', -5, '2024-03-05 14:00:00+08', '2024/3/5 14:20', '2024/3/5', '2024-3-5 9:07', '2024/2/30'].map(timeOf)).toEqual(['2023-04-24T15:53:11.132Z', '2023-04-24T15:53:11.000Z', '2023-04-24T15:53:11.132Z', '2026-03-09T00:00:00.000Z', '2026-03-09T20:16:08.000Z', null, null, null, '2024-03-05T06:00:00.000Z', '2024-03-05T14:20:00.000Z', '2024-03-05T00:00:00.000Z', '2024-03-05T09:07:00.000Z', null]);
});
