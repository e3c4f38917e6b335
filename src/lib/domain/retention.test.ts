import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileToRemove, foldersToRemove } from './retention.ts';
import type { AttemptFolder, RetentionRule } from './retention.ts';
import { isTerminal } from './run-state.ts';
import type { RunStatus } from './run-state.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const folder = (more: Partial<AttemptFolder> = {}): AttemptFolder => ({ runId: 'r', attempt: 1, projectId: 'p', status: 'succeeded', finishedAt: NOW - 30 * DAY, bytes: 1, promoted: false, best: false, ...more });
const rule: RetentionRule = { lastRuns: 0, days: 14 };

const STATUSES: RunStatus[] = ['queued', 'waiting', 'preparing', 'running', 'stopping', 'succeeded', 'failed', 'cancelled'];
/** Attempts of one run share its end and its worth, as in the record. */
const folders = fc
	.array(fc.record({ projectId: fc.constantFrom('p', 'q'), status: fc.constantFrom(...STATUSES), ago: fc.integer({ min: 0, max: 60 * DAY }), promoted: fc.boolean(), best: fc.boolean(), attempts: fc.integer({ min: 1, max: 3 }) }), { maxLength: 20 })
	.map((runs) => runs.flatMap(({ projectId, status, ago, promoted, best, attempts }, n) => Array.from({ length: attempts }, (_, i) => folder({ runId: `r${n}`, attempt: i + 1, projectId, status, promoted, best, finishedAt: isTerminal(status) ? NOW - ago : null }))));
const rules = fc.record({ lastRuns: fc.integer({ min: 0, max: 6 }), days: fc.integer({ min: 0, max: 60 }) });

describe('foldersToRemove', () => {
	it('says why each stays', () => {
		expect(foldersToRemove([folder({ status: 'running', finishedAt: null }), folder({ runId: 'a', promoted: true, best: true }), folder({ runId: 'b', best: true }), folder({ runId: 'c', finishedAt: NOW - 13 * DAY }), folder({ runId: 'd' })], rule, NOW)).toEqual(['unfinished', 'promoted', 'best', 'recent', null]);
		const three = [1, 2, 3].map((n) => folder({ runId: `r${n}`, finishedAt: NOW - (40 - n) * DAY }));
		expect(foldersToRemove(three, { lastRuns: 2, days: 0 }, NOW)).toEqual([null, 'last', 'last']);
	});

	it('never takes what a run may go on from, what was promoted or is best, nor one of the last k of a project', () => {
		fc.assert(
			fc.property(folders, rules, (all, some) => {
				const verdicts = foldersToRemove(all, some, NOW);
				for (const [index, verdict] of verdicts.entries()) {
					const one = all[index] ?? folder();
					if (verdict === null) expect([isTerminal(one.status), one.promoted, one.best]).toEqual([true, false, false]);
				}
				for (const project of ['p', 'q']) {
					const ended = new Set(all.filter(({ projectId, finishedAt }) => projectId === project && finishedAt !== null).map(({ runId }) => runId));
					const whole = [...ended].filter((id) => all.every(({ runId }, index) => runId !== id || verdicts[index] !== null));
					expect(whole.length).toBeGreaterThanOrEqual(Math.min(some.lastRuns, ended.size));
				}
			})
		);
	});

	it('takes no more when it is told to keep more, and all attempts of a run or none', () => {
		fc.assert(
			fc.property(folders, rules, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 30 }), (all, some, k, days) => {
				const before = foldersToRemove(all, some, NOW);
				const after = foldersToRemove(all, { lastRuns: some.lastRuns + k, days: some.days + days }, NOW);
				expect(after.every((verdict, index) => verdict !== null || before[index] === null)).toBe(true);
				const fate = new Map<string, boolean>();
				for (const [index, { runId }] of all.entries()) {
					const goes = before[index] === null;
					expect(fate.get(runId) ?? goes).toBe(goes);
					fate.set(runId, goes);
				}
			})
		);
	});
});

it('a file of the store goes only when nothing cites it and it is old enough, whatever the rule', () => {
	fc.assert(
		fc.property(fc.boolean(), fc.integer({ min: 0, max: 60 * DAY }), rules, (cited, ago, some) => {
			const reason = fileToRemove({ sha256: 'a', bytes: 1, modifiedAt: NOW - ago, cited }, some, NOW);
			if (reason === null) expect(!cited && ago >= 3_600_000 && ago >= some.days * DAY).toBe(true);
			if (cited) expect(reason).toBe('cited');
		})
	);
});
