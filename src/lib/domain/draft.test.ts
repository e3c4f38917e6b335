import * as v from 'valibot';
import { expect, test } from 'vitest';
import { DraftBodySchema, flipDraft, LONGEST_DRAFT } from './draft.ts';

const draft = { rationale: 'left is wrong', criteria: { tone: 'left', law: 'tie' }, reasons: ['left'], spans: [{ side: 'right', quote: 'left' }], rewrite: { side: 'left', messages: [{ role: 'assistant', content: 'left' }] } };

test('with the sides changed, what names a side changes and nothing else', () => {
	expect(flipDraft(draft)).toEqual({ ...draft, criteria: { tone: 'right', law: 'tie' }, spans: [{ side: 'left', quote: 'left' }], rewrite: { ...draft.rewrite, side: 'right' } });
	expect(flipDraft(flipDraft(draft))).toEqual(draft);
	expect(flipDraft({ rewrite: null, criteria: null, made: 'up' })).toEqual({ rewrite: null, criteria: null, made: 'up' });
});

test.each([[{ rationale: 'x'.repeat(LONGEST_DRAFT) }], [{ rationale: '\0' }], [{ deep: [{ er: '\ud800' }] }], [{ 'a\0': 1 }], ['text']])('what no store can keep is refused', (body) => {
	expect(v.is(DraftBodySchema, body)).toBe(false);
});
