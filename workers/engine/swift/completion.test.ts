import { expect, it } from 'vitest';
import { judgeCompletion } from './completion.ts';
import type { Remains } from './completion.ts';

const done: Remains = {
	exit: { code: 0, signal: null, reason: 'exited', at: '' }, logTail: '', checkpoint: { path: '/c', step: 40, maxSteps: 40 },
	rows: 24, expectedRows: 24, metrics: { loss: 0.5 }, acceptEarlyStop: false
};
const code = (more: Partial<Remains>) => {
	const outcome = judgeCompletion({ ...done, ...more });
	return outcome.ok ? 'done' : outcome.problem.code;
};
const early = { path: '/c', step: 12, maxSteps: 40 };
const stopped = { ...done.exit, reason: 'stopped' as const };

it('is done with the last step’s checkpoint and all rows', () => expect(judgeCompletion(done)).toMatchObject({ ok: true, value: { step: 40, rows: 24, stoppedEarly: false } }));
it('does not believe exit code 0', () => {
	expect(code({ checkpoint: undefined })).toBe('incomplete_checkpoint');
	expect(code({ checkpoint: early })).toBe('stopped_early');
	expect(code({ rows: 23 })).toBe('rows_lost');
	expect(code({ rows: null })).toBe('rows_lost');
});
it('keeps an early checkpoint when asked to', () => {
	expect(code({ checkpoint: early, exit: stopped, acceptEarlyStop: true })).toBe('done');
	expect(code({ checkpoint: early, exit: { ...stopped, code: null, signal: 'SIGKILL' }, acceptEarlyStop: true })).toBe('done');
	expect(code({ checkpoint: undefined, exit: { ...stopped, code: 143 }, acceptEarlyStop: true })).toBe('killed');
});
it('explains an exit code', () => expect(code({ exit: { ...done.exit, code: 1 }, logTail: 'No space left on device' })).toBe('disk_full'));
