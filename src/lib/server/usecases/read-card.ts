import { tagsLeftOut } from '../../domain/composition.ts';
import { dataCard } from '../../domain/data-card/data-card.ts';
import type { CardFacts, DataCard } from '../../domain/data-card/data-card.ts';
import { readableManifest } from '../../domain/manifest.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Locale } from '../../domain/rule-setting-words.ts';
import { ArtifactDamaged } from '../artifacts/store.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as guidelines from '../db/guidelines.ts';
import * as members from '../db/members.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';

/** A card, and the snapshot that it is of. */
export type SnapshotCard = { id: string; project: string; objective: string; sha256: string; card: DataCard };

/** The manifest of a snapshot as it is read today. Who may see it was asked before. */
export async function manifestOf(app: Pick<App, 'db' | 'artifacts'>, snapshotId: string): Promise<Result<Manifest>> {
	const file = (await snapshots.files(app.db, snapshotId)).get('manifest');
	if (!file) return fail('not_found', 'The snapshot has no such file.');
	try {
		await app.artifacts.verify(file.sha256);
	} catch (error) {
		if (error instanceof ArtifactDamaged) return fail('gone', `The manifest's bytes no longer match its hash: ${error.message}. Freeze the snapshot again.`);
		throw error;
	}
	const chunks: Buffer[] = [];
	for await (const chunk of app.artifacts.read(file.sha256)) chunks.push(Buffer.from(chunk as Uint8Array));
	return ok(readableManifest(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Manifest));
}

/** A manifest as it may be read by who is kept from some of its snapshot. */
export const withoutTags = (manifest: Manifest): Manifest => ({ ...manifest, composition: manifest.composition && tagsLeftOut(manifest.composition) });

/** The manifest of a snapshot for one person: without tags where a wall keeps some of the snapshot from them. */
export async function manifestFor(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, snapshotId: string): Promise<Result<Manifest>> {
	const manifest = await manifestOf(app, snapshotId);
	return manifest.ok && (await walls.keepsFromSnapshot(app.db, actor.userId, snapshotId)) ? ok(withoutTags(manifest.value)) : manifest;
}

/** What the card of a snapshot is made of. Who may see it was asked before. */
export async function cardFacts(app: Pick<App, 'db' | 'artifacts'>, snapshot: Snapshot): Promise<Result<CardFacts>> {
	const manifest = await manifestOf(app, snapshot.id);
	if (!manifest.ok) return manifest;
	const [project, guidelineVersions] = await Promise.all([members.projectById(app.db, snapshot.projectId), guidelines.versionsOfTexts(app.db, snapshot.projectId, manifest.value.guidelines)]);
	return ok({ manifest: manifest.value, sha256: snapshot.sha256, project: project.slug, frozenAt: snapshot.createdAt, savedRule: snapshot.savedRule, guidelineVersions });
}

/** The data card of a snapshot, from its manifest alone; without tags where a wall keeps some of the snapshot from who reads. */
export async function readCard(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: { id: string; locale: Locale }): Promise<Result<SnapshotCard>> {
	const snapshot = await snapshots.get(app.db, input.id);
	if (!snapshot) return fail('not_found', 'There is no such snapshot.');
	const access = await allow(app.db, actor, { id: snapshot.projectId }, 'snapshot.read');
	if (!access.ok) return access;
	const facts = await cardFacts(app, snapshot);
	if (!facts.ok) return facts;
	if (await walls.keepsFromSnapshot(app.db, actor.userId, snapshot.id)) facts.value.manifest = withoutTags(facts.value.manifest);
	return ok({ id: snapshot.id, project: facts.value.project, objective: snapshot.objective, sha256: snapshot.sha256, card: dataCard(facts.value, input.locale) });
}
