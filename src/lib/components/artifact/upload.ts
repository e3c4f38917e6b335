import type { ArtifactFacts } from '#lib/domain/artifact.ts';

/** A file on its way into the project: waiting, going, there under its hash, or refused with the server's reason. */
export type Upload = { id: number; name: string; size: number } & ({ state: 'waiting' | 'sending' } | { state: 'done'; sha256: string; facts: ArtifactFacts } | { state: 'refused'; detail: string | null });

/** What is told of a file besides its bytes: whether a text is to be read as Markdown. All else its bytes say. */
export function declaredType(name: string): string {
	return /\.(?:md|markdown)$/iu.test(name) ? 'text/markdown' : 'application/octet-stream';
}

type Answer = { sha256?: string; detail?: string } & Partial<ArtifactFacts>;

/** Sends one file. `detail` null: the connection failed, and it can be sent again. */
export async function sendArtifact(slug: string, file: File): Promise<{ state: 'done'; sha256: string; facts: ArtifactFacts } | { state: 'refused'; detail: string | null }> {
	try {
		const answer = await fetch(`/api/v1/projects/${encodeURIComponent(slug)}/artifacts`, { method: 'POST', body: file, headers: { 'content-type': declaredType(file.name) } });
		const body = (await answer.json().catch(() => ({}))) as Answer;
		const { sha256, mediaType, bytes = 0, width = null, height = null } = body;
		if (answer.status === 201 && sha256 && mediaType) return { state: 'done', sha256, facts: { mediaType, bytes, width, height } };
		return { state: 'refused', detail: body.detail ?? null };
	} catch {
		return { state: 'refused', detail: null };
	}
}

/** The hashes by file name, for whoever writes the rows: a JSON object. */
export function hashesByName(uploads: readonly Upload[]): string {
	return JSON.stringify(Object.fromEntries(uploads.flatMap((one) => (one.state === 'done' ? [[one.name, one.sha256]] : []))), null, '\t');
}
