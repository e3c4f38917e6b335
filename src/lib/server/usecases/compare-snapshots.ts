import type { Composition } from '../../domain/composition.ts';
import type { JudgedBy } from '../../domain/judged-by.ts';
import type { LengthBias } from '../../domain/length-bias.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { ruleDifferences } from '../../domain/rule-difference.ts';
import type { AskedRule, RuleDifference } from '../../domain/rule-difference.ts';
import { SNAPSHOT_CHANGES } from '../../domain/snapshot-change.ts';
import type { SnapshotChange } from '../../domain/snapshot-change.ts';
import { storedRule } from '../../domain/snapshot-rule.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as snapshotDiffs from '../db/snapshot-diffs.ts';
import type { ChangedRow } from '../db/snapshot-diffs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import { allow } from './access.ts';
import { manifestFor } from './read-card.ts';
import { judgesHere } from './yet-to-judge.ts';

/** One of two snapshots that are compared, with its figures as they were frozen; what its manifest does not know, or cannot be read of it, is null. */
export type ComparedSnapshot = Pick<Snapshot, 'id' | 'objective' | 'sha256' | 'savedRule' | 'heldOut' | 'used' | 'dropped' | 'createdAt'> & {
	rows: { train: number; dev: number; test: number };
	totals: Manifest['totals'] | null;
	lengthBias: LengthBias | null;
	agreement: JudgedBy['alpha'] | null;
	composition: Composition | null;
};

/** What leads from one snapshot (`before`) to another (`after`). */
export type SnapshotDifference = {
	project: string;
	before: ComparedSnapshot;
	after: ComparedSnapshot;
	/** Settings in which their rules differ. */
	rules: RuleDifference[];
	/** How often they differ, whoever looks. */
	counts: Record<SnapshotChange, number>;
	/** Of which change the rows are: the first that there is, unless one was asked for; null: there is none. */
	change: SnapshotChange | null;
	/** Without rows about matters that a wall keeps from who looks, and about pairs that they may still be given to judge. */
	changed: ChangedRow[];
	next: string | null;
};

/** Rows of a page when nobody says how many. */
const PAGE = 50;

const askedOf = ({ objective, rule }: Snapshot): AskedRule => ({ objective, rounds: (rule['filter'] as { rounds?: number[] } | undefined)?.rounds ?? null, rule: storedRule(rule) });

async function compared(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, snapshot: Snapshot): Promise<ComparedSnapshot> {
	const { id, objective, sha256, savedRule, heldOut, used, dropped, createdAt, trainRows, devRows, testRows } = snapshot;
	const read = await manifestFor(app, actor, id);
	const manifest = read.ok ? read.value : null;
	return {
		id,
		objective,
		sha256,
		savedRule,
		heldOut,
		used,
		dropped,
		createdAt,
		rows: { train: trainRows, dev: devRows, test: testRows },
		totals: manifest?.totals ?? null,
		lengthBias: manifest?.lengthBias ?? null,
		agreement: manifest?.judgedBy?.alpha ?? null,
		composition: manifest?.composition ?? null
	};
}

/**
 * How a snapshot differs from another of its project: `other` is what was
 * before, `id` what came of it. Counted once for each two, since neither
 * changes; a page of rows reads the blocks in which there are some.
 */
export async function compareSnapshots(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: { id: string; other: string; change?: SnapshotChange | undefined; cursor?: string | undefined; limit?: number | undefined }): Promise<Result<SnapshotDifference>> {
	const [after, before] = await Promise.all([snapshots.get(app.db, input.id), snapshots.get(app.db, input.other)]);
	if (!after) return fail('not_found', 'There is no such snapshot.');
	const access = await allow(app.db, actor, { id: after.projectId }, 'snapshot.read');
	if (!access.ok) return access;
	if (!before || before.projectId !== after.projectId) return wrongField('other', 'a snapshot of the same project');
	const pair = { afterId: after.id, beforeId: before.id };
	if (!(await snapshotDiffs.isKept(app.db, pair))) await app.db.transaction((tx) => snapshotDiffs.keep(tx, pair));
	const counts = await snapshotDiffs.counts(app.db, pair);
	const change = input.change ?? SNAPSHOT_CHANGES.find((one) => counts[one] > 0) ?? null;
	const [page, one, other] = await Promise.all([
		change === null ? { rows: [], next: null } : snapshotDiffs.page(app.db, pair, change, { viewer: actor.userId, judges: judgesHere(actor, access.value), cursor: input.cursor ?? null, limit: input.limit ?? PAGE }),
		compared(app, actor, before),
		compared(app, actor, after)
	]);
	return ok({ project: access.value.project.slug, before: one, after: other, rules: ruleDifferences(askedOf(before), askedOf(after)), counts, change, changed: page.rows, next: page.next });
}
