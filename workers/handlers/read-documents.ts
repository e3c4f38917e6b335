import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_TEXT_CHARS } from '#lib/domain/artifact.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import { keepDocumentText, takeDocument } from '#lib/server/usecases/read-document.ts';
import { readPdf } from '../documents/read-pdf.ts';
import type { PdfText } from '../documents/read-pdf.ts';
import type { WorkerContext } from './context.ts';

/** A document that takes longer is given up. */
const PATIENCE_MS = 60_000;

/** What a document of the store says; null also where the store has lost it. */
async function textOf({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>, sha256: string): Promise<PdfText | null> {
	const path = join(app.config.dataDir, 'work', 'documents', randomUUID());
	try {
		await app.artifacts.layOutFile(sha256, path);
		return await readPdf(path, { timeoutMs: PATIENCE_MS, maxChars: MAX_TEXT_CHARS, signal: shutdown });
	} catch (error) {
		if (error instanceof ArtifactDamaged) return null;
		throw error;
	} finally {
		await rm(path, { force: true });
	}
}

/** Reads the documents that wait to be read, one after the other. Needs no engine. */
export async function readDocuments(context: Pick<WorkerContext, 'app' | 'shutdown'>): Promise<number> {
	const { app, shutdown } = context;
	for (let read = 0; ; read++) {
		const document = shutdown.aborted ? null : await takeDocument(app);
		if (!document) return read;
		const found = await textOf(context, document.sha256);
		// Going down: it waits for the next worker.
		if (shutdown.aborted) return read;
		await keepDocumentText(app, document, found);
	}
}
