import { Worker } from 'node:worker_threads';

/** What a PDF says, page by page, an empty line between them. */
export type PdfText = { text: string; pages: number };

/**
 * The text of a PDF, read in a thread that may use so much memory and time and
 * is then ended. Null: it is no readable PDF, is locked, or took too much.
 */
export async function readPdf(path: string, limits: { timeoutMs: number; maxChars: number; memoryMb?: number; signal?: AbortSignal }): Promise<PdfText | null> {
	// What the library prints about a broken file goes to nobody's log.
	const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), { workerData: { path, maxChars: limits.maxChars }, resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb ?? 512 }, stdout: true, stderr: true, env: {} });
	const timeout = AbortSignal.timeout(limits.timeoutMs);
	const ended = limits.signal ? AbortSignal.any([limits.signal, timeout]) : timeout;
	try {
		return await new Promise<PdfText | null>((resolve) => {
			thread.once('message', (read: PdfText) => resolve(read));
			thread.once('error', () => resolve(null));
			thread.once('exit', () => resolve(null));
			ended.addEventListener('abort', () => resolve(null), { once: true });
			if (ended.aborted) resolve(null);
		});
	} finally {
		await thread.terminate();
	}
}
