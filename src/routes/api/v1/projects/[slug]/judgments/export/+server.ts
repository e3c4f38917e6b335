import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/history.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportJudgments } from '#lib/server/usecases/export-judgments.ts';

const TYPES = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

export const GET = serve(operations.exportJudgments, async ({ app, actor, params, query }) => {
	const result = await exportJudgments(app, actor, { slug: params.slug, format: query.format });
	if (!result.ok) return result;
	const headers = { 'content-type': TYPES[query.format], 'content-disposition': `attachment; filename="${params.slug}-judgments.${query.format}"` };
	return ok({ status: 200, stream: Readable.toWeb(Readable.from(result.value).map((text: string) => Buffer.from(text))) as ReadableStream, headers });
});
