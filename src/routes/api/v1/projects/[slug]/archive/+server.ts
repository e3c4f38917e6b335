import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/archives.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportArchive } from '#lib/server/usecases/export-archive.ts';

export const GET = serve(operations.readArchive, async ({ app, actor, params, query }) => {
	const result = await exportArchive(app, actor, { slug: params.slug, people: query.people, weights: query.weights });
	if (!result.ok) return result;
	const { stream, name } = result.value;
	return ok({ status: 200, stream: Readable.toWeb(stream) as ReadableStream, headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}"` } });
});
