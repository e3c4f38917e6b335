import { expect, it } from 'vitest';
import { bodyFor, isKept, messagesOf, parseCall } from './request.ts';
import type { ModelCall } from './request.ts';

const call = (body: object, kind: ModelCall['kind'] = 'chat'): ModelCall => {
	const read = parseCall(kind, JSON.stringify(body));
	if (!read.ok) throw new Error(read.problem.code);
	return read.value;
};
const codeOf = (kind: ModelCall['kind'], json: string): string => {
	const read = parseCall(kind, json);
	return read.ok ? 'ok' : read.problem.code;
};

it('says what a call lacks', () => {
	expect([codeOf('chat', '{'), codeOf('chat', '[]'), codeOf('chat', '{"messages":[]}'), codeOf('chat', '{"model":"a/champion"}'), codeOf('completion', '{"model":"a/champion"}'), codeOf('chat', '{"model":"a/champion","messages":[]}')]).toEqual(['invalid_json', 'invalid_json', 'missing_model', 'missing_messages', 'missing_prompt', 'ok']);
});

it('hands everything on but the name of the model and who asks, and has tokens counted', () => {
	const body = { model: 'a/champion', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] }], tools: [{ type: 'function' }], logprobs: true, top_logprobs: 3, user: 'u', safety_identifier: 's', seed: 7, stream: true };
	const { user: _, safety_identifier: __, ...passed } = body;
	expect(JSON.parse(bodyFor(call(body), 'm', true))).toEqual({ ...passed, model: 'm', stream: true, stream_options: { include_usage: true } });
	expect(JSON.parse(bodyFor(call({ ...body, stream_options: { include_usage: false, include_obfuscation: false } }), 'm', true))).toMatchObject({ stream_options: { include_usage: true, include_obfuscation: false } });
	expect(JSON.parse(bodyFor(call(body), 'm', false))).toEqual({ ...passed, model: 'm', stream: false });
	expect(call(body)).toMatchObject({ user: 'u', wantsUsage: false, stream: true });
	expect(call({ ...body, user: undefined, stream_options: { include_usage: true } })).toMatchObject({ user: 's', wantsUsage: true });
});

it('keeps only what a store takes', () => {
	expect(messagesOf(call({ model: 'a/champion', prompt: 'Why?' }, 'completion'))).toEqual([{ role: 'user', content: 'Why?' }]);
	expect(messagesOf(call({ model: 'a/champion', messages: [{ role: 'user', content: 'a\0b' }] }))).toBeNull();
	expect(messagesOf(call({ model: 'a/champion', messages: [{ role: 'user', content: '\ud800' }] }))).toBeNull();
	expect(isKept(JSON.stringify('汉字 🙂 "quoted"'))).toBe(true);
	expect(isKept(JSON.stringify('x'.repeat(1_000_000)))).toBe(false);
});
