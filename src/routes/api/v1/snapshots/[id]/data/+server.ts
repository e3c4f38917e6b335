import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';

export const GET = serve(operations.readSnapshotData, async ({ app, actor, params, query }) => {
	const result = await exportSnapshot(app, actor, { id: params.id, ...query });
	if (!result.ok) return result;
	const { stream, name, type, bytes, etag } = result.value;
	const headers = {
		'content-type': type,
		'content-disposition': `attachment; filename="${name}"`,
		...(bytes === undefined ? {} : { 'content-length': String(bytes) }),
		...(etag === undefined ? {} : { etag: `"${etag}"` })
	};
	return ok({ status: 200, stream: Readable.toWeb(stream) as ReadableStream, headers });
});
