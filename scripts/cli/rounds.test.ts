import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { judged, judging } from './rounds.ts';
import type { Round } from './rounds.ts';

const round: Round = { number: 1, status: 'collecting', comparisons: 10, complete: 6, exhausted: 0, closed: 0, identical: 0, judgments: 7 };
const looks = (of: Partial<Round>) => judging({ get: async () => ({ rounds: [{ ...round, ...of }] }) } as unknown as Api, 'tenancy');

it('a round is judged when nothing in it can be judged any more', async () => {
	expect(await looks({})).toHaveProperty('waiting');
	expect(await looks({ exhausted: 2, closed: 1 })).toHaveProperty('waiting');
	expect(await looks({ exhausted: 2, closed: 2 })).toMatchObject({ value: { complete: 6 } });
	expect(judged({ ...round, exhausted: 3, closed: 1 })).toBe('6 of 10 comparisons judged, 1 decided by a reviewer, 3 that nobody is left for, 7 judgments');
});
