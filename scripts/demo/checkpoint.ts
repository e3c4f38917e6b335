import { setTimeout as sleep } from 'node:timers/promises';
import { DemoTrouble } from './api.ts';
import type { Api } from './api.ts';
import { margin, share, sparingly } from './print.ts';
import type { Figure } from './print.ts';

type Work = { status: 'queued' | 'running' | 'succeeded' | 'failed' | 'nothing_to_measure'; done: number; total: number | null; problem: { message: string; hint?: string } | null };
type Held = {
	accuracy: Figure | null;
	margin: Figure | null;
	lengthNormalised: Figure;
	versusParent: { risen: Figure; difference: Figure } | null;
	pairs: number;
	notFinite: number;
	groups: number;
	tooFew: boolean;
};

/** What is read of a checkpoint. */
export type Checkpoint = {
	id: string;
	name: string;
	parent: { id: string; name: string } | null;
	evaluation: (Work & { results: { checkpoint: Held; parent: Held } | null }) | null;
	generation: (Work & { intoRound: number | null; sampling: { temperature: number; topP: number; maxTokens: number } }) | null;
	people: { winRate: Figure; bothBadRate: Figure; withoutBothBad: Figure; comparisons: number; groups: number; tooFew: boolean; waiting: number; out: number; identical: number } | null;
};

const POLL_MS = 2000;

/**
 * Waits until a piece of work on a checkpoint is done.
 * @throws DemoTrouble when it failed, or was never begun
 */
async function untilDone(api: Api, id: string, what: 'evaluation' | 'generation', unit: string): Promise<Checkpoint> {
	const say = sparingly(10_000);
	let said = '';
	for (;;) {
		const checkpoint = await api.get<Checkpoint>(`/checkpoints/${id}`);
		const work = checkpoint[what];
		if (work === null) throw new DemoTrouble(`No ${what} was queued for the checkpoint.`);
		if (work.status === 'succeeded' || work.status === 'nothing_to_measure') return checkpoint;
		if (work.status === 'failed') throw new DemoTrouble(`The ${what} failed: ${work.problem?.message ?? 'for no stated reason.'} ${work.problem?.hint ?? ''}`);
		const line = work.status === 'queued' ? '  queued' : work.total === null || work.done === 0 ? '  loading the model' : `  ${work.done} of ${work.total} ${unit}`;
		if (line !== said) say(() => (said = line));
		await sleep(POLL_MS);
	}
}

/** Waits for the held-out evaluation. */
export const untilEvaluated = (api: Api, id: string): Promise<Checkpoint> => untilDone(api, id, 'evaluation', 'answers scored');

/** Waits until parent and checkpoint have answered and the next round is filled. */
export const untilAnswered = (api: Api, id: string): Promise<Checkpoint> => untilDone(api, id, 'generation', 'answers');

/** The figures of a held-out evaluation as lines. */
export function heldOutLines(checkpoint: Checkpoint): string[] {
	const results = checkpoint.evaluation?.results;
	if (!results) return ['  no figures'];
	const own = results.checkpoint;
	return [
		`  held-out pairs       ${own.pairs} in ${own.groups} prompt groups${own.notFinite > 0 ? `, ${own.notFinite} left out because a log-probability was not finite` : ''}`,
		`  accuracy             ${share(own.accuracy)}`,
		`  margin (nats)        ${margin(own.margin)}`,
		`  risen versus parent  ${share(own.versusParent?.risen)}`,
		`  margin minus parent  ${margin(own.versusParent?.difference)}`,
		`  length-normalised    ${share(own.lengthNormalised)}, parent ${share(results.parent.lengthNormalised)}`,
		...(own.tooFew ? ['  Under 20 prompt groups: too few to say.'] : [])
	];
}

/** The figures of the people's judgment as lines. */
export function peopleLines({ people }: Checkpoint): string[] {
	if (!people) return ['  nobody has judged'];
	return [
		`  test comparisons     ${people.comparisons} in ${people.groups} prompt groups${people.waiting > 0 ? `, ${people.waiting} not complete` : ''}${people.out > 0 ? `, ${people.out} that nobody is left for` : ''}${people.identical > 0 ? `, ${people.identical} identical` : ''}`,
		`  win rate             ${share(people.winRate)}`,
		`  both bad             ${share(people.bothBadRate)}`,
		`  without both bad     ${share(people.withoutBothBad)}`,
		...(people.tooFew ? ['  Under 20 prompt groups: too few to say.'] : [])
	];
}
