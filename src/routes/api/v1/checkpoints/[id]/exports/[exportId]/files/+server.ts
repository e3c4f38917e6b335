import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/exports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { takeExport } from '#lib/server/usecases/take-export.ts';

export const GET = serve(operations.takeExport, async ({ app, actor, params }) => {
	const result = await takeExport(app, actor, { checkpointId: params.id, exportId: params.exportId });
	if (!result.ok) return result;
	const { stream, name } = result.value;
	return ok({ status: 200, stream: Readable.toWeb(stream) as ReadableStream, headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` } });
});
