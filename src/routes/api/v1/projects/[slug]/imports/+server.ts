import { setTimeout as wait } from 'node:timers/promises';
import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { wholeBody } from '#lib/server/api/whole-body.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { listImports } from '#lib/server/usecases/read-import.ts';

/** After this long the answer is 202 and the client asks for the import. */
const PATIENCE_MS = 10_000;

/** Size of the body, where the client says it; one that is sent piece by piece has none. */
const sizeSaid = (header: string | null): number | null => (header !== null && /^\d{1,15}$/u.test(header) ? Number(header) : null);

export const GET = serve(operations.listImports, async ({ app, actor, params }) => {
	const result = await listImports(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { imports: result.value } }) : result;
});

export const POST = serve(operations.createImport, async ({ app, actor, params, query, event }) => {
	// The framework drops a body without a type, and the file would look empty.
	if (event.request.headers.get('content-type') === null) return fail('unsupported_format', 'Send a Content-Type with the file, application/octet-stream for instance.');
	const begun = await importPairs(app, actor, {
		slug: params.slug,
		said: operations.saidOf(query),
		skipBad: query.skipBad,
		dryRun: query.dryRun,
		fileName: query.fileName ?? null,
		totalBytes: sizeSaid(event.request.headers.get('content-length')),
		source: wholeBody(event.request.body)
	});
	if (!begun.ok) return begun;
	const { id, received, done } = begun.value;
	const patience = wait(PATIENCE_MS, null, { ref: false });
	// Answering while the client still sends would cut the upload off: first everything is received.
	await received;
	const outcome = await Promise.race([done, patience]);
	if (outcome === null) return ok({ status: 202, body: { id, status: 'staging' }, headers: { location: `/api/v1/imports/${id}` } });
	// Its rows wait for a worker that looks for names in them.
	if (outcome.ok && outcome.value.status === 'masking') return ok({ status: 202, body: { id, status: 'masking' }, headers: { location: `/api/v1/imports/${id}` } });
	return outcome.ok ? ok({ status: outcome.value.status === 'scanned' ? 200 : 201, body: outcome.value, headers: { location: `/api/v1/imports/${id}` } }) : outcome;
});
