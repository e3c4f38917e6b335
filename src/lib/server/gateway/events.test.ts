import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BadStream, eventsOf } from './events.ts';

async function* chunks(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
	for (const part of parts) yield await Promise.resolve(part);
}
const read = async (parts: readonly Buffer[]): Promise<string[]> => (await Array.fromAsync(eventsOf(chunks(parts)))).flat();

it('reads the same events however the bytes are cut', async () => {
	const whole = Buffer.from('data: {"a":"é汉字🙂"}\n\n: ping\n\nevent: x\r\ndata:two\r\ndata: lines\r\n\r\ndata: [DONE]\n\n');
	await fc.assert(
		fc.asyncProperty(fc.uniqueArray(fc.nat(whole.length), { maxLength: 12 }), async (cuts) => {
			const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
			expect(await read(at.slice(1).map((end, i) => whole.subarray(at[i], end)))).toEqual(['{"a":"é汉字🙂"}', 'two\nlines', '[DONE]']);
		})
	);
});

it('takes what is not ended for no event', async () => {
	expect(await read([Buffer.from('data: one\n\ndata: tw')])).toEqual(['one']);
});

it('reads no event without end', async () => {
	await expect(read(Array.from({ length: 20 }, () => Buffer.alloc(100_000, 'x')))).rejects.toBeInstanceOf(BadStream);
});
