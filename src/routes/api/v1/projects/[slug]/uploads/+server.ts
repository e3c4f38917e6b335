import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/uploads.ts';
import { serve } from '#lib/server/api/serve.ts';
import { answerBegun } from '#lib/server/usecases/answer-upload.ts';
import { listUploads } from '#lib/server/usecases/receive-upload.ts';

export const GET = serve(operations.listUploads, async ({ app, actor, params, query }) => {
	const { fileName, bytes, modified } = query;
	const file = fileName === undefined || bytes === undefined ? null : { name: fileName, bytes, modifiedAt: modified ?? '' };
	const result = await listUploads(app, actor, { slug: params.slug, file });
	return result.ok ? ok({ status: 200, body: { uploads: result.value } }) : result;
});

export const POST = serve(operations.createUpload, ({ app, actor, params, headers, event }) => answerBegun({ app, actor, request: event.request }, { slug: params.slug, bytes: headers['upload-length'] }));
