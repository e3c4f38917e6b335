import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { messageText } from '../message.ts';
import { nameInFile, readShape, recognise } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

/** A record as it comes to be understood: its shape, question, answers in the order of the file, and what it says of them; or the field in the file that is wrong. */
function understand(record: unknown) {
	const how = recognise([record], false);
	const read = readShape(record, { ...how, isTable: false, file: null });
	if (!read.ok) return { shape: how.shape, error: read.error };
	const row = readImportRow(read.fields, 1, context);
	if (!row.ok) return { shape: how.shape, error: { ...row.error, field: nameInFile(row.error.field, read.names) } };
	const { messages, responses, pairs } = row.row;
	const answers = responses.map(({ messages: turns }) => turns.map(messageText).join(' | '));
	const better = pairs.flatMap(({ verdict, a, b }) => (verdict === 'a' ? [a] : verdict === 'b' ? [b] : [])).map((hash) => answers[responses.findIndex((one) => one.hash === hash)]);
	return { shape: how.shape, asked: messages.map((message) => `${message.role}: ${messageText(message)}`), answers, better: better[0] ?? null, label: pairs.find(({ b }) => b === null)?.verdict ?? null };
}

const user = (content: string) => ({ role: 'user', content });
const says = (content: string) => ({ role: 'assistant', content });

describe('TRL, and Hugging Face sets after it', () => {
	const blue = { asked: ['user: What color is the sky?'], answers: ['It is blue.', 'It is green.'], better: 'It is blue.' };
	it.each([
		['standard', { prompt: 'What color is the sky?', chosen: 'It is blue.', rejected: 'It is green.' }],
		['conversational', { prompt: [user('What color is the sky?')], chosen: [says('It is blue.')], rejected: [says('It is green.')] }],
		['with an implicit prompt', { chosen: [user('What color is the sky?'), says('It is blue.')], rejected: [user('What color is the sky?'), says('It is green.')] }],
		['with the prompt said twice, and scores', { prompt: 'What color is the sky?', prompt_id: '1', chosen: [user('What color is the sky?'), says('It is blue.')], rejected: [user('What color is the sky?'), says('It is green.')], score_chosen: 8, score_rejected: 2 }]
	])('%s', (_, record) => expect(understand(record)).toMatchObject({ shape: 'plumbline', ...blue }));

	it('unpaired preference', () => {
		expect(understand({ prompt: 'The sky is', completion: ' blue.', label: true })).toMatchObject({ shape: 'plumbline', answers: [' blue.'], label: 'good' });
		expect(understand({ prompt: [user('Sky?')], completion: [says('Green.')], label: false })).toMatchObject({ answers: ['Green.'], label: 'bad' });
	});
});

describe('ms-swift', () => {
	const asked = [{ role: 'system', content: 'You are helpful.' }, user('Tell me tomorrow’s weather.'), says('Sunny.'), user('And the day after?')];
	it('reads pairs, whole rejected conversations and labels', () => {
		const want = { shape: 'ms_swift', asked: asked.map(({ role, content }) => `${role}: ${content}`) };
		expect(understand({ messages: [...asked, says('Rain.')], rejected_response: 'I don’t know.' })).toMatchObject({ ...want, answers: ['Rain.', 'I don’t know.'], better: 'Rain.' });
		expect(understand({ messages: [...asked, says('Rain.')], rejected_messages: [...asked, says('No'), user('Why?'), says('So.')] })).toMatchObject({ ...want, answers: ['Rain.', 'No | Why? | So.'], better: 'Rain.' });
		expect(understand({ messages: [...asked, says('Rain.')], label: false })).toMatchObject({ ...want, answers: ['Rain.'], label: 'bad' });
	});
	it('puts images of question and answer in their places', () => {
		const one = '1'.repeat(64);
		const read = readShape({ messages: [user('<image>What is it?'), says('A lease.')], rejected_messages: [user('<image>What is it?'), says('See <image>')], images: [one], rejected_images: [one, '2'.repeat(64)] }, { shape: 'ms_swift', mapping: null, isTable: false, file: null });
		expect(read.ok && read.fields).toMatchObject({ messages: [{ content: [{ type: 'image', artifact: one }, { type: 'text' }] }], chosen: [says('A lease.')], rejected: [{ content: [{ type: 'text' }, { type: 'image', artifact: '2'.repeat(64) }] }] });
	});
	it('names what is wrong as the file calls it', () => {
		expect(understand({ messages: [user('Q')], rejected_response: 'R' })).toMatchObject({ error: { field: 'messages[0]' } });
		expect(understand({ messages: [user('Q'), says('A')], rejected_response: '' })).toMatchObject({ error: { field: 'rejected_response' } });
		expect(understand({ messages: [user('Q'), says('A')], rejected_messages: [user('Other'), says('B')] })).toMatchObject({ error: { field: 'rejected_messages' } });
	});
});

describe('LLaMA-Factory', () => {
	it('reads alpaca rows: ranking, the older list, kto_tag, history', () => {
		expect(understand({ instruction: 'Translate.', input: 'Guten Tag', chosen: 'Good day', rejected: 'Bye' })).toMatchObject({ shape: 'llama_factory', asked: ['user: Translate.\nGuten Tag'], answers: ['Good day', 'Bye'], better: 'Good day' });
		expect(understand({ instruction: 'Translate.', input: '', output: ['Good day', 'Bye'] })).toMatchObject({ better: 'Good day' });
		expect(understand({ instruction: 'Q', output: 'A', kto_tag: false, system: 'Be brief.', history: [['Hi', 'Hello']] })).toMatchObject({ asked: ['system: Be brief.', 'user: Hi', 'assistant: Hello', 'user: Q'], answers: ['A'], label: 'bad' });
		expect(understand({ instruction: 'Q', output: 'A' })).toMatchObject({ answers: ['A'], better: null });
	});
	it('reads sharegpt rows: ranking and kto_tag', () => {
		const conversations = [{ from: 'human', value: 'Q1' }, { from: 'gpt', value: 'A1' }, { from: 'human', value: 'Q2' }];
		expect(understand({ conversations, chosen: { from: 'gpt', value: 'good' }, rejected: { from: 'gpt', value: 'bad' } })).toMatchObject({ shape: 'llama_factory', asked: ['user: Q1', 'assistant: A1', 'user: Q2'], better: 'good' });
		expect(understand({ conversations: [...conversations, { from: 'gpt', value: 'A2' }], kto_tag: true })).toMatchObject({ answers: ['A2'], label: 'good' });
		expect(understand({ messages: [user('Q')], chosen: says('good'), rejected: says('bad') })).toMatchObject({ shape: 'llama_factory', better: 'good' });
		expect(understand({ conversations, chosen: { from: 'gpt', value: 'same' }, rejected: { from: 'gpt', value: 'same' } })).toMatchObject({ error: { field: 'rejected' } });
	});
});

describe('OpenAI and Together', () => {
	it('reads preference rows', () => {
		const row = { input: { messages: [user('Hello, can you tell me how cold San Francisco is today?')], tools: [], parallel_tool_calls: true }, preferred_output: [says('Today it is not cold.')], non_preferred_output: [says('It is not particularly cold.')] };
		expect(understand(row)).toMatchObject({ shape: 'openai', answers: ['Today it is not cold.', 'It is not particularly cold.'], better: 'Today it is not cold.' });
		expect(understand({ ...row, input: {} })).toMatchObject({ error: { field: 'input.messages' } });
		expect(understand({ ...row, non_preferred_output: [user('x')] })).toMatchObject({ error: { field: expect.stringMatching(/non_preferred_output|responses/) as string } });
	});
	it('reads chat logs: fine-tuning files, and what was asked with several choices', () => {
		expect(understand({ messages: [{ role: 'system', content: 'Be brief.' }, user('Q'), { ...says('A'), weight: 1 }] })).toMatchObject({ shape: 'chat_log', asked: ['system: Be brief.', 'user: Q'], answers: ['A'] });
		const choice = (content: string) => ({ index: 0, message: { role: 'assistant', content, refusal: null, annotations: [] }, finish_reason: 'stop' });
		expect(understand({ request: { model: 'm', messages: [user('Q')] }, response: { id: 'x', choices: [choice('A'), choice('B')] } })).toMatchObject({ shape: 'chat_log', answers: ['A', 'B'], better: null });
		expect(understand({ custom_id: 'r-1', request: { body: { messages: [user('Q')] } }, response: { status_code: 200, body: { choices: [choice('A')] } } })).toMatchObject({ answers: ['A'] });
	});
	it('refuses a call of a tool by name rather than losing it', () => {
		expect(understand({ messages: [user('Q'), { role: 'assistant', content: '', tool_calls: [{ id: 'c' }] }] })).toHaveProperty('error');
	});
});

describe('plain prompts', () => {
	it('are lines, or rows with one text', () => {
		expect(understand('Is it valid?')).toMatchObject({ shape: 'prompts', asked: ['user: Is it valid?'], answers: [] });
		expect(understand({ id: 7, question: 'Is it valid?' })).toMatchObject({ asked: ['user: Is it valid?'] });
		expect(understand({ prompt: 'Is it valid?' })).toMatchObject({ shape: 'plumbline', asked: ['user: Is it valid?'] });
	});
});
