import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readImportErrors } from '#lib/server/usecases/read-import.ts';

export const GET = serve(operations.readImportErrors, async ({ app, actor, params }) => {
	const result = await readImportErrors(app, actor, params.id);
	if (!result.ok) return result;
	const headers = { 'content-type': 'application/x-ndjson', 'content-disposition': `attachment; filename="import-${params.id}-errors.jsonl"` };
	return ok({ status: 200, stream: Readable.toWeb(Readable.from(result.value).map((text: string) => Buffer.from(text))) as ReadableStream, headers });
});
