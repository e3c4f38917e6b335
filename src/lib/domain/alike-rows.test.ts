import { describe, expect, it } from 'vitest';
import { alikeColumns, alikeLine, leadFinder } from './alike-rows.ts';
import type { AlikeColumns, KeyCounts } from './alike-rows.ts';
import type { TrainingRow } from './training-row.ts';

const counts = (more: Partial<KeyCounts>): KeyCounts => ({ rows: 4, bytes: 100, whole: 0, margins: 0, integers: 0, images: 0, rejectedImages: 0, ...more });
const none: AlikeColumns = { whole: false, margins: false, lead: [] };
const user = (content: string) => ({ role: 'user' as const, content });
const says = (content: string) => ({ role: 'assistant' as const, content });
const short: TrainingRow = { messages: [user('q'), says('good')], rejected_response: 'bad' };
const whole: TrainingRow = { messages: [user('q'), says('a'), user('more'), says('b')], rejected_messages: [user('q'), says('c')] };
const read = (line: string) => JSON.parse(line) as unknown;

describe('rows of a file', () => {
	it('go as they are where they are alike', () => {
		for (const alike of [{}, { whole: 4 }, { margins: 4 }, { whole: 4, images: 4, rejectedImages: 4 }, { images: 2 }, { bytes: 1e9, images: 4 }]) expect(alikeColumns(counts(alike))).toBeNull();
	});

	it('get the columns that some have', () => {
		expect(alikeColumns(counts({ whole: 1 }))).toEqual({ ...none, whole: true });
		expect(alikeColumns(counts({ margins: 1 }))).toEqual({ ...none, margins: true });
	});

	it('have images named among the first where a file is long', () => {
		expect(alikeColumns(counts({ bytes: 1e7, images: 3 }))).toEqual({ ...none, lead: ['images'] });
		expect(alikeColumns(counts({ bytes: 1e7, whole: 1, images: 2 }))).toEqual({ ...none, whole: true, lead: ['images', 'rejected_images'] });
	});

	it('get decimals where a margin is a whole number, though all have one', () => {
		expect(alikeColumns(counts({ margins: 4, integers: 1 }))).toEqual({ ...none, margins: true });
	});
});

describe('a row', () => {
	it('of one turn is written out beside those of several, with the images of its question on both sides', () => {
		const columns = { ...none, whole: true };
		expect(read(alikeLine({ ...short, images: ['i'] }, columns))).toEqual({ messages: short.messages, rejected_messages: [user('q'), says('bad')], images: ['i'], rejected_images: ['i'] });
		expect(read(alikeLine(short, columns))).toEqual({ messages: short.messages, rejected_messages: [user('q'), says('bad')] });
		expect(read(alikeLine(whole, { ...none, whole: true }))).toEqual(whole);
	});

	it('says a margin as a decimal, 0 where nobody said', () => {
		const margins = { ...none, margins: true };
		expect(alikeLine({ ...short, margin: 1 }, margins)).toMatch(/,"margin":1\.0\}\n$/u);
		expect(alikeLine({ ...short, margin: 0.333333 }, margins)).toMatch(/,"margin":0\.333333\}\n$/u);
		expect(alikeLine(short, margins)).toMatch(/,"margin":0\.0\}\n$/u);
		expect(read(alikeLine({ ...whole, margin: 2 }, margins))).toEqual({ ...whole, margin: 2 });
	});

	it('that is judged or accepted keeps what it has', () => {
		const label: TrainingRow = { messages: [user('q'), says('a')], label: false };
		expect(read(alikeLine(label, { ...none, whole: true }))).toEqual(label);
	});

	it('comes first where no other of the first has its images', () => {
		const MB = 1 << 20;
		const told = (columns: AlikeColumns, ...rows: [TrainingRow, number][]) => {
			const leads = leadFinder(columns);
			return rows.map(([row, bytes]) => leads(row, bytes));
		};
		const seen: TrainingRow = { ...short, images: ['i'] };
		expect(told({ ...none, lead: ['images'] }, [short, 9 * MB], [seen, MB], [seen, MB])).toEqual([false, true, null]);
		expect(told({ ...none, lead: ['images'] }, [short, 7 * MB], [seen, MB], [seen, MB])).toEqual([false, false, null]);
		expect(told({ ...none, whole: true, lead: ['images', 'rejected_images'] }, [whole, 9 * MB], [{ ...whole, images: ['i'] }, MB], [short, MB], [seen, MB], [seen, MB])).toEqual([false, true, false, true, null]);
	});
});
