import type { Api } from './api.ts';
import { refused } from './ending.ts';
import { segment } from './tools.ts';
import type { Seen } from './waiting.ts';

/** What is read of a round. */
export type Round = { number: number; status: string; comparisons: number; complete: number; exhausted: number; closed: number; identical: number; judgments: number };

/** Rounds of a project, oldest first. */
export const readRounds = async (api: Api, project: string): Promise<Round[]> => (await api.get<{ rounds: Round[] }>(`/projects/${segment(project)}/rounds`)).rounds;

/** The newest round. @throws Ending when there is nothing in it */
export async function newestRound(api: Api, project: string): Promise<Round> {
	const round = (await readRounds(api, project)).at(-1);
	if (!round || round.comparisons === 0) throw refused(`There is nothing to judge in the newest round of ${project}. Bring pairs in: npx plumbline import ${project} <file>`, { code: 'empty_round' });
	return round;
}

/** How far the judging is, in words. */
export const judged = ({ complete, comparisons, exhausted, closed, judgments }: Round): string => `${complete} of ${comparisons} comparisons judged${closed > 0 ? `, ${closed} decided by a reviewer` : ''}${exhausted > 0 ? `, ${exhausted} that nobody is left for` : ''}, ${judgments} judgments`;

/** Looks whether a project's newest round is judged; what nobody is left to judge, or a reviewer decided instead, is not waited for. */
export async function judging(api: Api, project: string): Promise<Seen<Round>> {
	const round = await newestRound(api, project);
	return round.complete + round.closed + round.exhausted >= round.comparisons ? { value: round } : { waiting: `Round ${round.number}: ${judged(round)}`, state: `round ${round.number}` };
}
