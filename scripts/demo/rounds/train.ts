import { DemoTrouble } from '../api.ts';
import { followRun, untilBegun } from '../follow-run.ts';
import type { Run } from '../follow-run.ts';
import type { People } from '../people.ts';

/** A training as the engineer asks for it. */
export type Training = {
	/** Which of the demo's trainings it is, from 0: one that an interrupted demo began is gone on with. */
	place: number;
	objective: 'sft' | 'dpo';
	/** Rounds whose judgments it learns from, and from where those may come. */
	rounds: number[];
	origins?: string[];
	recipe: { maxSteps: number; batchSize?: number };
	/** Left out: the base model. */
	parentId?: string;
};

/** A checkpoint by its id and name. */
export type Trained = { id: string; name: string };

type Frozen = { id: string; sha256: string; rows: { train: number; dev: number; test: number }; dropped: Record<string, number> };

async function start({ engineer: { api } }: People, slug: string, { objective, rounds, origins, recipe, parentId }: Training): Promise<string> {
	const { body: snapshot } = await api.post<Frozen>(`/projects/${slug}/snapshots`, { objective, rounds, ...(origins ? { rule: { origins } } : {}) });
	if (!snapshot) throw new DemoTrouble('The snapshot was not made.');
	const dropped = Object.entries(snapshot.dropped).map(([reason, n]) => `${n} ${reason}`);
	console.log(`  ${objective}, ${snapshot.rows.train} rows to train on; judgments dropped: ${dropped.join(', ') || 'none'}; sha256 ${snapshot.sha256.slice(0, 12)}…`);
	const { body: run } = await api.post<{ id: string }>(`/projects/${slug}/runs`, { snapshotId: snapshot.id, recipe, ...(parentId ? { parentCheckpointId: parentId } : {}) });
	if (!run) throw new DemoTrouble('The run was not made.');
	return run.id;
}

/**
 * Freezes, trains and waits for the checkpoint.
 * @throws DemoTrouble when the run ended without one
 */
export async function train(people: People, slug: string, training: Training): Promise<Trained> {
	const { api } = people.engineer;
	const { runs } = await api.get<{ runs: Run[] }>(`/projects/${slug}/runs`);
	const earlier = runs.filter(({ status }) => status !== 'failed' && status !== 'cancelled').reverse()[training.place];
	if (earlier) console.log(`  going on with the run that is there (${earlier.status})`);
	const runId = earlier ? earlier.id : await start(people, slug, training);
	await untilBegun(api, runId);
	return (await followRun(api, runId)).checkpoint;
}
