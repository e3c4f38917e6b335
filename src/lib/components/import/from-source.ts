import { follow } from './upload.ts';
import type { Understand, UploadState } from './upload.ts';

/** A folder, bucket or data set that this project may bring files in from. */
export type Source = { id: string; name: string; kind: 'folder' | 's3' | 'hub' };
export type SourceFile = { name: string; path: string; bytes: number; modifiedAt: string | null; taken: { at: string; same: boolean } | null };
/** What lies in a folder of a source, as far as it was asked for. */
export type Folder = { path: string; folders: { name: string; path: string }[]; files: SourceFile[]; next: string | null };
type Said = { code: string; detail: string };
type Of = { slug: string; sourceId: string };

const UNREACHED: Said = { code: 'not_ready', detail: '' };
const at = ({ slug, sourceId }: Of) => `/api/v1/projects/${slug}/import-sources/${sourceId}`;

async function said(answer: Response | null): Promise<Said> {
	const body = ((await answer?.json().catch(() => ({}))) ?? {}) as Partial<Said>;
	return { code: body.code ?? UNREACHED.code, detail: body.detail ?? '' };
}

/** A page of a folder, or why it cannot be shown. */
export async function look(of: Of & { path: string; after: string | null }): Promise<Folder | Said> {
	const query = new URLSearchParams({ path: of.path, ...(of.after === null ? {} : { after: of.after }) });
	const answer = await fetch(`${at(of)}/files?${query}`).catch(() => null);
	return answer?.ok ? ((await answer.json()) as Folder) : said(answer);
}

async function ask(of: Of & { paths: readonly string[]; how: Understand; dryRun: boolean; skipBad: boolean }): Promise<{ imports: { id: string }[] } | Said> {
	const { paths, how, dryRun, skipBad } = of;
	const answer = await fetch(`${at(of)}/imports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ paths, dryRun, skipBad, ...how }) }).catch(() => null);
	return answer?.ok ? ((await answer.json()) as { imports: { id: string }[] }) : said(answer);
}

/** Has a worker look over a file, and follows it as an upload is followed. */
export async function lookOver(of: Of & { path: string; how: Understand }, say: (state: UploadState) => void, signal: AbortSignal): Promise<UploadState> {
	say({ step: 'reading', rows: 0 });
	const asked = await ask({ ...of, paths: [of.path], dryRun: true, skipBad: false });
	if ('code' in asked) return { step: 'failed', detail: asked.detail, again: false };
	try {
		return await follow(asked.imports[0]?.id ?? '', say, signal);
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') return { step: 'idle' };
		throw error;
	}
}

/** Has a worker bring files in as one of them was understood. Null: it will; else why not. */
export async function bringIn(of: Of & { paths: readonly string[]; how: Understand; skipBad: boolean }): Promise<Said | null> {
	const asked = await ask({ ...of, dryRun: false });
	return 'code' in asked ? asked : null;
}
