import type { SaidMapping } from '#lib/domain/import-shapes/column-mapping.ts';
import type { ShapeName } from '#lib/domain/import-shapes/shape.ts';
import { IN_PIECES_FROM_BYTES } from '#lib/domain/upload.ts';
import type { Hindrance } from '#lib/domain/upload.ts';
import { NotSent, sendInPieces } from './pieces.ts';

/** One row that could not be taken. */
export type LineError = { line: number; field: string | null; message: string };
export type Counts = { accepted: number; duplicates: number; rejected: number };

/** How a file is to be read, where that is said: nothing of it stays unsaid once it was. */
export type Reading = { format?: 'csv' | 'txt'; encoding?: string; delimiter?: string };

/** How the rows of a file shall be understood, where it is said: by a shape, or by which column is what. */
export type Understand = Reading & { shape?: ShapeName; mapping?: SaidMapping; /** Answers alone without a label are good ones. */ accepted?: boolean };

/** What is said now, and of how the file is to be read also what was said before. */
export function saidAfter({ format, encoding, delimiter }: Understand, now: Understand): Understand {
	const before: Reading = { ...(format ? { format } : {}), ...(encoding ? { encoding } : {}), ...(delimiter && now.format !== 'txt' ? { delimiter } : {}) };
	return { ...before, ...now };
}

/** Where an upload is, as the page shows it. */
export type UploadState =
	| { step: 'idle' }
	/** `before`: what had arrived when it began; `hindered`: what stands in the way at the moment. */
	| { step: 'sending'; sent: number; total: number; startedAt: number; before: number; hindered: Hindrance | null }
	/** `trouble`: what keeps a worker from reading a file of a source. */
	| { step: 'reading'; rows: number; trouble?: string | null }
	/** A worker looks for names; `trouble` says what keeps it. */
	| { step: 'masking'; trouble: string | null }
	/** `upload`: of a file that lies on the server, which need not be sent again to be understood otherwise. */
	| ({ step: 'scanned'; upload?: string } & Scanned)
	| { step: 'taking' }
	| ({ step: 'done' } & Counts)
	| { step: 'refused'; detail: string }
	/** `lies`: what of the file the server has, a part, all of it, or no more what it had; not said of one that is sent at once. */
	| { step: 'failed'; detail: string; again: boolean; lies?: 'part' | 'whole' | 'gone' };

type Content = string | { type: string; text?: string; alt?: string; title?: string }[];
export type SampleMessage = { role: string; content: Content };
/** A row as it was understood: its question, its answers, and what the file says of them. */
export type SampleRow = { line: number; prompt: SampleMessage[]; answers: SampleMessage[][]; preferred: number | null; margin: number | null; label: 'good' | 'bad' | null; judgments: SampleJudgment[] };
/** A judgment that a row brings: which answer it prefers, or its verdict. */
export type SampleJudgment = { judge: string | null; at: string | null; preferred: number | null; strength: 'slightly' | 'clearly' | null; margin: number | null; verdict: string | null };
/** What the file was found to be, and how its rows were understood. */
export type Found = { packed: string | null; format: string; encoding: string | null; delimiter: string | null; shape?: ShapeName; labels?: number; mapping?: SaidMapping | null; columns?: (string | null)[] | null; accepted?: boolean; unread?: string[] | null; ignored?: Record<string, number> };
/** A file that was read and waits to be taken: `accepted` and `duplicates` are what would come of it. */
export type Scanned = { id: string; errors: LineError[]; found: Found | null; sample: SampleRow[] } & Counts;

type Said = { status: number; body: Record<string, unknown> };
type Row = { status: string; rows: number; message: string | null; masking: { trouble: string | null } | null } & Scanned;

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

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function ended(row: Row): UploadState | null {
	if (row.status === 'scanned') return { step: 'scanned', ...row };
	if (row.status === 'published') return { step: 'done', ...row };
	if (row.status === 'refused') return { step: 'refused', detail: row.message ?? '' };
	if (row.status === 'discarded' || row.status === 'undone') return { step: 'idle' };
	return row.status === 'failed' ? { step: 'failed', detail: row.message ?? '', again: true } : null;
}

/** Asks for an import until it waits to be taken, or ended. */
export async function follow(id: string, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	for (;;) {
		await new Promise((done) => setTimeout(done, ASK_MS));
		signal.throwIfAborted();
		const answer = await fetch(`/api/v1/imports/${id}`, { signal }).catch(() => null);
		// Who is signed out, or may not see it any more, waits for nothing.
		if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) return { step: 'failed', detail: text(parse(await answer.text())['detail']), again: true };
		// The file is there whole: a connection that is away for a while loses nothing.
		if (!answer?.ok) continue;
		const row = (await answer.json()) as Row;
		const end = ended(row);
		if (end) return end;
		say(row.status === 'masking' ? { step: 'masking', trouble: row.masking?.trouble ?? null } : { step: 'reading', rows: row.rows, trouble: row.message });
	}
}

/** What the answer to a file that is there says, or what comes of following it. */
async function outcomeOf({ status, body }: Said, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	if (status === 200) return { step: 'scanned', ...(body as Scanned) };
	// Another try of the same file, or of this page, has it read already.
	if (status === 202 || (status === 409 && text(body['id']) !== '')) {
		say({ step: 'reading', rows: 0 });
		return follow(text(body['id']), say, signal);
	}
	if (body['code'] === 'import_refused') return { step: 'refused', detail: text(body['detail']) };
	return { step: 'failed', detail: text(body['detail']), again: status >= 500 || status === 0 };
}

function queryOf({ format, encoding, delimiter, shape, mapping, accepted }: Understand = {}): URLSearchParams {
	return new URLSearchParams({ dryRun: 'true', ...(format ? { format } : {}), ...(encoding ? { encoding } : {}), ...(delimiter ? { delimiter } : {}), ...(shape ? { shape } : {}), ...(mapping ? { mapping: JSON.stringify(mapping) } : {}), ...(accepted ? { accepted: 'true' } : {}) });
}

/** Has a file that arrived in pieces looked over: whatever comes of that, it need not be sent again. */
async function lookOver(of: { slug: string; query: URLSearchParams; id: string }, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	say({ step: 'reading', rows: 0 });
	of.query.set('upload', of.id);
	const answer = await fetch(`/api/v1/projects/${of.slug}/imports?${of.query}`, { method: 'POST', signal });
	const last = await outcomeOf({ status: answer.status, body: parse(await answer.text()) }, say, signal);
	if (last.step === 'scanned') return { ...last, upload: of.id };
	return last.step === 'failed' ? { ...last, again: true, lies: answer.status === 404 ? 'gone' : 'whole' } : last;
}

/** Ends what is being sent: `stop` takes nothing of it, `leave` keeps what has arrived of a large file. */
export type Ends = { stop: AbortController; leave: AbortController };

/**
 * Sends a file to be looked over and follows it until it waits to be taken, or
 * cannot be; a large one in pieces, from where it broke off before. `say` hears
 * every step; the promise gives the last one.
 */
export async function upload(of: { slug: string; file: File; how?: Understand }, say: (state: UploadState) => void, ends: Ends): Promise<UploadState> {
	const { slug, file } = of;
	const query = queryOf(of.how);
	query.set('fileName', file.name.slice(0, 300));
	const signal = AbortSignal.any([ends.stop.signal, ends.leave.signal]);
	const inPieces = file.size >= IN_PIECES_FROM_BYTES;
	const startedAt = Date.now();
	let before: number | null = null;
	const heard = (sent: number, hindered: Hindrance | null) => {
		before ??= sent;
		// One request is read while it is sent; of pieces the last has arrived when it was answered.
		say(sent >= file.size && !inPieces ? { step: 'reading', rows: 0 } : { step: 'sending', sent, total: file.size, startedAt, before, hindered });
	};
	let whole = false;
	try {
		if (!inPieces) {
			heard(0, null);
			return await outcomeOf(await send(`/api/v1/projects/${slug}/imports?${query}`, file, (sent) => heard(sent, null), signal), say, signal);
		}
		const id = await sendInPieces({ slug, file, stop: ends.stop.signal, leave: ends.leave.signal }, heard);
		whole = true;
		return await lookOver({ slug, query, id }, say, signal);
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') return { step: 'idle' };
		if (!inPieces) return { step: 'failed', detail: '', again: true };
		if (error instanceof NotSent) return { step: 'failed', detail: error.message, again: true, lies: error.status === 404 ? 'gone' : 'part' };
		return { step: 'failed', detail: '', again: true, lies: whole ? 'whole' : 'part' };
	}
}

/** Has a file looked over of which all arrived before, in the place of a dry run that waits: nothing is sent. */
export async function lookOverEarlier(of: { slug: string; id: string; how?: Understand }, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	try {
		const last = await lookOver({ ...of, query: queryOf(of.how) }, say, signal);
		// There is no file at hand that could be sent anew.
		return last.step === 'failed' && last.lies === 'gone' ? { ...last, again: false } : last;
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') return { step: 'idle' };
		return { step: 'failed', detail: '', again: true, lies: 'whole' };
	}
}

/** Takes a file that waits: its rows but those that cannot be taken. */
export async function take(id: string): Promise<UploadState> {
	const answer = await fetch(`/api/v1/imports/${id}/publish?skipBad=true`, { method: 'POST' }).catch(() => null);
	const body = ((await answer?.json().catch(() => ({}))) ?? {}) as Record<string, unknown>;
	return answer?.ok ? { step: 'done', ...(body as Counts) } : { step: 'failed', detail: text(body['detail']), again: false };
}

/** Lets a file that waits go; where that fails it goes by itself in a day. */
export async function discard(id: string): Promise<void> {
	await fetch(`/api/v1/imports/${id}`, { method: 'DELETE' }).catch(() => null);
}

/** Takes an import back: one that waits is let go, one that was taken undone. Null: it is gone; else why not. */
export async function takeBack(id: string): Promise<{ code: string; detail: string } | null> {
	const answer = await fetch(`/api/v1/imports/${id}`, { method: 'DELETE' }).catch(() => null);
	if (answer?.ok) return null;
	const body = ((await answer?.json().catch(() => ({}))) ?? {}) as Record<string, unknown>;
	return { code: text(body['code']) || 'not_ready', detail: text(body['detail']) };
}
