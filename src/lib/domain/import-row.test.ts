import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImportRow } from './import-row.ts';
import type { ImportContext, StagedRow } from './import-row.ts';

const context = (systemPrompt: ImportContext['systemPrompt'] = null): ImportContext => ({ seed: 's', splitSalt: 'salt', shares: { train: 0.75, dev: 0.05, test: 0.2 }, systemPrompt, matterIsGroup: false });

function read(fields: Record<string, unknown>, project = context()): StagedRow {
	const result = readImportRow({ responses: ['one answer', 'another answer'], ...fields }, 1, project);
	if (!result.ok) throw new Error(`${result.error.field}: ${result.error.message}`);
	return result.row;
}

describe('the group of a row that names none', () => {
	const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && text.isWellFormed() && !text.includes('\0'));
	const turns = fc.array(words, { minLength: 1, maxLength: 5 }).filter(({ length }) => length % 2 === 1);
	const conversation = (texts: readonly string[]) => texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));

	it('is its question’s, whatever the system message says and wherever it stands', () => {
		fc.assert(
			fc.property(turns, words, words, (texts, system, other) => {
				const messages = conversation(texts);
				const rows = [
					read({ messages }),
					read({ messages: [{ role: 'system', content: system }, ...messages] }),
					read({ messages: [{ role: 'system', content: other }, ...messages] }),
					read({ messages, system: other }),
					read({ messages }, context({ id: 'p', body: system })),
					read({ prompt: [{ role: 'system', content: system }, ...messages], responses: undefined, chosen: 'one answer', rejected: 'another answer' })
				];
				expect(new Set(rows.map((row) => row.groupKey)).size).toBe(1);
				expect(new Set(rows.map((row) => row.split)).size).toBe(1);
			})
		);
	});

	it('is another’s for another question, and the one that the row names is taken', () => {
		expect(read({ prompt: 'May I?' }).groupKey).not.toBe(read({ prompt: 'Must I?' }).groupKey);
		expect(read({ prompt: 'May I?', group: 'tenancy' }).groupKey).toBe('tenancy');
	});
});

describe('how clear a preference is', () => {
	const said = (fields: Record<string, unknown>) => read(fields).pairs.map(({ a, verdict, margin, labels }) => ({ a, verdict, margin, labels }));

	it('goes with the pair that the row states, or with the judgment that says it', () => {
		expect(said({ prompt: 'Q?', preferred: 1, margin: 0.25 })).toMatchObject([{ margin: 0.25 }]);
		expect(said({ prompt: 'Q?', margin: 0 })).toMatchObject([{ verdict: null, margin: undefined }]);
		const [pair] = read({ prompt: 'Q?', judgments: [{ preferred: 0, strength: 'clearly' }, { preferred: 1, margin: '2' }, { verdict: 'tie' }] }).pairs;
		expect(pair?.labels?.map(({ strength, margin }) => [strength, margin])).toEqual([['clearly', undefined], [undefined, 2], [undefined, undefined]]);
	});

	it.each([
		[{ margin: 1 }, 'margin'],
		[{ preferred: 0, margin: -1 }, 'margin'],
		[{ judgments: [{ verdict: 'tie', strength: 'clearly' }] }, 'judgments[0].strength'],
		[{ judgments: [{ preferred: 0, strength: 'very' }] }, 'judgments[0].strength'],
		[{ judgments: [{ preferred: 0, strength: 'clearly', margin: 1 }] }, 'judgments[0].margin'],
		[{ judgments: [{ verdict: 'both_bad', margin: 1 }] }, 'judgments[0].margin']
	])('%j names the field that is wrong', (fields, field) => {
		expect(readImportRow({ prompt: 'Q?', responses: ['one', 'two'], ...fields }, 1, context())).toMatchObject({ ok: false, error: { field } });
	});
});

describe('a project in which a matter is one group', () => {
	const byMatter = { ...context(), matterIsGroup: true };

	it('puts all questions of a matter into one group, whatever group a row names, and does not tell the matter by it', () => {
		const [one, other] = [read({ prompt: 'May I?', matter: 'Acme v. Birch' }, byMatter), read({ prompt: 'Must I?', matter: 'Acme v. Birch', group: 'tenancy' }, byMatter)];
		expect(one.groupKey).toBe(other.groupKey);
		expect(one.split).toBe(other.split);
		expect(one.groupKey).not.toContain('Acme');
		expect(read({ prompt: 'May I?', matter: 'Cedar' }, byMatter).groupKey).not.toBe(one.groupKey);
	});

	it('groups what names no matter as ever', () => {
		expect(read({ prompt: 'May I?' }, byMatter).groupKey).toBe(read({ prompt: 'May I?' }).groupKey);
		expect(read({ prompt: 'May I?', group: 'tenancy' }, byMatter).groupKey).toBe('tenancy');
	});
});

describe('which answer a row prefers', () => {
	const verdicts = (fields: Record<string, unknown>) => read({ prompt: 'May I?', ...fields }).pairs.map(({ verdict }) => verdict);

	it('is one of them by its place, none, or of two neither', () => {
		const [first, second] = [verdicts({ preferred: 0 }), verdicts({ preferred: 1 })];
		expect([first, second].sort()).toEqual([['a'], ['b']]);
		expect([verdicts({}), verdicts({ preferred: 'tie' }), verdicts({ preferred: 'both_bad' })]).toEqual([[null], ['tie'], ['both_bad']]);
	});

	it('is refused where it is none of them, or would not say which two are meant', () => {
		const wrong = (fields: Record<string, unknown>) => readImportRow({ prompt: 'May I?', responses: ['one', 'another'], ...fields }, 1, context());
		expect(wrong({ preferred: 2 })).toEqual({ ok: false, error: { field: 'preferred', message: 'the number of the preferred answer, 0 to 1, or “tie” or “both_bad”' } });
		expect(wrong({ preferred: 'better' })).toMatchObject({ error: { field: 'preferred' } });
		expect(wrong({ preferred: 'tie', responses: ['one', 'another', 'a third'] })).toMatchObject({ error: { field: 'preferred', message: 'the number of the preferred answer, 0 to 2' } });
	});
});
