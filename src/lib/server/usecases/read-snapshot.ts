import type { Readable } from 'node:stream';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Action } from '../../domain/permission.ts';
import type { Split } from '../../domain/holdout.ts';
import { ArtifactDamaged } from '../artifacts/store.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as rounds from '../db/rounds.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot, SnapshotFile } from '../db/snapshots.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';

/** A snapshot as the API and its page show it. `stale`: judgments it used that were voided or superseded since; `overlaps`: questions it trained on that are held out since. */
export type SnapshotView = {
	id: string;
	project: string;
	round: number;
	objective: string;
	sha256: string;
	rule: Record<string, unknown>;
	rows: Record<Split, number>;
	heldOut: number;
	used: number;
	dropped: Record<string, number>;
	desirableWeight: Snapshot['desirableWeight'];
	savedRule: Snapshot['savedRule'];
	files: SnapshotFile[];
	stale: number;
	overlaps: number;
	createdAt: string;
};

async function reach(app: Pick<App, 'db'>, actor: Actor, id: string, action: Action): Promise<Result<{ snapshot: Snapshot; slug: string }>> {
	const snapshot = await snapshots.get(app.db, id);
	if (!snapshot) return fail('not_found', 'There is no such snapshot.');
	const access = await allow(app.db, actor, { id: snapshot.projectId }, action);
	return access.ok ? ok({ snapshot, slug: access.value.project.slug }) : access;
}

async function view(app: Pick<App, 'db'>, snapshot: Snapshot, slug: string): Promise<SnapshotView> {
	const [round, files, stale, overlapping] = await Promise.all([rounds.byId(app.db, snapshot.roundId), snapshots.files(app.db, snapshot.id), snapshots.changedSince(app.db, snapshot.id), overlaps.trainedHeldOut(app.db, [snapshot.id])]);
	return {
		id: snapshot.id,
		project: slug,
		round: round?.number ?? 0,
		objective: snapshot.objective,
		sha256: snapshot.sha256,
		rule: snapshot.rule,
		rows: { train: snapshot.trainRows, dev: snapshot.devRows, test: snapshot.testRows },
		heldOut: snapshot.heldOut,
		used: snapshot.used,
		dropped: snapshot.dropped,
		desirableWeight: snapshot.desirableWeight,
		savedRule: snapshot.savedRule,
		files: [...files.values()],
		stale,
		overlaps: overlapping,
		createdAt: snapshot.createdAt
	};
}

/** One snapshot. */
export async function readSnapshot(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<SnapshotView>> {
	const found = await reach(app, actor, id, 'snapshot.read');
	return found.ok ? ok(await view(app, found.value.snapshot, found.value.slug)) : found;
}

/** Snapshots of a project, newest first. */
export async function listSnapshots(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<SnapshotView[]>> {
	const access = await allow(app.db, actor, { slug }, 'snapshot.read');
	if (!access.ok) return access;
	const all = await snapshots.list(app.db, access.value.project.id);
	return ok(await Promise.all(all.map((snapshot) => view(app, snapshot, slug))));
}

/** A file of a snapshot whose bytes are still those that were hashed. */
async function intact(app: Pick<App, 'artifacts'>, file: SnapshotFile | undefined): Promise<Result<SnapshotFile>> {
	if (!file) return fail('not_found', 'The snapshot has no such file.');
	try {
		await app.artifacts.verify(file.sha256);
	} catch (error) {
		if (error instanceof ArtifactDamaged) return fail('gone', `The file's bytes no longer match its hash: ${error.message}. Freeze the snapshot again.`);
		throw error;
	}
	return ok(file);
}

/** The manifest, byte for byte as it was hashed: so that who is walled off from some of the snapshot does not get it, since its tags may name what (`walled`). */
export async function readManifest(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, id: string): Promise<Result<{ stream: Readable; sha256: string }>> {
	const found = await reach(app, actor, id, 'snapshot.read');
	if (!found.ok) return found;
	if (await walls.keepsFromSnapshot(app.db, actor.userId, id)) return fail('walled', 'This snapshot holds rows of a matter that you are walled off from, and the tags in its manifest may name it. Somebody else must take it out.');
	const file = await intact(app, (await snapshots.files(app.db, id)).get('manifest'));
	return file.ok ? ok({ stream: app.artifacts.read(file.value.sha256), sha256: found.value.snapshot.sha256 }) : file;
}

/** Frozen files of a snapshot for taking out: right, wall and hashes checked; the caller writes the audit entry. */
export async function openForExport(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, id: string, splits: readonly Split[]): Promise<Result<{ snapshot: Snapshot; files: SnapshotFile[] }>> {
	const found = await reach(app, actor, id, 'snapshot.data');
	if (!found.ok) return found;
	const { snapshot } = found.value;
	if (await walls.hidesOfSnapshot(app.db, actor.userId, snapshot.id)) return fail('walled', 'This snapshot holds rows of a matter that you are walled off from. Somebody else must take its data out.');
	const stored = await snapshots.files(app.db, id);
	const files: SnapshotFile[] = [];
	for (const split of splits) {
		const known = stored.get(split);
		if (!known) continue;
		const file = await intact(app, known);
		if (!file.ok) return file;
		files.push(file.value);
	}
	return files.length > 0 ? ok({ snapshot, files }) : fail('not_found', 'The snapshot has no such file.');
}
