import { describe, expect, it } from 'vitest';
import { contentHash } from './canonical-json.ts';
import type { HearingRule } from './deliberation.ts';
import { heldOutRow } from './held-out.ts';
import type { Message } from './message.ts';
import { mapPrompt } from './preference-dataset.ts';
import type { BundleComparison, BundleResponse, PromptBundle } from './prompt-bundle.ts';
import { rowsFile } from './training-row.ts';
import type { Verdict } from './verdict.ts';

const options: HearingRule = { origins: ['workspace'] };

function response(key: string, text: string): BundleResponse {
	const messages: Message[] = [{ role: 'assistant', content: text }];
	return { key, hash: contentHash(messages), messages };
}

function pair(verdict: Verdict, overlap = 1): BundleComparison {
	return { key: 'c', mode: 'pair', a: 'x', b: 'y', overlap, judgments: [{ key: 'j', verdict, kind: 'counting' }] };
}

function row(comparison: BundleComparison, more: Partial<PromptBundle> = {}): ReturnType<typeof heldOutRow> {
	const responses = [response('x', 'one'), response('y', '<image>')];
	return heldOutRow({ group: 'g', split: 'test', messages: [{ role: 'user', content: 'Why?' }], responses, comparisons: [comparison], ...more }, comparison, options);
}

describe('heldOutRow', () => {
	it('lists a decided comparison in canonical order, as the engine would read it', () => {
		expect(row(pair('b'))).toEqual({
			group: 'g',
			split: 'test',
			messages: [{ role: 'user', content: 'Why?' }],
			a: [{ role: 'assistant', content: 'one' }],
			b: [{ role: 'assistant', content: '<\\image>' }],
			verdict: 'b'
		});
	});

	it('lists ties, both_bad and single answers too', () => {
		expect(row(pair('tie'))).toMatchObject({ verdict: 'tie' });
		expect(row(pair('both_bad'))).toMatchObject({ verdict: 'both_bad' });
		expect(row({ ...pair('bad'), mode: 'single', b: null }, { split: 'dev' })).toMatchObject({ split: 'dev', b: null, verdict: 'bad' });
	});

	it('lists nothing of train, without a verdict, or of equal answers', () => {
		expect(row(pair('b'), { split: 'train' })).toBeNull();
		expect(row(pair('b', 2))).toBeNull();
		expect(row(pair('cannot_judge'))).toBeNull();
		expect(row(pair('a'), { responses: [response('x', 'same'), response('y', 'same')] })).toBeNull();
	});

	it('lists nothing that was only preferred in the playground, whatever the rule takes to learn from', () => {
		const preferred: BundleComparison = { ...pair('a'), judgments: [{ key: 'j', verdict: 'a', kind: 'outside', origin: 'playground' }] };
		const rule: HearingRule = { origins: ['workspace', 'playground'] };
		const bundle = (split: PromptBundle['split']) => ({ group: 'g', split, messages: [{ role: 'user' as const, content: 'Why?' }], responses: [response('x', 'one'), response('y', 'two')], comparisons: [preferred] });
		expect(['dev', 'test'].map((split) => heldOutRow(bundle(split as 'dev'), preferred, rule))).toEqual([null, null]);
		const mapped = (split: PromptBundle['split']) => mapPrompt('dpo', bundle(split), { ...rule, maxChars: null });
		expect([mapped('train').rows.length, mapped('train').outcomes[0]?.verdict]).toEqual([1, 'a']);
		expect(mapped('test')).toMatchObject({ rows: [], outcomes: [{ outcome: 'split', verdict: null }], dispositions: [{ disposition: 'origin' }] });
	});

	it('says which images each text refers to', () => {
		const artifact = 'c'.repeat(64);
		const messages: Message[] = [{ role: 'user', content: [{ type: 'image', artifact }] }];
		expect(row(pair('a'), { messages })?.images).toEqual({ prompt: [`artifact:${artifact}`], a: [], b: [] });
	});

	it('holds no key of ours: other keys, same bytes', () => {
		const renamed: BundleComparison = { key: 'other', mode: 'pair', a: 'r1', b: 'r2', overlap: 1, judgments: [{ key: 'j9', verdict: 'b', kind: 'counting' }] };
		const other = row(renamed, { responses: [response('r1', 'one'), response('r2', '<image>')] });
		expect(rowsFile([other as object])).toBe(rowsFile([row(pair('b')) as object]));
	});
});
