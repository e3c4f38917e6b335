import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** Every word of the source but for tests and what is generated: a message is named in full wherever it is told. */
function wordsOfTheSource(): Set<string> {
	const src = fileURLToPath(new URL('..', import.meta.url));
	const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|svelte)$/u.test(file) && !file.endsWith('.test.ts') && !file.startsWith(join('lib', 'paraglide')));
	return new Set(files.flatMap((file) => readFileSync(join(src, file), 'utf8').match(/\w+/gu) ?? []));
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
	test('each is told somewhere', () => {
		const words = wordsOfTheSource();
		expect(Object.keys(en).filter((key) => !words.has(key))).toEqual([]);
	});
	test('a round that is settled is told as judged or decided, since a reviewer’s decision is among what is counted', () => {
		expect([en['home_freeze'], zh['home_freeze']]).toEqual([expect.stringMatching(/judged or decided/u), expect.stringMatching(/评判或裁定/u)]);
		expect([en['home_freeze_text'], zh['home_freeze_text']].join(' ')).not.toMatch(/complete|已评完/u);
	});
	test('Chinese uses Chinese punctuation', () => {
		const texts = Object.values(zh).flatMap((message) => (typeof message === 'string' ? [message] : message.flatMap((variant) => Object.values(variant.match))));
		expect(texts.filter((text) => /\p{Script=Han}[,;:!?]|\p{Script=Han}\.(?:\s|$)/u.test(text))).toEqual([]);
	});
});
