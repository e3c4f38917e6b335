import { setTimeout as wait } from 'node:timers/promises';
import { fail, ok } from '#lib/domain/problem.ts';
import type { Result } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import type { Answer } from '#lib/server/api/serve.ts';
import { wholeBody } from '#lib/server/api/whole-body.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { importUpload } from '#lib/server/usecases/import-upload.ts';
import { listImports } from '#lib/server/usecases/read-import.ts';
import type { ImportOutcome } from '#lib/server/usecases/stream-import.ts';

/** After this long the answer is 202 and the client asks for the import. */
const PATIENCE_MS = 10_000;

/** Size of the body, where the client says it; one that is sent piece by piece has none. */
const sizeSaid = (header: string | null): number | null => (header !== null && /^\d{1,15}$/u.test(header) ? Number(header) : null);

/** How an import ended, or where it can be asked for. */
async function answered({ id, done }: { id: string; done: Promise<Result<ImportOutcome>> }, patience: Promise<null>): Promise<Result<Answer>> {
	const outcome = await Promise.race([done, patience]);
	const headers = { location: `/api/v1/imports/${id}` };
	if (outcome === null) return ok({ status: 202, body: { id, status: 'staging' }, headers });
	// Its rows wait for a worker that looks for names in them.
	if (outcome.ok && outcome.value.status === 'masking') return ok({ status: 202, body: { id, status: 'masking' }, headers });
	return outcome.ok ? ok({ status: outcome.value.status === 'scanned' ? 200 : 201, body: outcome.value, headers }) : outcome;
}

export const GET = serve(operations.listImports, async ({ app, actor, params }) => {
	const result = await listImports(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { imports: result.value } }) : result;
});

export const POST = serve(operations.createImport, async ({ app, actor, params, query, event }) => {
	const patience = wait(PATIENCE_MS, null, { ref: false });
	const asked = { said: operations.saidOf(query), skipBad: query.skipBad, dryRun: query.dryRun };
	if (query.upload !== undefined) {
		const begun = await importUpload(app, actor, { slug: params.slug, id: query.upload, ...asked });
		return begun.ok ? answered(begun.value, patience) : begun;
	}
	// The framework drops a body without a type, and the file would look empty.
	if (!event.request.headers.get('content-type')) return fail('unsupported_format', 'Send a Content-Type with the file, application/octet-stream for instance.');
	const begun = await importPairs(app, actor, {
		slug: params.slug,
		...asked,
		fileName: query.fileName ?? null,
		totalBytes: sizeSaid(event.request.headers.get('content-length')),
		source: wholeBody(event.request.body)
	});
	if (!begun.ok) return begun;
	// Answering while the client still sends would cut the upload off: first everything is received.
	await begun.value.received;
	return answered(begun.value, patience);
});
