import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/archives.ts';
import { serve } from '#lib/server/api/serve.ts';
import { wholeBody } from '#lib/server/api/whole-body.ts';
import { importArchive } from '#lib/server/usecases/import-archive.ts';

export const POST = serve(operations.createArchive, async ({ app, actor, query, event }) => {
	// The framework drops a body without a type, and the file would look empty.
	if (!event.request.headers.get('content-type')) return fail('unsupported_format', 'Send a Content-Type with the file, application/zip for instance.');
	const result = await importArchive(app, actor, { source: wholeBody(event.request.body), slug: query.slug });
	return result.ok ? ok({ status: 201, body: result.value, headers: { location: `/api/v1/projects/${result.value.slug}/rounds` } }) : result;
});
