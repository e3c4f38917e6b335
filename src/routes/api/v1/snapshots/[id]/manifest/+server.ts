import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readManifest } from '#lib/server/usecases/read-snapshot.ts';

export const GET = serve(operations.readManifest, async ({ app, actor, params }) => {
	const result = await readManifest(app, actor, params.id);
	if (!result.ok) return result;
	return ok({ status: 200, stream: Readable.toWeb(result.value.stream) as ReadableStream, headers: { 'content-type': 'application/json', etag: `"${result.value.sha256}"` } });
});
