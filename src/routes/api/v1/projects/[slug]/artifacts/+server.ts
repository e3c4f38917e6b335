import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/artifacts.ts';
import { serve } from '#lib/server/api/serve.ts';
import { wholeBody } from '#lib/server/api/whole-body.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';

/** Of a file that was refused, so much is read on before the connection is cut. */
const MOST_PASSED_OVER = 256 * 1024 * 1024;

export const POST = serve(operations.uploadArtifact, async ({ app, actor, params, event }) => {
	const declaredType = event.request.headers.get('content-type');
	// The framework drops a body without a type, and the file would look empty.
	if (!declaredType) return fail('unsupported_format', 'Send a Content-Type with the file, application/octet-stream if nothing else.');
	const source = wholeBody(event.request.body, MOST_PASSED_OVER);
	const result = await uploadArtifact(app, actor, { slug: params.slug, declaredType, source });
	// What was not read of a refused file: the client hears the reason only after it could send all.
	await source.return(undefined);
	if (!result.ok) return result;
	return ok({ status: 201, body: result.value, headers: { location: `/api/v1/projects/${params.slug}/artifacts/${result.value.sha256}` } });
});
