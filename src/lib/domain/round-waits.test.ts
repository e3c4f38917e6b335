import { expect, it } from 'vitest';
import type { RoundFacts as Round } from './next-action.ts';
import { roundWaits } from './round-waits.ts';

const open: Round = { comparisons: 20, complete: 12, exhausted: 0, closed: 0, judges: 3, overlap: 1, snapshot: null, checkpoint: null };
const judged: Round = { ...open, complete: 20 };
const ran = (status: NonNullable<NonNullable<Round['snapshot']>['run']>['status']): Round => ({ ...judged, snapshot: { id: 's', run: { id: 'r', status } } });
const compared = (of: Partial<NonNullable<Round['checkpoint']>> = {}): Round => ({ ...judged, checkpoint: { id: 'c', from: 'previous', decision: null, evaluation: 'succeeded', answers: 'succeeded', ...of } });
const waits = (round: Round, { disputed = false, automated = false } = {}) => roundWaits(round, { roundId: 'round', disputed, automated }).map(({ kind, subjectId }) => `${kind} ${subjectId}`);

it('a round waits for its judges, then for who freezes it, unless that happens by itself', () => {
	expect(waits(open)).toEqual(['to_judge round']);
	expect(waits(judged)).toEqual(['to_freeze round']);
	expect(waits(judged, { automated: true })).toEqual([]);
	expect(waits({ ...open, comparisons: 0, complete: 0 })).toEqual([]);
});

it('waits for reviewers where pairs are disputed, and is not frozen before', () => {
	expect(waits(open, { disputed: true })).toEqual(['to_judge round', 'to_adjudicate round']);
	expect(waits(judged, { disputed: true })).toEqual(['to_adjudicate round']);
});

it('waits for who mends what failed, and for nobody while the engine works', () => {
	expect(waits(ran('failed'))).toEqual(['to_mend r']);
	expect(waits(ran('running'))).toEqual([]);
	const trained: Round = { ...ran('succeeded'), checkpoint: { id: 'c', from: 'this', decision: null, evaluation: 'failed', answers: null } };
	expect(waits(trained)).toEqual(['to_mend c']);
});

it('waits for a decision once everything that can be known is known', () => {
	expect(waits(compared())).toEqual(['to_decide c']);
	expect(waits(compared({ evaluation: 'nothing_to_measure' }))).toContain('to_decide c');
	expect(waits(compared({ evaluation: 'running' }))).not.toContain('to_decide c');
	expect(waits({ ...compared(), complete: 12 })).toEqual(['to_judge round']);
	expect(waits({ ...compared(), complete: 12, exhausted: 3, closed: 5 })).toContain('to_decide c');
	expect(waits(compared({ decision: 'reject' }))).toEqual(['to_freeze round']);
});
