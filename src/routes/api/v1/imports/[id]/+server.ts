import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';

export const GET = serve(operations.readImport, async ({ app, actor, params }) => {
	const result = await readImport(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.discardImport, async ({ app, actor, params }) => {
	const result = await undoImport(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
