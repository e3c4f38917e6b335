/** One row that could not be taken. */
export type LineError = { line: number; field: string | null; message: string };
export type Counts = { accepted: number; duplicates: number; rejected: number };

/** Where an upload is, as the page shows it. */
export type UploadState =
	| { step: 'idle' }
	| { step: 'sending'; sent: number; total: number; startedAt: number }
	| { step: 'reading'; rows: number }
	| ({ step: 'done'; errors: LineError[] } & Counts)
	| { step: 'refused'; detail: string; rejected: number; errors: LineError[]; canSkip: boolean }
	| { step: 'failed'; detail: string; again: boolean };

type Said = { status: number; body: Record<string, unknown> };
type Row = { status: string; rows: number; message: string | null; errors: LineError[] } & Counts;

/** How often an import that takes longer than one answer is asked for. */
const ASK_MS = 1000;

/** XHR, not fetch: only it says how many bytes have gone out. */
function send(url: string, file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Said> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('POST', url);
		request.setRequestHeader('content-type', 'application/octet-stream');
		request.responseType = 'text';
		request.upload.addEventListener('progress', (event) => onSent(event.loaded));
		request.addEventListener('load', () => resolve({ status: request.status, body: parse(request.responseText) }));
		request.addEventListener('error', () => reject(new Error('network')));
		request.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
		signal.addEventListener('abort', () => request.abort());
		request.send(file);
	});
}

function parse(text: string): Record<string, unknown> {
	try {
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		return {};
	}
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function errorsOf(body: Record<string, unknown>): LineError[] {
	const list = Array.isArray(body['errors']) ? (body['errors'] as Record<string, unknown>[]) : [];
	return list.map((error) => ({ line: number(error['line']), field: text(error['field']) || null, message: text(error['message']) }));
}

function ended(row: Row): UploadState | null {
	if (row.status === 'published') return { step: 'done', accepted: row.accepted, duplicates: row.duplicates, rejected: row.rejected, errors: row.errors };
	if (row.status === 'refused') return { step: 'refused', detail: row.message ?? '', rejected: row.rejected, errors: row.errors, canSkip: row.rejected > 0 && row.rejected < row.rows };
	return row.status === 'failed' ? { step: 'failed', detail: row.message ?? '', again: true } : null;
}

async function follow(id: string, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	for (;;) {
		await new Promise((done) => setTimeout(done, ASK_MS));
		signal.throwIfAborted();
		const answer = await fetch(`/api/v1/imports/${id}`, { signal }).catch(() => null);
		// The file is there whole: a connection that is away for a while loses nothing.
		if (!answer?.ok) continue;
		const row = (await answer.json()) as Row;
		const end = ended(row);
		if (end) return end;
		say({ step: 'reading', rows: row.rows });
	}
}

/**
 * Sends a file and follows it to its end. `say` hears every step; the promise
 * gives the last one. Aborting while it is sent takes nothing.
 */
export async function upload(
	of: { slug: string; file: File; skipBad: boolean },
	say: (state: UploadState) => void,
	signal: AbortSignal
): Promise<UploadState> {
	const query = new URLSearchParams({ skipBad: String(of.skipBad), fileName: of.file.name.slice(0, 300) });
	const startedAt = Date.now();
	say({ step: 'sending', sent: 0, total: of.file.size, startedAt });
	try {
		const answer = await send(
			`/api/v1/projects/${of.slug}/imports?${query}`,
			of.file,
			(sent) => say(sent >= of.file.size ? { step: 'reading', rows: 0 } : { step: 'sending', sent, total: of.file.size, startedAt }),
			signal
		);
		const { status, body } = answer;
		if (status === 201) return { step: 'done', accepted: number(body['accepted']), duplicates: number(body['duplicates']), rejected: number(body['rejected']), errors: errorsOf(body) };
		if (status === 202) {
			say({ step: 'reading', rows: 0 });
			return await follow(text(body['id']), say, signal);
		}
		const rejected = number(body['rejected']);
		if (body['code'] === 'import_refused') return { step: 'refused', detail: text(body['detail']), rejected, errors: errorsOf(body), canSkip: rejected > 0 };
		return { step: 'failed', detail: text(body['detail']), again: status >= 500 || status === 0 };
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') return { step: 'idle' };
		return { step: 'failed', detail: '', again: true };
	}
}
