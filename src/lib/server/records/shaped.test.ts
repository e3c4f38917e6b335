import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import type { SaidShape } from '../../domain/import-shapes/recognise.ts';
import { openFile } from './open.ts';
import { UnreadableFile } from './record.ts';
import { shapedFile } from './shaped.ts';

/** How each row was taken, “!” where it was refused, or the sentence that ends the file. */
async function read(rows: readonly object[], said: SaidShape = {}): Promise<unknown[] | string> {
	const source = async function* () {
		yield Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
	};
	const taken: unknown[] = [];
	try {
		for await (const row of shapedFile(openFile(source(), { format: 'jsonl' }, tmpdir()), said).rows) {
			const [judgment] = 'error' in row ? [] : ((row.fields['judgments'] ?? []) as Record<string, unknown>[]);
			taken.push('error' in row ? '!' : (judgment?.['preferred'] ?? judgment?.['verdict'] ?? row.fields['label'] ?? null));
		}
	} catch (error) {
		if (!(error instanceof UnreadableFile)) throw error;
		return error.message;
	}
	return taken;
}

const many = <Said>(said: Said, times = 20) => Array.from({ length: times }, () => said);
const turns = [{ role: 'user', content: 'Which?' }];
const LABELLED: Record<string, (label: unknown) => object> = {
	'a column of ours': (label) => ({ prompt: 'Which?', completion: 'One', label }),
	'a row of ours that is not flat': (label) => ({ messages: turns, response: 'One', label }),
	'LLaMA-Factory': (label) => ({ instruction: 'Which?', output: 'One', history: [], kto_tag: label }),
	'ms-swift': (label) => ({ messages: [...turns, { role: 'assistant', content: 'One' }], label }),
	'Argilla': (value) => ({ fields: { prompt: 'Which?', response: 'One' }, responses: { good: [{ value: String(value) }] } })
};

it.each(Object.entries(LABELLED))('ends a file at a number that takes back what labels were read as: %s', async (name, row) => {
	const file = (...labels: unknown[]) => read(labels.map(row));
	// What lay between good and bad was read as bad.
	expect(await file(...many(0, 10), ...many(1, 10), 1, -1, 1)).toMatch(/^Line 22 has the number -1 in a field/u);
	if (name !== 'Argilla') {
		// The worst of five marks was read as good, and a 0 beyond the first rows as bad.
		expect(await file(...many(1), 1, 5, 5)).toMatch(/^Line 22 has the number 5 /u);
		expect(await file(...many(1), 0, -1)).toMatch(/^Line 22 has the number -1 /u);
		// Also where the first rows say nothing.
		if (name === 'a column of ours') expect(await file(...many('good'), 1, 3)).toMatch(/^Line 22 has the number 3 /u);
		expect(await file(...many(1), 0, 1)).not.toContain('!');
	}
	expect(await file(...many(0, 10), ...many(1, 10), 1, 0)).not.toContain('!');
	// A 0 beside −1 and 1 is not sure, but they are what they were.
	expect(await file(...many(-1, 10), ...many(1, 10), 0, 1)).toHaveLength(22);
});

it('ends a file at a number that names neither of two answers, where others were read as doing so', async () => {
	const column = (preference: unknown) => ({ prompt: 'Which?', response_a: 'One', response_b: 'Two', preference });
	const ours = (preference: unknown) => ({ ...column(preference), prompt: turns });
	const tool = (value: unknown) => ({ fields: { prompt: 'Which?', response_a: 'One', response_b: 'Two' }, responses: { preference: [{ value: String(value) }] } });
	const rows: readonly ((said: unknown) => object)[] = [column, ours, tool];
	for (const row of rows) {
		expect(await read([...many(1, 10), ...many(2, 10), 2, 3].map(row))).toMatch(/^Line 22 has the number 3 /u);
		expect(await read([...many(1, 10), ...many(2, 10), 2, 1].map(row))).toEqual([...many(0, 10), ...many(1, 11), 0]);
		// Of these none was read: there is nothing to take back.
		expect(await read([...many(0, 10), ...many(1, 10), 1, 3].map(row))).toEqual(many('!', 22));
	}
	const numbered = (better_response_id: unknown) => ({ prompt: 'Which?', response_0: 'One', response_1: 'Two', better_response_id });
	expect(await read([...many(1), 0, 2].map(numbered))).toMatch(/^Line 22 has the number 2 /u);
});

it('ends no file over numbers that nothing was read by', async () => {
	expect(await read([...many(1), 5].map((rating) => ({ prompt: 'Which?', completion: 'One', label: true, rating })))).toEqual(many(true, 21));
});
