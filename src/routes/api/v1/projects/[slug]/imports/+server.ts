import { setTimeout as wait } from 'node:timers/promises';
import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { listImports } from '#lib/server/usecases/read-import.ts';

/** After this long the answer is 202 and the client asks for the import. */
const PATIENCE_MS = 10_000;

async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * An upload that is read to its end also when its reader gave it up (bytes that
 * are no text, early in a large file): cut off in the middle, the client would
 * see a broken connection instead of the reason.
 */
async function* whole(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	const reader = body.getReader();
	let over = false;
	try {
		for (;;) {
			const { done, value } = await reader.read();
			over = done;
			if (done) return;
			yield value;
		}
	} catch (error) {
		over = true;
		throw error;
	} finally {
		while (!over) over = await reader.read().then((rest) => rest.done, () => true);
	}
}

export const GET = serve(operations.listImports, async ({ app, actor, params }) => {
	const result = await listImports(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { imports: result.value } }) : result;
});

export const POST = serve(operations.createImport, async ({ app, actor, params, query, event }) => {
	// The framework drops a body without a type, and the file would look empty.
	if (event.request.headers.get('content-type') === null) return fail('unsupported_format', 'Send a Content-Type with the file: application/x-ndjson or text/csv.');
	const begun = await importPairs(app, actor, {
		slug: params.slug,
		format: query.format,
		skipBad: query.skipBad,
		fileName: query.fileName ?? null,
		source: event.request.body ? whole(event.request.body) : nothing()
	});
	if (!begun.ok) return begun;
	const { id, received, done } = begun.value;
	const patience = wait(PATIENCE_MS, null, { ref: false });
	// Answering while the client still sends would cut the upload off: first everything is received.
	await received;
	const outcome = await Promise.race([done, patience]);
	if (outcome === null) return ok({ status: 202, body: { id, status: 'staging' }, headers: { location: `/api/v1/imports/${id}` } });
	return outcome.ok ? ok({ status: 201, body: outcome.value, headers: { location: `/api/v1/imports/${id}` } }) : outcome;
});
