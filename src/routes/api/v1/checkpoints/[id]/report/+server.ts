import { Readable } from 'node:stream';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportReport } from '#lib/server/usecases/read-report.ts';

const TYPES = { html: 'text/html; charset=utf-8', pdf: 'application/pdf' };

export const GET = serve(operations.readReport, async ({ app, actor, params, query }) => {
	const result = await exportReport(app, actor, { checkpointId: params.id, decisionId: query.decision, locale: query.locale, format: query.format });
	if (!result.ok) return result;
	const { stream, name, bytes, sha256 } = result.value;
	return ok({
		status: 200,
		stream: Readable.toWeb(stream) as ReadableStream,
		// Never shown by this server itself: what models and people wrote is in it.
		headers: { 'content-type': TYPES[query.format], 'content-length': String(bytes), etag: `"${sha256}"`, 'x-content-type-options': 'nosniff', 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` }
	});
});
