import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readTensorboard } from '#lib/server/usecases/read-tensorboard.ts';

export const GET = serve(operations.readTensorboard, async ({ app, actor, params }) => {
	const result = await readTensorboard(app, actor, params.id);
	if (!result.ok) return result;
	const { stream, name } = result.value;
	return ok({ status: 200, stream: Readable.toWeb(stream) as ReadableStream, headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}"` } });
});
