import type { Checkpoint } from '../demo/checkpoint.ts';
import type { Api } from './api.ts';
import { misused, refused } from './ending.ts';
import { judging, newestRound } from './rounds.ts';
import type { Round } from './rounds.ts';
import { followRun, startRun } from './run.ts';
import type { RecipeOptions, Run } from './run.ts';
import { freeze, snapshotLines } from './snapshot.ts';
import type { FreezeOptions } from './snapshot.ts';
import type { Speaker } from './speaker.ts';
import { segment } from './tools.ts';
import { until } from './waiting.ts';
import type { Seen } from './waiting.ts';

/** What `round play` takes. */
export type PlayOptions = FreezeOptions & RecipeOptions & { now?: boolean; run?: string; timeout?: number; decide?: string; reason?: string; override?: boolean };

/** How a played round stands. */
export type Played = { round: number; run: Run; checkpoint: Checkpoint; decision: string | null; /** Signed, or waiting for a second person. */ status: 'signed' | 'waiting' | null };

/** What became of a decision. */
export type Signed = { id: string; decision: string; status: 'signed' | 'waiting'; waitsFor: string[] };

/** Signs a decision on a checkpoint. */
export function decide(api: Api, checkpointId: string, of: { decision: string; reason: string; password: string; override?: boolean | undefined }): Promise<Signed> {
	return api.send('POST', `/checkpoints/${segment(checkpointId)}/decision`, of);
}

/** The round's newest run that is still of use: an interrupted `round play` goes on with it. */
async function runOf(api: Api, project: string, round: Round): Promise<Run | null> {
	const { runs } = await api.get<{ runs: Run[] }>(`/projects/${segment(project)}/runs`);
	const newest = runs.find(({ status }) => status !== 'failed' && status !== 'cancelled');
	if (!newest) return null;
	const run = await api.get<Run>(`/runs/${newest.id}`);
	return run.round === round.number ? run : null;
}

async function begin(api: Api, speaker: Speaker, project: string, options: PlayOptions): Promise<{ id: string }> {
	if (options.run !== undefined) return { id: options.run };
	const earlier = await runOf(api, project, await newestRound(api, project));
	if (earlier) {
		speaker.note(`Going on with run ${earlier.id}, which is ${earlier.status}.`);
		return earlier;
	}
	if (!options.now) await until(speaker, { timeout: options.timeout ?? null }, () => judging(api, project));
	const snapshot = await freeze(api, project, options);
	for (const line of snapshotLines(snapshot)) speaker.note(line);
	return startRun(api, project, snapshot.id, options);
}

/** Looks whether all that follows a checkpoint is there: its evaluation, and its answers for the next round. */
async function measured(api: Api, id: string): Promise<Seen<Checkpoint>> {
	const checkpoint = await api.get<Checkpoint>(`/checkpoints/${segment(id)}`);
	for (const [what, work] of [['evaluation', checkpoint.evaluation], ['answers', checkpoint.generation]] as const) {
		if (work?.status === 'failed') throw refused(`The ${what} failed: ${work.problem?.message ?? 'for no stated reason.'} Start it again on the checkpoint’s page, or: POST /checkpoints/${id}/${what}`, { code: `${what}_failed`, problem: work.problem });
		if (work && work.status !== 'succeeded' && work.status !== 'nothing_to_measure') return { waiting: `${what}: ${work.status}${work.total ? `, ${work.done} of ${work.total}` : ''}`, state: `${what} ${work.status}` };
	}
	return { value: checkpoint };
}

/**
 * Plays what is left of a round: waits for the judging, freezes, trains, waits for
 * the figures, and decides where it was told to.
 * @throws Ending
 */
export async function playRound(api: Api, speaker: Speaker, project: string, options: PlayOptions, readPassword: () => Promise<string>): Promise<Played> {
	if ((options.decide === undefined) !== (options.reason === undefined)) throw misused('--decide and --reason go together: a decision has a reason.');
	// Asked for before the hours of waiting, not after them.
	const password = options.decide === undefined ? '' : await readPassword();
	const began = performance.now();
	const left = (): number | null => (options.timeout === undefined ? null : Math.max(0, options.timeout - (performance.now() - began)));
	const { id } = await begin(api, speaker, project, options);
	speaker.note(`Run ${id}`);
	const run = await followRun(api, speaker, id, left());
	const checkpoint = await until(speaker, { timeout: left() }, () => measured(api, run.checkpoint.id));
	const signed = options.decide !== undefined && options.reason !== undefined ? await decide(api, checkpoint.id, { decision: options.decide, reason: options.reason, password, override: options.override }) : null;
	return { round: run.round ?? 0, run, checkpoint, decision: signed?.decision ?? null, status: signed?.status ?? null };
}
