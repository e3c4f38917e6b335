import { describe, expect, it } from 'vitest';
import { may } from './permission.ts';
import type { Action, Role } from './permission.ts';
import { currentStage, decisionIsDue, minutesFor, nextAction } from './next-action.ts';
import type { LoopFacts } from './next-action.ts';

const NAMES = { judge: 'task.judge', import: 'import.create', freeze: 'snapshot.create', train: 'run.start', decide: 'checkpoint.decide', manage: 'members.manage' } as const satisfies Record<string, Action>;
function as(role: Role): LoopFacts['may'] {
	const [judge, imports, freeze, train, decide, manage] = Object.values(NAMES).map((action) => may({ role, isAdmin: false }, action));
	return { judge: judge === true, import: imports === true, freeze: freeze === true, train: train === true, decide: decide === true, manage: manage === true };
}

const open: Omit<LoopFacts, 'may'> = { comparisons: 200, complete: 120, exhausted: 0, closed: 0, judges: 3, overlap: 1, disputes: 0, mine: null, approval: false, snapshot: null, checkpoint: null };
const judged: Omit<LoopFacts, 'may'> = { ...open, complete: 200 };
const frozen: Omit<LoopFacts, 'may'> = { ...judged, snapshot: { id: 's', run: null } };
const ran = (status: NonNullable<NonNullable<LoopFacts['snapshot']>['run']>['status']): Omit<LoopFacts, 'may'> => ({ ...judged, snapshot: { id: 's', run: { id: 'r', status } } });
const trained = (more: Partial<NonNullable<LoopFacts['checkpoint']>> = {}): Omit<LoopFacts, 'may'> => ({
	...ran('succeeded'),
	checkpoint: { id: 'c', from: 'this', decision: null, evaluation: 'succeeded', answers: null, ...more }
});
const mine = { left: 17, secondsEach: 42 };

describe('an annotator', () => {
	const annotator = as('annotator');
	it('continues with what is left, with the time it takes', () => {
		expect(nextAction({ ...open, may: annotator, mine })).toEqual({ kind: 'judge', left: 17, minutes: 12 });
		expect(nextAction({ ...open, may: annotator, mine: { left: null, secondsEach: 42 } })).toEqual({ kind: 'judge', left: null, minutes: null });
		expect(nextAction({ ...open, may: annotator, mine: { left: 1, secondsEach: null } })).toEqual({ kind: 'judge', left: 1, minutes: null });
	});
	it('is told whom it waits for when nothing is left', () => {
		expect(nextAction({ ...open, may: annotator, mine: { ...mine, left: 0 } })).toEqual({ kind: 'wait', on: 'annotators', pending: 80 });
		expect(nextAction({ ...judged, may: annotator, mine: { ...mine, left: 0 } })).toMatchObject({ kind: 'wait', on: 'engineer' });
	});
	it('still judges while the engine trains', () => {
		expect(nextAction({ ...ran('running'), may: annotator, mine })).toMatchObject({ kind: 'judge' });
	});
});

describe('an engineer', () => {
	const engineer = as('engineer');
	it('walks the circle', () => {
		expect(nextAction({ ...open, comparisons: 0, complete: 0, may: engineer })).toEqual({ kind: 'import' });
		expect(nextAction({ ...open, may: engineer })).toEqual({ kind: 'wait', on: 'annotators', pending: 80 });
		expect(nextAction({ ...judged, may: engineer })).toEqual({ kind: 'freeze', complete: 200, comparisons: 200, exhausted: 0 });
		expect(nextAction({ ...frozen, may: engineer })).toEqual({ kind: 'train', snapshotId: 's' });
		expect(nextAction({ ...ran('running'), may: engineer })).toEqual({ kind: 'follow_run', runId: 'r', status: 'running' });
		expect(nextAction({ ...ran('failed'), may: engineer })).toEqual({ kind: 'mend_run', runId: 'r', snapshotId: 's' });
		expect(nextAction({ ...ran('cancelled'), may: engineer })).toEqual({ kind: 'train', snapshotId: 's' });
		expect(nextAction({ ...trained({ evaluation: 'running' }), may: engineer })).toMatchObject({ kind: 'wait', on: 'engine' });
		expect(nextAction({ ...trained(), may: engineer })).toMatchObject({ kind: 'wait', on: 'reviewer' });
		expect(nextAction({ ...trained({ answers: 'failed' }), may: engineer })).toEqual({ kind: 'mend_evaluation', checkpointId: 'c' });
		// Nothing failed where nothing was held out: there is nothing to mend.
		expect(nextAction({ ...trained({ evaluation: 'nothing_to_measure' }), may: engineer })).toMatchObject({ kind: 'wait', on: 'reviewer' });
		expect(nextAction({ ...trained({ decision: 'promote' }), may: engineer })).toEqual({ kind: 'import' });
	});
	it('says yes first where a training waits for it', () => {
		expect(nextAction({ ...judged, approval: true, may: engineer })).toEqual({ kind: 'approve' });
		expect(nextAction({ ...judged, approval: true, may: as('reviewer') })).toMatchObject({ kind: 'wait' });
	});
	it('freezes what is complete when nobody is left for the rest', () => {
		expect(nextAction({ ...open, exhausted: 80, may: engineer })).toEqual({ kind: 'freeze', complete: 120, comparisons: 200, exhausted: 80 });
		expect(nextAction({ ...open, complete: 0, exhausted: 200, may: engineer })).toMatchObject({ kind: 'wait', on: 'owner' });
	});
	it('waits for nothing where a reviewer has decided what nobody was left to judge', () => {
		expect(nextAction({ ...open, exhausted: 79, closed: 1, may: engineer })).toEqual({ kind: 'freeze', complete: 121, comparisons: 200, exhausted: 79 });
		expect(nextAction({ ...open, complete: 0, closed: 200, may: engineer })).toEqual({ kind: 'freeze', complete: 200, comparisons: 200, exhausted: 0 });
		expect(nextAction({ ...open, closed: 30, may: engineer })).toEqual({ kind: 'wait', on: 'annotators', pending: 50 });
	});
	it('waits for the decision before it trains the next round', () => {
		const checkpoint = { id: 'c', from: 'previous', decision: null, evaluation: 'succeeded', answers: 'succeeded' } as const;
		expect(nextAction({ ...judged, checkpoint, may: engineer })).toMatchObject({ kind: 'wait', on: 'reviewer' });
		expect(nextAction({ ...judged, checkpoint: { ...checkpoint, decision: 'reject' }, may: engineer })).toMatchObject({ kind: 'freeze' });
	});
});

describe('a reviewer', () => {
	const reviewer = as('reviewer');
	it('decides when all is known, before judging on', () => {
		expect(nextAction({ ...trained(), may: reviewer, mine })).toEqual({ kind: 'decide', checkpointId: 'c' });
		expect(nextAction({ ...trained({ evaluation: 'failed' }), may: reviewer })).toEqual({ kind: 'decide', checkpointId: 'c' });
	});
	it('decides disputed pairs before judging on, and after a checkpoint', () => {
		expect(nextAction({ ...open, may: reviewer, mine, disputes: 3 })).toEqual({ kind: 'adjudicate', disputes: 3 });
		expect(nextAction({ ...trained(), may: reviewer, mine, disputes: 3 })).toMatchObject({ kind: 'decide' });
	});
	it('judges first where people have not finished comparing the checkpoint', () => {
		const checkpoint = { id: 'c', from: 'previous', decision: null, evaluation: 'succeeded', answers: 'succeeded' } as const;
		expect(nextAction({ ...open, checkpoint, may: reviewer, mine })).toMatchObject({ kind: 'judge' });
		expect(nextAction({ ...judged, checkpoint, may: reviewer, mine: { ...mine, left: 0 } })).toMatchObject({ kind: 'decide' });
	});
	it('is not asked twice', () => {
		expect(decisionIsDue({ ...trained({ decision: 'more_data' }), may: reviewer })).toBe(false);
		expect(nextAction({ ...trained({ decision: 'promote' }), may: reviewer, mine: { ...mine, left: 0 } })).toMatchObject({ kind: 'wait' });
	});
});

describe('an owner', () => {
	const owner = as('owner');
	it('invites when nobody may judge, and adds people when all who may have', () => {
		expect(nextAction({ ...open, judges: 0, may: owner })).toEqual({ kind: 'invite', judges: 0, overlap: 1 });
		expect(nextAction({ ...open, judges: 2, overlap: 3, may: owner })).toEqual({ kind: 'invite', judges: 2, overlap: 3 });
		expect(nextAction({ ...open, judges: 0, may: as('engineer') })).toMatchObject({ kind: 'wait', on: 'owner' });
		expect(nextAction({ ...open, complete: 0, exhausted: 200, may: owner })).toEqual({ kind: 'unblock', exhausted: 200 });
	});
});

it('everybody always has exactly one next action', () => {
	const states = [open, judged, frozen, ran('queued'), ran('failed'), ran('cancelled'), trained(), trained({ evaluation: 'queued' }), trained({ decision: 'more_data' }), { ...open, comparisons: 0, complete: 0 }];
	for (const role of ['annotator', 'reviewer', 'engineer', 'owner'] as const) for (const state of states) expect(nextAction({ ...state, may: as(role) }).kind).toBeTypeOf('string');
});

it('the minutes are whole and never none', () => {
	expect([minutesFor(1, 5), minutesFor(10, 90), minutesFor(10, null), minutesFor(10, 0)]).toEqual([1, 15, null, null]);
});

it('the current stage follows the circle', () => {
	const stages = [{ ...open, comparisons: 0, complete: 0 }, open, { ...open, closed: 80 }, judged, frozen, ran('running'), trained(), trained({ decision: 'more_data' }), trained({ decision: 'reject' })].map(currentStage);
	expect(stages).toEqual(['prompts', 'judgments', 'snapshot', 'snapshot', 'run', 'run', 'evaluation', 'evaluation', 'next_round']);
});
