import type { App } from '../app.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import { record } from '../db/audit.ts';
import { uploadGuardOf } from './upload-guard.ts';

/** A document at hand. */
export type WaitingDocument = { projectId: string; sha256: string };

/** A reader that was silent for this long is gone. */
const STALE_SECONDS = 180;

/** Takes the next document whose text is wanted; null when none waits. One that ended its readers again and again is given up. */
export async function takeDocument(app: Pick<App, 'db'>): Promise<WaitingDocument | null> {
	return app.db.transaction(async (tx) => {
		for (const { projectId, sha256 } of await artifactTexts.giveUp(tx, STALE_SECONDS)) await record(tx, null, { action: 'artifact.read', projectId, subject: ['artifact', sha256], details: { state: 'unreadable' } });
		return artifactTexts.take(tx, STALE_SECONDS);
	});
}

/** Keeps what a document says; a scan without text, or one that could not be read, says nothing. */
export async function keepDocumentText(app: Pick<App, 'db' | 'secrets'>, document: WaitingDocument, found: { text: string; pages: number } | null): Promise<void> {
	const guard = await uploadGuardOf(app, document.projectId);
	// Where the project's lists cannot be opened here nothing of it is kept: it waits for a worker that can.
	if (!guard.ok) return;
	const text = found && guard.value ? guard.value.hide(found.text) : (found?.text ?? '');
	const body = text.trim() !== '' ? text : null;
	await app.db.transaction(async (tx) => {
		await artifactTexts.settle(tx, { ...document, body, pages: found?.pages ?? null });
		await record(tx, null, { action: 'artifact.read', projectId: document.projectId, subject: ['artifact', document.sha256], details: { state: body === null ? 'unreadable' : 'read', pages: found?.pages ?? null } });
	});
}
