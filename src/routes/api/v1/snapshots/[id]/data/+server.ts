import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readSnapshotData } from '#lib/server/usecases/read-snapshot.ts';

export const GET = serve(operations.readSnapshotData, async ({ app, actor, params, query }) => {
	const result = await readSnapshotData(app, actor, { id: params.id, split: query.split });
	if (!result.ok) return result;
	const { stream, file, sha256 } = result.value;
	const headers = {
		'content-type': 'application/x-ndjson',
		'content-length': String(file.bytes),
		'content-disposition': `attachment; filename="${query.split}-${sha256.slice(0, 12)}.jsonl"`,
		etag: `"${file.sha256}"`
	};
	return ok({ status: 200, stream: Readable.toWeb(stream) as ReadableStream, headers });
});
