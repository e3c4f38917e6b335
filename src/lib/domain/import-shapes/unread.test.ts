import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { messageText } from '../message.ts';
import { nameInFile, readShape, recognise } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

/** What comes of a record: its answers, every judgment by the answer it prefers, who and when, and what was not read; or the field that is wrong. */
function understand(record: unknown, isTable = false) {
	const how = recognise([record], isTable);
	const read = readShape(record, { ...how, isTable, file: null });
	if (!read.ok) return { shape: how.shape, error: read.error };
	const row = readImportRow(read.fields, 1, context);
	if (!row.ok) return { shape: how.shape, error: { ...row.error, field: nameInFile(row.error.field, read.names) } };
	const { messages, responses, pairs } = row.row;
	const textOf = (hash: string | null) => responses.find((one) => one.hash === hash)?.messages.map(messageText).join(' | ');
	const said = (verdict: string | null, pair: { a: string; b: string | null }) => (verdict === 'a' ? textOf(pair.a) : verdict === 'b' ? textOf(pair.b) : verdict);
	return {
		asked: messages.map(messageText).join(' | '),
		answers: responses.map(({ hash }) => textOf(hash)),
		bare: pairs.flatMap((pair) => (pair.verdict === null ? [] : [said(pair.verdict, pair)])),
		judged: pairs.flatMap((pair) => (pair.labels ?? []).map(({ verdict, judge, at, margin }) => [said(verdict, pair), judge, at, ...(margin === undefined ? [] : [margin])])),
		unread: read.unread ?? []
	};
}

const user = (content: string) => ({ role: 'user', content });
const says = (content: string) => ({ role: 'assistant', content });
const turns = [user('Which?')];

describe('answers under other names', () => {
	it.each([
		['lettered', { prompt: 'Which?', response_a: 'One', response_b: 'Two' }, ['One', 'Two']],
		['numbered', { prompt: 'Which?', response_1: 'One', response_2: 'Two' }, ['One', 'Two']],
		['numbered from nought', { prompt: 'Which?', response_0: 'One', response_1: 'Two', is_response_0_safe: true }, ['One', 'Two']],
		['of messages', { prompt: turns, response_a: [says('One')], response_b: [says('Two')] }, ['One', 'Two']],
		['more than two', { prompt: turns, response_2: 'Two', response_1: 'One', response_3: 'Three' }, ['One', 'Two', 'Three']],
		['one beside messages', { messages: turns, response: 'One' }, ['One']],
		['in a list', { prompt: turns, answers: [{ text: 'One' }, 'Two'] }, ['One', 'Two']],
		['named by what they are', { prompt: turns, chosen_response: 'One', rejected_response: 'Two' }, ['One', 'Two']],
		['beside one that is rejected', { query: 'Which?', response: 'One', rejected_response: 'Two' }, ['One', 'Two']]
	])('%s are read', (_, record, answers) => {
		for (const isTable of Object.values(record).every((value) => typeof value === 'string') ? [false, true] : [false]) expect(understand(record, isTable)).toMatchObject({ asked: 'Which?', answers });
	});

	it('are preferred as the row says, also by a number where they are numbered so', () => {
		const pair = { prompt: turns, response_a: 'One', response_b: 'Two' };
		expect(understand({ ...pair, label: 'B' })).toMatchObject({ judged: [['Two', null, null]], unread: [] });
		expect(understand({ ...pair, preference: 'tie', annotator: 'ana', timestamp: 1682351591, margin: 0 })).toMatchObject({ judged: [['tie', 'ana', '2023-04-24T15:53:11.000Z']], unread: [] });
		expect(understand({ prompt: 'Which?', response_a: 'One', response_b: 'Two', label: 'A' }, true)).toMatchObject({ judged: [['One', null, null]] });
		for (const [better, text] of [[0, 'One'], [1, 'Two']] as const) expect(understand({ prompt: 'Which?', response_0: 'One', response_1: 'Two', better_response_id: better, safer_response_id: 1 })).toMatchObject({ judged: [[text, null, null]], unread: ['safer_response_id'] });
	});

	it('are not guessed to be the better one by a 0 or 1 that could be either', () => {
		for (const label of [0, 1, '1']) expect(understand({ prompt: turns, response_a: 'One', response_b: 'Two', label })).toMatchObject({ error: { field: 'label', message: expect.stringMatching(/numbered/u) as unknown } });
		expect(understand({ prompt: 'Which?', response_a: 'One', response_b: 'Two', label: '0' }, true)).toMatchObject({ error: { field: 'label' } });
		expect(understand({ prompt: turns, response_1: 'One', response_2: 'Two', label: 2 })).toMatchObject({ judged: [['Two', null, null]] });
	});
});

describe('who preferred an answer, and when', () => {
	const at = '2024-03-05T14:00:00.000Z';
	it.each([
		['texts', { prompt: 'Which?', chosen: 'One', rejected: 'Two' }],
		['messages', { prompt: turns, chosen: [says('One')], rejected: [says('Two')] }],
		['whole conversations', { chosen: [...turns, says('One')], rejected: [...turns, says('Two')] }]
	])('is kept beside %s, as one judgment', (_, record) => {
		expect(understand({ ...record, annotator: 'ana', timestamp: '2024-03-05 14:00:00+00', margin: 0.5 })).toMatchObject({ bare: [], judged: [['One', 'ana', at, 0.5]], unread: [] });
		expect(understand({ ...record, judge: 7, at: '2024-03-05T14:00:00Z' })).toMatchObject({ bare: [], judged: [['One', '7', at]], unread: [] });
		expect(understand({ ...record, created_at: 'yesterday' })).toMatchObject({ bare: ['One'], judged: [], unread: ['created_at'] });
		expect(understand({ ...record, judge: 'ana', at: 'yesterday' })).toMatchObject({ error: { field: 'at' } });
	});

	it('is kept beside one answer, and beside the preferred of several', () => {
		expect(understand({ prompt: turns, completion: 'One', label: false, annotator: 'ana' })).toMatchObject({ bare: [], judged: [['bad', 'ana', null]] });
		expect(understand({ prompt: turns, responses: ['One', 'Two', 'Three'], preferred: 1, judge: 'ana' })).toMatchObject({ bare: [], judged: [['Two', 'ana', null], ['Two', 'ana', null]] });
		expect(understand({ prompt: turns, responses: ['One', 'Two'], judge: 'ana' })).toMatchObject({ judged: [], unread: ['judge'] });
	});
});

describe('a row is refused by a field without which it would say something else', () => {
	const conversation = [...turns, says('One')];
	it.each([
		['tools', { prompt: turns, chosen: 'One', rejected: 'Two', tools: [{ type: 'function' }] }],
		['tools', { messages: conversation, rejected_response: 'Two', tools: '[{"name": "search"}]' }],
		['tools', { messages: conversation, tools: [{ type: 'function' }] }],
		['functions', { conversations: [{ from: 'human', value: 'Q' }], chosen: { from: 'gpt', value: 'a' }, rejected: { from: 'gpt', value: 'b' }, functions: [{}, { name: 'f' }] }],
		['input.tools', { input: { messages: turns, tools: [{ type: 'function' }] }, preferred_output: [says('One')], non_preferred_output: [says('Two')] }],
		['request.tools', { request: { messages: turns, tools: [{ type: 'function' }] }, response: { choices: [{ message: says('One') }] } }],
		['request.body.tools', { request: { body: { messages: turns, tools: [{ type: 'function' }] } }, response: { body: { choices: [{ message: says('One') }] } } }],
		['videos', { messages: [user('<video>What?'), says('One')], rejected_response: 'Two', videos: ['/a.mp4'] }],
		['response_c', { prompt: 'Which?', chosen: 'One', rejected: 'Two', response_c: 'Three' }],
		['rejected_response', { prompt: turns, completion: 'One', label: true, rejected_response: 'Two' }],
		['label', { prompt: turns, label: 1 }],
		['label', { prompt: turns, chosen: 'One', rejected: 'Two', label: 'tie' }],
		['verdict', { prompt: turns, responses: ['One', 'Two', 'Three'], verdict: 'A' }],
		['data.response_3', { data: { prompt: 'Q', response_1: 'a', response_2: 'b', response_3: 'c' }, annotations: [] }]
	])('%s of %j', (field, record) => expect(understand(record)).toMatchObject({ error: { field } }));

	it('but not where they say nothing, or nothing new', () => {
		expect(understand({ prompt: turns, chosen: 'One', rejected: 'Two', tools: [], videos: null, label: 'safety', output_1: 'Two' })).toMatchObject({ bare: ['One'], unread: ['label', 'output_1'] });
		expect(understand({ messages: conversation, tools: '[]', model: 'm' })).toMatchObject({ answers: ['One'], unread: ['model'] });
		expect(understand({ prompt: 'Which?', chosen: 'One', rejected: 'Two', source: 's', score: 0 })).toMatchObject({ unread: ['source', 'score'] });
		const record = { prompt: 'Which?', response_c: 'One', answer: 'Two' };
		expect(readShape(record, { shape: 'columns', mapping: { prompt: 'prompt', answer: 'answer' }, isTable: true, file: null })).toMatchObject({ error: { field: 'response_c' } });
		expect(readShape(record, { shape: 'columns', mapping: { prompt: 'prompt', answer: 'answer' }, isTable: true, isSaid: true, file: null })).toMatchObject({ ok: true, unread: ['response_c'] });
	});
});

describe('tables of annotation tools', () => {
	it('doccano’s: the label is read, several labels in one cell are too many', () => {
		const row = { id: '1', text: 'Compare.', label: 'B', prompt: 'Which?', response_a: 'One', response_b: 'Two', comments: '' };
		expect(understand(row, true)).toMatchObject({ asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', null, null]], unread: [] });
		expect(recognise([row], true).shape).toBe('doccano');
		expect(understand({ ...row, label: 'A#B' }, true)).toMatchObject({ error: { field: 'label' } });
	});

	it('Potato’s: the annotator is no question', () => {
		const row = { user: 'ana', instance_id: 'i-1', displayed_text: 'Which?<br>A. One<br>B. Two', 'preference:::a': '', 'preference:::b': 'true', 'fluency:::good': 'true' };
		expect(understand(row, true)).toMatchObject({ asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', 'ana', null]], unread: ['label_annotations.fluency'] });
		expect(recognise([row], true).shape).toBe('potato');
		expect(understand({ user: 'ana', text: 'x' }, true)).toMatchObject({ error: { field: 'mapping.prompt' } });
	});
});

it('ms-swift’s query and response with a history are a conversation', () => {
	const record = { query: 'Which?', response: 'One', rejected_response: 'Two', history: [['Hello', 'Hi']] };
	expect(understand(record)).toMatchObject({ asked: 'Hello | Hi | Which?', answers: ['One', 'Two'], bare: ['One'], unread: [] });
	expect(understand({ ...record, rejected_response: undefined, label: 0 })).toMatchObject({ answers: ['One'], bare: ['bad'] });
});

it('a label may be 1 or 0, and a message hold fields of nothing', () => {
	for (const [label, verdict] of [[1, 'good'], [0, 'bad'], ['1', 'good'], [true, 'good']] as const) expect(understand({ prompt: turns, completion: 'One', label })).toMatchObject({ bare: [verdict] });
	expect(understand({ prompt: turns, completion: 'One', label: 2 })).toMatchObject({ error: { field: 'label' } });
	const nothing = { name: null, tool_calls: null, tool_call_id: null };
	expect(understand({ messages: [{ ...user('Which?'), ...nothing }], responses: [{ messages: [{ ...says('One'), ...nothing }] }, [{ ...says('Two'), ...nothing }]] })).toMatchObject({ answers: ['One', 'Two'] });
	expect(understand({ prompt: [{ ...user('Which?'), ...nothing }], chosen: [{ ...says('One'), ...nothing }], rejected: [{ ...says('Two'), ...nothing }] })).toMatchObject({ bare: ['One'] });
	expect(understand({ prompt: turns, chosen: [{ ...says(''), tool_calls: [{ id: 'c' }] }], rejected: 'Two' })).toHaveProperty('error');
});
