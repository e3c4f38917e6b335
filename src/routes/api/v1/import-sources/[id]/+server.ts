import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/import-sources.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putImportSource, retireImportSource } from '#lib/server/usecases/put-import-source.ts';

export const PUT = serve(operations.putImportSource, async ({ app, actor, params, body }) => {
	const { accessKeyId, secretAccessKey, ...offer } = body;
	const result = await putImportSource(app, actor, { id: params.id, ...offer, ...(accessKeyId === undefined ? {} : { accessKeyId }), ...(secretAccessKey === undefined ? {} : { secretAccessKey }) });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.retireImportSource, async ({ app, actor, params }) => {
	const result = await retireImportSource(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
