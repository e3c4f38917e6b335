import { canonicalJson, contentHash } from '../../domain/canonical-json.ts';
import { proposeDesirableWeight } from '../../domain/desirable-weight.ts';
import { heldOutRow } from '../../domain/held-out.ts';
import { addTallies, buildManifest, manifestHash, manifestProblems, roundsTaken, tally } from '../../domain/manifest.ts';
import type { ManifestFile, ManifestInput } from '../../domain/manifest.ts';
import { documentsOf } from '../../domain/message.ts';
import { preferenceCycles } from '../../domain/preference-cycles.ts';
import { mapPrompt } from '../../domain/preference-dataset.ts';
import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { SPLITS } from '../../domain/holdout.ts';
import type { Split } from '../../domain/holdout.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import { record } from '../db/audit.ts';
import * as bundles from '../db/bundles.ts';
import type { NamedBundle } from '../db/bundles.ts';
import type { Tx } from '../db/client.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Fate, RowLine, SnapshotFile, SnapshotFileName } from '../db/snapshots.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** How judgments become rows, as a client may declare it. */
export type SnapshotRule = { includeImports?: boolean | undefined; includeRewrites?: boolean | undefined; maxChars?: number | null | undefined };

/** A frozen snapshot, as the API answers it. */
export type FrozenSnapshot = { id: string; sha256: string; rows: Record<Split, number>; dropped: Record<string, number>; used: number };

/** Prompts read at a time: the memory that freezing needs, whatever the size of the record. */
const PAGE = 200;

type Counted = Pick<ManifestInput, 'totals' | 'comparisons' | 'judgments' | 'rewrites' | 'neutralised' | 'cycles'> & { documentsWithoutText: number; labels: { desirable: number; undesirable: number }; systemPrompts: Set<string> };

/** Rows, fates and counts of one prompt. A prompt has one split: its rows go to that split's file. */
function renderPrompt(bundle: NamedBundle, objective: DatasetObjective, options: { includeImports: boolean; includeRewrites: boolean; maxChars: number | null; documentTexts: DocumentTexts }, counted: Counted): { rows: RowLine[]; fates: Fate[] } {
	const own = mapPrompt(objective, bundle, { ...options, split: bundle.split });
	const train = bundle.split === 'train' ? own : mapPrompt(objective, bundle, options);
	const rows: RowLine[] = own.rows.map((row) => ({ file: bundle.split, hash: contentHash(row), line: canonicalJson(row) }));
	rows.push(...own.rewrites.rows.map((row): RowLine => ({ file: 'train', hash: contentHash(row), line: canonicalJson(row) })));
	for (const comparison of bundle.comparisons) {
		const row = heldOutRow(bundle, comparison, options);
		if (row) rows.push({ file: 'held_out', hash: contentHash(row), line: canonicalJson(row) });
	}
	counted.totals.prompts += 1;
	counted.totals.comparisons += bundle.comparisons.length;
	counted.totals.judgments += bundle.comparisons.reduce((sum, comparison) => sum + comparison.judgments.length, 0);
	counted.comparisons = addTallies(counted.comparisons, tally(train.outcomes.map((outcome) => outcome.outcome)));
	counted.judgments = addTallies(counted.judgments, tally(train.dispositions.map((fate) => fate.disposition)));
	counted.rewrites = addTallies(counted.rewrites, tally(own.rewrites.fates.map(({ fate }) => fate)));
	if (bundle.systemPromptHash) counted.systemPrompts.add(bundle.systemPromptHash);
	if (bundle.split === 'train') {
		counted.neutralised += own.neutralised;
		counted.documentsWithoutText += own.documentsWithoutText;
		for (const row of [...own.rows, ...own.rewrites.rows]) if ('label' in row) counted.labels[row.label ? 'desirable' : 'undesirable'] += 1;
	}
	const decisive = train.outcomes.flatMap(({ comparisonKey, verdict }) => {
		const comparison = bundle.comparisons.find((candidate) => candidate.key === comparisonKey);
		if (!comparison?.b || (verdict !== 'a' && verdict !== 'b')) return [];
		return [verdict === 'a' ? { winner: comparison.a, loser: comparison.b } : { winner: comparison.b, loser: comparison.a }];
	});
	counted.cycles += preferenceCycles(decisive).length;
	const comparisonOf = new Map(bundle.comparisons.flatMap((comparison) => comparison.judgments.map((judgment) => [judgment.key, comparison.key] as const)));
	const fates: Fate[] = [
		...train.outcomes.map(({ comparisonKey, outcome, verdict }) => ({ judgmentId: null, comparisonId: comparisonKey, fate: outcome, split: bundle.split, verdict })),
		...train.dispositions.map(({ judgmentKey, disposition }) => ({ judgmentId: judgmentKey, comparisonId: comparisonOf.get(judgmentKey) ?? '', fate: disposition, split: null, verdict: null }))
	];
	return { rows, fates };
}

/**
 * What the documents of a page of prompts say. Refused while one is still to be
 * read: the same judgments must give the same rows, now or in a minute.
 */
async function documentTexts(tx: Tx, projectId: string, page: readonly NamedBundle[]): Promise<Result<DocumentTexts>> {
	const hashes = documentsOf(page.flatMap((bundle) => [bundle.messages, ...bundle.responses.map(({ messages }) => messages), ...bundle.comparisons.flatMap(({ judgments }) => judgments.flatMap(({ rewrite }) => (rewrite ? [rewrite.messages] : [])))].flat()));
	const waiting = await artifactTexts.waiting(tx, projectId, hashes);
	if (waiting > 0) return fail('conflict', `${waiting} of its documents are still being read by a worker. Freeze again in a minute.`, { facts: { retryAfter: 30 } });
	return ok(await artifactTexts.bodies(tx, projectId, hashes));
}

async function storeFile(app: Pick<App, 'artifacts'>, tx: Tx, name: SnapshotFileName): Promise<SnapshotFile> {
	let rows = 0;
	async function* lines() {
		for await (const line of snapshots.sortedLines(tx, name)) {
			rows += 1;
			yield `${line}\n`;
		}
	}
	const stored = await app.artifacts.putStream(lines());
	return { name, ...stored, rows };
}

function chooseRounds(all: readonly Round[], wanted: readonly number[] | undefined): Result<Round[]> {
	const newest = all.at(-1);
	if (!newest) return fail('not_found', 'The project has no round.');
	if (wanted === undefined) return ok([newest]);
	const chosen = all.filter((round) => wanted.includes(round.number));
	const missing = wanted.find((number) => !all.some((round) => round.number === number));
	if (missing !== undefined) return wrongField('rounds', `there is no round ${missing}; there are 1 to ${newest.number}`);
	return chosen.length === 0 ? wrongField('rounds', 'name at least one round') : ok(chosen);
}

/**
 * Freezes judgments into an immutable dataset for one objective, read at one
 * moment of the record: rows by the declared rule, a report of every judgment
 * used or dropped, and a manifest whose hash is the same on any server for the
 * same inputs (semantics 11 to 13).
 */
export async function freezeSnapshot(
	app: Pick<App, 'db' | 'artifacts'>,
	actor: Actor,
	input: { slug: string; objective: DatasetObjective; rounds?: number[] | undefined; rule?: SnapshotRule | undefined }
): Promise<Result<FrozenSnapshot>> {
	return inTransaction(
		app.db,
		async (tx) => {
			const access = await allow(tx, actor, { slug: input.slug }, 'snapshot.create');
			if (!access.ok) return access;
			const { project } = access.value;
			const all = await rounds.list(tx, project.id);
			const chosen = chooseRounds(all, input.rounds);
			if (!chosen.ok) return chosen;
			const roundIds = chosen.value.map((round) => round.id);
			const options = { includeImports: input.rule?.includeImports ?? false, includeRewrites: input.rule?.includeRewrites ?? true, maxChars: input.rule?.maxChars ?? null };

			const counted: Counted = {
				totals: { prompts: 0, comparisons: 0, judgments: 0 },
				comparisons: { used: 0, dropped: {} },
				judgments: { used: 0, dropped: {} },
				rewrites: { used: 0, dropped: {} },
				neutralised: 0,
				documentsWithoutText: 0,
				cycles: 0,
				labels: { desirable: 0, undesirable: 0 },
				systemPrompts: new Set()
			};
			await snapshots.openRows(tx);
			for (let after: string | null = null; ; ) {
				const page: NamedBundle[] = await bundles.page(tx, { roundIds, after, limit: PAGE });
				const documents = await documentTexts(tx, project.id, page);
				if (!documents.ok) return documents;
				const rendered = page.map((bundle) => renderPrompt(bundle, input.objective, { ...options, documentTexts: documents.value }, counted));
				await snapshots.addRows(tx, rendered.flatMap(({ rows }) => rows), rendered.flatMap(({ fates }) => fates));
				if (page.length < PAGE) break;
				after = page.at(-1)?.promptId ?? null;
			}
			if (counted.judgments.used === 0 && counted.rewrites.used === 0) {
				const dropped = Object.entries(counted.judgments.dropped).map(([reason, n]) => `${n} ${reason}`);
				const imports = counted.judgments.dropped.filtered && !options.includeImports ? ' Preferences that an import brought count only with rule.includeImports.' : '';
				return fail('empty_snapshot', `No judgment of ${counted.totals.judgments} gives a training row${dropped.length > 0 ? ` (${dropped.join(', ')})` : ''}.${imports}`);
			}

			const files = new Map<SnapshotFileName, SnapshotFile>();
			for (const name of [...SPLITS, 'held_out'] as const) files.set(name, await storeFile(app, tx, name));
			const manifestFile = (name: SnapshotFileName): ManifestFile => ({ rows: files.get(name)?.rows ?? 0, sha256: files.get(name)?.sha256 ?? '' });
			const kto = input.objective === 'kto';
			const manifest = buildManifest({
				objective: input.objective,
				rule: {
					aggregation: 'adjudication_then_strict_majority',
					...options,
					rounds: roundsTaken(chosen.value.map((round) => round.number)),
					filter: { rounds: chosen.value.map((round) => round.number) }
				},
				totals: counted.totals,
				comparisons: counted.comparisons,
				judgments: counted.judgments,
				rewrites: counted.rewrites,
				splits: { train: manifestFile('train'), dev: manifestFile('dev'), test: manifestFile('test') },
				heldOut: manifestFile('held_out'),
				neutralised: counted.neutralised,
				documentsWithoutText: counted.documentsWithoutText,
				guidelines: await projects.guidelineHashes(tx, roundIds),
				systemPrompts: [...counted.systemPrompts],
				labels: kto ? counted.labels : null,
				desirableWeight: kto ? proposeDesirableWeight(counted.labels.desirable, counted.labels.undesirable) : null,
				cycles: counted.cycles
			});
			const wrong = manifestProblems(manifest);
			if (wrong.length > 0) throw new Error(`the manifest does not add up: ${wrong.join(' ')}`);
			const text = canonicalJson(manifest);
			files.set('manifest', { name: 'manifest', rows: 1, ...(await app.artifacts.putStream(one(text))) });

			const sha256 = manifestHash(manifest);
			const round = chosen.value.at(-1) as Round;
			const id = await snapshots.insert(tx, {
				projectId: project.id,
				roundId: round.id,
				objective: input.objective,
				rule: manifest.rule,
				sha256,
				trainRows: manifest.splits.train.rows,
				devRows: manifest.splits.dev.rows,
				testRows: manifest.splits.test.rows,
				heldOut: manifest.heldOut.rows,
				used: manifest.judgments.used,
				dropped: manifest.judgments.dropped as Record<string, number>,
				desirableWeight: manifest.desirableWeight,
				createdBy: actor.userId,
				files: [...files.values()]
			});
			await record(tx, actor, { action: 'snapshot.freeze', projectId: project.id, subject: ['snapshot', id], details: { sha256, objective: input.objective, rows: manifest.splits.train.rows } });
			const { train, dev, test } = manifest.splits;
			return ok({ id, sha256, rows: { train: train.rows, dev: dev.rows, test: test.rows }, dropped: manifest.judgments.dropped as Record<string, number>, used: manifest.judgments.used });
		},
		{ isolationLevel: 'repeatable read' }
	);
}

async function* one(text: string): AsyncGenerator<string> {
	yield text;
}
