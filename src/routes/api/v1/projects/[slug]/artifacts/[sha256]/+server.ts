import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import { byteRange } from '#lib/server/api/byte-range.ts';
import * as operations from '#lib/server/api/operations/artifacts.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readArtifact } from '#lib/server/usecases/read-artifact.ts';

const EXTENSIONS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp', 'application/pdf': 'pdf', 'text/plain': 'txt', 'text/markdown': 'md' } as const;

export const GET = serve(operations.readArtifact, async ({ app, actor, params, event }) => {
	const found = await readArtifact(app, actor, params);
	if (!found.ok) return found;
	const { artifact, open } = found.value;
	const etag = `"${artifact.sha256}"`;
	const headers = {
		etag,
		// Asked for anew each time it is shown: a wall that was raised since must hide it. Then a 304 carries no bytes.
		'cache-control': 'private, no-cache',
		// Whatever the bytes are, opened by themselves they run nothing, load nothing and belong to no origin.
		'content-security-policy': "sandbox; default-src 'none'",
		'cross-origin-resource-policy': 'same-origin',
		'x-content-type-options': 'nosniff'
	};
	if (event.request.headers.get('if-none-match')?.split(/\s*,\s*/u).includes(etag)) return ok({ status: 304, headers });
	const part = byteRange(event.request.headers.get('range'), artifact.bytes);
	const length = part ? part.end - part.start + 1 : artifact.bytes;
	const text = artifact.mediaType.startsWith('text/');
	return ok({
		status: part ? 206 : 200,
		stream: Readable.toWeb(open(part ?? undefined)) as ReadableStream,
		headers: {
			...headers,
			'content-type': text ? `${artifact.mediaType}; charset=utf-8` : artifact.mediaType,
			'content-length': String(length),
			'accept-ranges': 'bytes',
			...(part ? { 'content-range': `bytes ${part.start}-${part.end}/${artifact.bytes}` } : {}),
			'content-disposition': `${text ? 'attachment' : 'inline'}; filename="${artifact.sha256.slice(0, 12)}.${EXTENSIONS[artifact.mediaType]}"`
		}
	});
});
