import { tagsLeftOut } from '../../domain/composition.ts';
import type { Composition } from '../../domain/composition.ts';
import type { Split } from '../../domain/holdout.ts';
import type { LengthBias } from '../../domain/length-bias.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { rowKindOf } from '../../domain/preference-dataset.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as walls from '../db/walls.ts';
import { composeSnapshot } from './compose-snapshot.ts';
import type { SnapshotInput } from './compose-snapshot.ts';
import { inTransaction } from './transaction.ts';

/** What a snapshot would hold. `lengthBias.before`: of all pairs, before rows were left out by lot. */
export type SnapshotPreview = {
	rows: Record<Split, number>;
	heldOut: number;
	used: number;
	dropped: Record<string, number>;
	comparisons: Manifest['comparisons'];
	rewrites: Manifest['rewrites'];
	totals: Manifest['totals'];
	labels: Manifest['labels'];
	cycles: number;
	lengthBias: { before: LengthBias; after: LengthBias } | null;
	composition: Composition;
};

/** Counts what freezing would give, by the same steps, and writes nothing. Without tags for who is walled off from a matter of the project. */
export async function previewSnapshot(app: Pick<App, 'db'>, actor: Actor, input: SnapshotInput): Promise<Result<SnapshotPreview>> {
	return inTransaction(
		app.db,
		async (tx) => {
			const composed = await composeSnapshot(tx, actor, input, { lines: false });
			if (!composed.ok) return composed;
			const { counted, before, objective, project } = composed.value;
			const composition = counted.composition.result();
			const walled = (await walls.mattersBehind(tx, project.id, actor.userId)).length > 0;
			const kind = rowKindOf(objective);
			return ok({
				rows: counted.rows,
				heldOut: counted.heldOut,
				used: counted.judgments.used,
				dropped: counted.judgments.dropped as Record<string, number>,
				comparisons: counted.comparisons,
				rewrites: counted.rewrites,
				totals: counted.totals,
				labels: kind === 'labelled' ? counted.labels : null,
				cycles: counted.cycles,
				lengthBias: kind === 'pair' ? { before, after: counted.lengthBias.result() } : null,
				composition: walled ? tagsLeftOut(composition) : composition
			});
		},
		{ isolationLevel: 'repeatable read' }
	);
}
