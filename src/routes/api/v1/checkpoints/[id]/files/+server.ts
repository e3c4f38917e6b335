import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/run-control.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportCheckpointFile } from '#lib/server/usecases/export-checkpoint-file.ts';

export const GET = serve(operations.readCheckpointFile, async ({ app, actor, params, query }) => {
	const result = await exportCheckpointFile(app, actor, { id: params.id, path: query.path });
	if (!result.ok) return result;
	const { stream, name, bytes, sha256 } = result.value;
	return ok({
		status: 200,
		stream: Readable.toWeb(stream) as ReadableStream,
		headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes), etag: `"${sha256}"`, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` }
	});
});
