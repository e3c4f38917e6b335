import { expect, it } from 'vitest';
import { NotUtf8, PackedText, PARSERS } from './parquet-text.ts';

it('decodes a text once it is asked for, and once only', () => {
	const bytes = new TextEncoder().encode('¿Qué? 为什么');
	const text = new PackedText(bytes);
	expect(String(text)).toBe('¿Qué? 为什么');
	bytes.fill(0x20);
	expect(String(text)).toBe('¿Qué? 为什么');
});

it('leaves out what is missing', () => {
	const missing = undefined as unknown as Uint8Array;
	expect(PARSERS.stringFromBytes?.(missing)).toBeUndefined();
	expect(String(PARSERS.stringFromBytes?.(new Uint8Array(0)))).toBe('');
});

it('keeps the mark that a text begins with, and mends nothing that is no text', () => {
	expect(String(new PackedText(new TextEncoder().encode('\ufeffQ')))).toBe('\ufeffQ');
	expect(() => String(new PackedText(Uint8Array.of(0xff, 0xfe)))).toThrow(NotUtf8);
});
