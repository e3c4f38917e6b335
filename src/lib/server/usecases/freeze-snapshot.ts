import { canonicalJson } from '../../domain/canonical-json.ts';
import { proposeDesirableWeight } from '../../domain/desirable-weight.ts';
import { SPLITS } from '../../domain/holdout.ts';
import type { Split } from '../../domain/holdout.ts';
import { buildManifest, manifestHash, manifestProblems, manifestRule } from '../../domain/manifest.ts';
import type { Manifest, ManifestFile } from '../../domain/manifest.ts';
import { rowKindOf } from '../../domain/preference-dataset.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as projects from '../db/projects.ts';
import type { Round } from '../db/rounds.ts';
import * as snapshotDiffs from '../db/snapshot-diffs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { SnapshotFile, SnapshotFileName } from '../db/snapshots.ts';
import { composeSnapshot, FREEZE_PAGE } from './compose-snapshot.ts';
import type { ComposedSnapshot, SnapshotInput } from './compose-snapshot.ts';
import { areStored } from './store-citing.ts';
import { inTransaction } from './transaction.ts';
import { hiddenAtImport, whoJudged } from './who-judged.ts';

/** A frozen snapshot, as the API answers it. */
export type FrozenSnapshot = { id: string; sha256: string; rows: Record<Split, number>; dropped: Record<string, number>; used: number };

/** Lines read back at a time, where they are short. */
const LINES = 1000;

async function storeFile(app: Pick<App, 'artifacts'>, tx: Tx, name: SnapshotFileName, bytes: number): Promise<SnapshotFile> {
	let rows = 0;
	async function* lines() {
		for await (const line of snapshots.sortedLines(tx, name, { rows: LINES, bytes })) {
			rows += 1;
			yield `${line}\n`;
		}
	}
	const stored = await app.artifacts.putStream(lines());
	return { name, ...stored, rows };
}

/** Why there is nothing to train on, in words. */
function emptyReason({ counted, rule }: ComposedSnapshot): string {
	const dropped = Object.entries(counted.judgments.dropped).map(([reason, n]) => `${n} ${reason}`);
	const imports = counted.judgments.dropped.origin && !rule.origins.includes('import') ? ' Preferences that an import brought count only with rule.includeImports.' : '';
	return `No judgment of ${counted.totals.judgments} gives a training row${dropped.length > 0 ? ` (${dropped.join(', ')})` : ''}.${imports}`;
}

function manifestOf({ objective, rule, rounds, counted }: ComposedSnapshot, files: ReadonlyMap<SnapshotFileName, SnapshotFile>, known: Pick<Manifest, 'guidelines' | 'judgedBy' | 'desensitised'>): Manifest {
	const file = (name: SnapshotFileName): ManifestFile => ({ rows: files.get(name)?.rows ?? 0, sha256: files.get(name)?.sha256 ?? '' });
	const kind = rowKindOf(objective);
	const { labels } = counted;
	const manifest = buildManifest({
		objective,
		rule: manifestRule(rule, rounds.map((round) => round.number)),
		totals: counted.totals,
		comparisons: counted.comparisons,
		judgments: counted.judgments,
		rewrites: counted.rewrites,
		splits: { train: file('train'), dev: file('dev'), test: file('test') },
		heldOut: file('held_out'),
		neutralised: counted.neutralised,
		documentsWithoutText: counted.documentsWithoutText,
		...known,
		systemPrompts: [...counted.systemPrompts],
		labels: kind === 'labelled' ? labels : null,
		desirableWeight: kind === 'labelled' ? proposeDesirableWeight(labels.desirable, labels.undesirable) : null,
		cycles: counted.cycles,
		lengthBias: kind === 'pair' ? counted.lengthBias.result() : null,
		composition: counted.composition.result()
	});
	const wrong = manifestProblems(manifest);
	if (wrong.length > 0) throw new Error(`the manifest does not add up: ${wrong.join(' ')}`);
	return manifest;
}

/**
 * Freezes judgments into an immutable dataset for one objective, read at one
 * moment of the record: rows by the declared rule, a report of every judgment
 * used or dropped, and a manifest whose hash is the same on any server for the
 * same inputs (semantics 11 to 13). `page`: how much of it is held at a time.
 */
export async function freezeSnapshot(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: SnapshotInput, page = FREEZE_PAGE): Promise<Result<FrozenSnapshot>> {
	return inTransaction(
		app.db,
		async (tx) => {
			const composed = await composeSnapshot(tx, actor, input, { lines: true, page });
			if (!composed.ok) return composed;
			const { project, rounds, objective, rule, savedRuleId, counted } = composed.value;
			if (counted.judgments.used === 0 && counted.rewrites.used === 0) return fail('empty_snapshot', emptyReason(composed.value));
			const files = new Map<SnapshotFileName, SnapshotFile>();
			for (const name of [...SPLITS, 'held_out'] as const) files.set(name, await storeFile(app, tx, name, page.bytes));
			const guidelines = await projects.guidelineHashes(tx, rounds.map((round) => round.id));
			const manifest = manifestOf(composed.value, files, { guidelines, judgedBy: await whoJudged(tx, composed.value), desensitised: await hiddenAtImport(tx, composed.value) });
			files.set('manifest', { name: 'manifest', rows: 1, ...(await app.artifacts.putStream(one(canonicalJson(manifest)))) });
			if (!(await areStored(app, tx, files.values()))) return fail('conflict', 'A clean-up took one of its files away before it was entered. Freeze it again.');

			const sha256 = manifestHash(manifest);
			const { train, dev, test } = manifest.splits;
			const dropped = manifest.judgments.dropped as Record<string, number>;
			const id = await snapshots.insert(tx, {
				projectId: project.id,
				roundId: (rounds.at(-1) as Round).id,
				objective,
				// Who was left out by name stays here, out of what is hashed: so the same rule can be applied again.
				rule: { ...manifest.rule, annotators: rule.annotators },
				sha256,
				trainRows: train.rows,
				devRows: dev.rows,
				testRows: test.rows,
				heldOut: manifest.heldOut.rows,
				used: manifest.judgments.used,
				dropped,
				desirableWeight: manifest.desirableWeight,
				savedRuleId,
				createdBy: actor.userId,
				files: [...files.values()]
			});
			const beforeId = await snapshots.idBefore(tx, { projectId: project.id, id });
			if (beforeId !== null) await snapshotDiffs.keep(tx, { afterId: id, beforeId });
			await record(tx, actor, { action: 'snapshot.freeze', projectId: project.id, subject: ['snapshot', id], details: { sha256, objective, rows: train.rows } });
			return ok({ id, sha256, rows: { train: train.rows, dev: dev.rows, test: test.rows }, dropped, used: manifest.judgments.used });
		},
		{ isolationLevel: 'repeatable read' }
	);
}

async function* one(text: string): AsyncGenerator<string> {
	yield text;
}
