import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { templateMismatch } from './chat-template-match.ts';
import type { TokenizerFacts } from './chat-template-match.ts';

const CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
const LLAMA3 = "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}";
const ZEPHYR = "{% for m in messages %}<|{{ m.role }}|>\n<|user|>{{ m.content + eos_token }}{% endfor %}";
const GEMMA = '{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>{% endfor %}';
const tokenizer = (tokens: string[], more: Partial<TokenizerFacts> = {}): TokenizerFacts => ({ added: new Map(tokens.map((token, id) => [token, 100 + id])), eos: tokens.at(-1) ?? null, vocabulary: 1000, ...more });
const qwen = tokenizer(['<|endoftext|>', '<|im_start|>', '<|im_end|>']);
const llama = tokenizer(['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>']);

describe('a chat template and a tokenizer', () => {
	it('of one model fit, whether roles are tokens or plain text', () => {
		expect(templateMismatch(CHATML, qwen)).toBeNull();
		expect(templateMismatch(LLAMA3, llama)).toBeNull();
		expect(templateMismatch(GEMMA, tokenizer(['<start_of_turn>', '<end_of_turn>']))).toBeNull();
		expect(templateMismatch(ZEPHYR, tokenizer(['<s>', '</s>']))).toBeNull();
		expect(templateMismatch('[INST] {{ content }} [/INST]', tokenizer(['<s>', '</s>']))).toBeNull();
	});
	it('of two models do not: nothing would end an answer', () => {
		expect(templateMismatch(CHATML, llama)).toEqual({ code: 'unknown_markers', markers: ['<|im_start|>', '<|im_end|>'] });
		expect(templateMismatch(LLAMA3, qwen)).toMatchObject({ code: 'unknown_markers' });
		expect(templateMismatch(GEMMA, qwen)).toEqual({ code: 'unknown_markers', markers: ['<start_of_turn>', '<end_of_turn>'] });
		// An end that the tokenizer names and does not have ends nothing.
		expect(templateMismatch(CHATML, { ...llama, eos: '<|im_end|>' })).toMatchObject({ code: 'unknown_markers' });
	});
	it('fit only where the markers have weights', () => expect(templateMismatch(CHATML, { ...qwen, vocabulary: 102 })).toEqual({ code: 'no_weights', markers: ['<|im_end|>'] }));
	it('fit when the tokenizer knows every marker, whatever the template is', () => {
		fc.assert(fc.property(fc.array(fc.stringMatching(/^<\|[a-z_]{1,12}\|>$/), { minLength: 1 }), fc.string(), (markers, between) => {
			expect(templateMismatch(markers.join(between.replaceAll(/[<>｜|]/gu, '')), tokenizer(markers))).toBeNull();
		}));
	});
});
