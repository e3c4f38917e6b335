import { expect, it } from 'vitest';
import { finite } from './score.ts';
import type { RawRow } from './score.ts';

const row = (id: string, of: Partial<RawRow['logps']['base']> = {}): RawRow => ({ id, logps: { base: { chosen: -1, rejected: -2 }, checkpoint: { chosen: -3, rejected: -4, ...of } }, tokens: { chosen: 1, rejected: 1 } });

it('passes numbers on, also of rows with one answer', () => {
	const rows = [row('a'), { id: 'b', logps: { base: { chosen: -1 } }, tokens: { chosen: 1 } }];
	expect(finite(rows)).toEqual({ ok: true, value: rows });
});

it('says which model has no number for how many pairs, and what to do', () => {
	expect(finite([row('a'), row('b', { rejected: null }), row('c', { chosen: null, rejected: null })])).toMatchObject({
		ok: false,
		problem: { code: 'not_finite', message: 'The checkpoint gives 2 of 3 held-out rows no finite probability.', hint: expect.stringContaining('learning rate') as string }
	});
	expect(finite([{ ...row('a'), logps: { base: { chosen: null } } }])).toMatchObject({ ok: false, problem: { code: 'not_finite', message: expect.stringContaining('base model') as string, hint: expect.stringContaining('files') as string } });
});
