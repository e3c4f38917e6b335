import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Variants = { declarations: string[]; selectors: string[]; match: Record<string, string> }[];
type Messages = Record<string, string | Variants>;

function messages(locale: string): Messages {
	const { $schema: _, ...rest } = JSON.parse(readFileSync(new URL(`./messages/${locale}.json`, import.meta.url), 'utf8')) as Messages;
	return rest as Messages;
}

function placeholders(message: string | Variants): string[] {
	const texts = typeof message === 'string' ? [message] : message.flatMap((variant) => Object.values(variant.match));
	return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '')))].sort();
}

const en = messages('en');
const zh = messages('zh');

describe('messages', () => {
	test('there are some', () => expect(Object.keys(en).length).toBeGreaterThan(50));
	test('both languages have the same keys', () => expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort()));
	test.each(Object.keys(en))('%s takes the same values in both', (key) => {
		expect(placeholders(zh[key] ?? '')).toEqual(placeholders(en[key] ?? ''));
	});
	test.each(Object.keys(en))('%s is written in both', (key) => {
		for (const message of [en[key], zh[key]]) {
			const texts = typeof message === 'string' ? [message] : (message ?? []).flatMap((variant) => Object.values(variant.match));
			for (const text of texts) expect(text.trim()).not.toBe('');
		}
	});
	test('Chinese uses Chinese punctuation', () => {
		const texts = Object.values(zh).flatMap((message) => (typeof message === 'string' ? [message] : message.flatMap((variant) => Object.values(variant.match))));
		expect(texts.filter((text) => /\p{Script=Han}[,;:!?]|\p{Script=Han}\.(?:\s|$)/u.test(text))).toEqual([]);
	});
});
