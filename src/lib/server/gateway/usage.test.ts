import { expect, it } from 'vitest';
import { parseCall } from './request.ts';
import type { ModelCall } from './request.ts';
import { createMeter, estimatedPrompt } from './usage.ts';

const call = (body: object, kind: ModelCall['kind'] = 'chat'): ModelCall => {
	const read = parseCall(kind, JSON.stringify({ model: 'a/champion', ...body }));
	if (!read.ok) throw new Error(read.problem.code);
	return read.value;
};
const question = call({ messages: [{ role: 'user', content: 'May I sublet my flat?' }] });
const piece = (delta: object, index = 0) => ({ choices: [{ index, delta, finish_reason: null }] });

it('counts what a server told, the last of it', () => {
	const meter = createMeter();
	for (const event of [piece({ content: 'Yes' }), { ...piece({ content: '.' }), usage: { prompt_tokens: 9, completion_tokens: 1 } }, { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } }, { choices: [], usage: null }, { choices: [], usage: {} }]) meter.take(event);
	expect([meter.told(), meter.used(question)]).toEqual([{ promptTokens: 9, completionTokens: 2 }, { promptTokens: 9, completionTokens: 2 }]);
});

it('estimates what no server told: a piece is a token at least, every choice, thought and call of a tool is said', () => {
	const used = (...events: object[]) => {
		const meter = createMeter();
		for (const event of events) meter.take(event as Record<string, unknown>);
		return [meter.told(), meter.used(question).completionTokens];
	};
	expect(used()).toEqual([null, 0]);
	expect(used(piece({ role: 'assistant', content: '' }), piece({ content: 'a' }), piece({ content: ' ' }), piece({ content: 'b' }, 1))).toEqual([null, 3]);
	expect(used(piece({ content: 'x'.repeat(400) }))).toEqual([null, 100]);
	expect(used(piece({ reasoning_content: 'x'.repeat(40) }), piece({ tool_calls: [{ index: 0, function: { arguments: 'x'.repeat(40) } }] }))).toEqual([null, 20]);
	expect(used({ choices: [{ index: 0, text: '一定胜诉' }] })).toEqual([null, 3]);
});

it('estimates a question by its words and tools, not by its pictures, and counts one that is tokens already', () => {
	expect(createMeter().used(question)).toEqual({ promptTokens: 7, completionTokens: 0 });
	const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(40_000)}` } };
	expect(estimatedPrompt(call({ messages: [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(400) }, image] }], tools: [{ description: 'x'.repeat(400) }] }))).toBeLessThan(220);
	expect(estimatedPrompt(call({ prompt: [[1, 2, 3], [4, 5]] }, 'completion'))).toBe(5);
	expect(estimatedPrompt(call({ prompt: ['abcd', 'efgh'] }, 'completion'))).toBe(2);
});
