import { expect, it } from 'vitest';
import { explainFailure } from './failure.ts';
import { finite, scoringProblem } from './score.ts';
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

it('out of memory says what helps a scoring, and nothing of a training’s batch or length', () => {
	const said = (code: number | null, signal: NodeJS.Signals | null, tail: string) => scoringProblem(explainFailure({ code, signal, reason: 'exited' }, tail));
	const outOfMemory = said(1, null, 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 9.27 GiB.');
	expect(outOfMemory).toMatchObject({ code: 'scoring_failed', message: 'Scoring failed. The longest row alone takes more memory than the model leaves.', hint: expect.stringContaining('more memory') as string });
	const killed = said(null, 'SIGKILL', '');
	for (const { message, hint } of [outOfMemory, killed]) expect(`${message} ${hint}`).not.toMatch(/training|batch|length/);
	expect(said(1, null, 'ValueError: size mismatch for x: copying a param')).toMatchObject({ code: 'scoring_failed', hint: expect.stringContaining('another checkpoint') as string });
});
