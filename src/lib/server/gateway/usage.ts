import { isJson } from './ask.ts';
import type { Json } from './ask.ts';
import type { ModelCall } from './request.ts';

/** Tokens of a request; null: nobody knows. */
export type Used = { promptTokens: number | null; completionTokens: number | null };

/** UTF-8 bytes that a token of a chat model comes to, about: four letters of English, one Han character and a third. */
const BYTES_A_TOKEN = 4;

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9 ? value : null);

/** What a server says that it used. */
export function tokensOf(usage: unknown): Used {
	return isJson(usage) ? { promptTokens: count(usage['prompt_tokens']), completionTokens: count(usage['completion_tokens']) } : { promptTokens: null, completionTokens: null };
}

/** UTF-8 bytes of every text in a part of a call; pictures and sounds, which come as long addresses, are none. */
function bytesOf(value: unknown): number {
	if (typeof value === 'string') return value.startsWith('data:') ? 0 : Buffer.byteLength(value);
	const parts = Array.isArray(value) ? (value as unknown[]) : isJson(value) ? Object.values(value) : [];
	return parts.reduce<number>((sum, part) => sum + bytesOf(part), 0);
}

/** What a question comes to, about, where no server was heard out: its words and tools. A bare prompt may be tokens already. */
export function estimatedPrompt({ body }: Pick<ModelCall, 'body'>): number {
	const { messages, prompt, tools } = body;
	const tokens = Array.isArray(prompt) ? prompt.flat().filter((one) => typeof one === 'number').length : 0;
	return tokens + Math.ceil(bytesOf([messages, prompt, tools]) / BYTES_A_TOKEN);
}

/** Bytes of what a choice of an event says: words, thoughts and calls of tools. */
function saidBy(choice: unknown): number {
	if (!isJson(choice)) return 0;
	const { role: _role, ...delta } = isJson(choice['delta']) ? choice['delta'] : { text: choice['text'] };
	return bytesOf(delta);
}

/** Counts what a stream says, for when it is left before its server has told what it used. */
export function createMeter() {
	let [pieces, bytes] = [0, 0];
	let told: Used | null = null;
	return {
		take(event: Json): void {
			const used = tokensOf(event['usage']);
			if (used.completionTokens !== null) told = used;
			for (const choice of Array.isArray(event['choices']) ? (event['choices'] as unknown[]) : []) {
				const said = saidBy(choice);
				bytes += said;
				if (said > 0) pieces += 1;
			}
		},
		/** What the server told, or what was said so far comes to, about: a piece is a token at least. */
		used: (call: ModelCall): Used => told ?? { promptTokens: estimatedPrompt(call), completionTokens: Math.max(pieces, Math.ceil(bytes / BYTES_A_TOKEN)) },
		/** What the server told; null: nothing. */
		told: (): Used | null => told
	};
}
