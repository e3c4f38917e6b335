import { expect, it } from 'vitest';
import { leakedName } from './name-leak.ts';

it.each([
	['As ChatGPT, I cannot say.', 'ChatGPT'],
	['I was made by open-ai.', null],
	['I am a model by OpenAI.', 'OpenAI'],
	['GPT 4 thinks so.', 'GPT-4'],
	['我是由阿里云研发的通义千问。', '通义千问'],
	['Claudette signed the lease in Geminiville.', null],
	['I am Qwen2.5-7B.', 'Qwen'],
	['It depends on the clause.', null]
])('%s → %s', (answer, name) => {
	expect(leakedName(answer, 'What now?', ['house'])).toBe(name);
});

it('finds what the endpoint is called here, and its model without its maker', () => {
	expect(leakedName('This is LexMini speaking.', '', ['vendor/LexMini-3b', 'House LexMini'])).toBeNull();
	expect(leakedName('I am lexmini-3b.', '', ['vendor/LexMini-3b'])).toBe('LexMini-3b');
	expect(leakedName('ok', '', ['ok'])).toBeNull();
});

it('lets an answer speak of what the question named', () => {
	expect(leakedName('The contract with OpenAI ends in May.', 'When does our contract with OpenAI end?', [])).toBeNull();
	expect(leakedName('OpenAI wrote me; the contract ends in May.', 'When does the contract end?', [])).toBe('OpenAI');
});
