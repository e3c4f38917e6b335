import { MAX_TEXT_CHARS } from '#lib/domain/artifact.ts';
import { keepDocumentText, takeDocument } from '#lib/server/usecases/read-document.ts';
import { readPdf } from '../documents/read-pdf.ts';
import type { WorkerContext } from './context.ts';

/** A document that takes longer is given up. */
const PATIENCE_MS = 60_000;

/** Reads the documents that wait to be read, one after the other. Needs no engine. */
export async function readDocuments({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>): Promise<number> {
	for (let read = 0; ; read++) {
		const document = shutdown.aborted ? null : await takeDocument(app);
		if (!document) return read;
		const found = await readPdf(app.artifacts.pathOf(document.sha256), { timeoutMs: PATIENCE_MS, maxChars: MAX_TEXT_CHARS, signal: shutdown });
		// Going down: it waits for the next worker.
		if (shutdown.aborted) return read;
		await keepDocumentText(app, document, found);
	}
}
