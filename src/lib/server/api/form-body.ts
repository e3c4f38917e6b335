import { wholeBody } from './whole-body.ts';

/** Largest form that a page sends, with room for texts that triple in size on the way. Files never come in one: they are streamed to the API. */
export const MOST_FORM_BYTES = 8 * 1024 * 1024;
/** Of a larger one, so much is read on and thrown away before the connection is cut. */
const MOST_PASSED_OVER_BYTES = 64 * 1024 * 1024;

/**
 * The request of a page's form, whose reader will hold all of it in memory; null
 * when it is larger than `most`. What does not say how long it is is read here
 * and counted.
 */
export async function boundedForm(request: Request, most = MOST_FORM_BYTES, mostPassedOver = MOST_PASSED_OVER_BYTES): Promise<Request | null> {
	const said = request.headers.get('content-length');
	if (!request.body || (said !== null && Number(said) <= most)) return request;
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of wholeBody(request.body, mostPassedOver)) {
		size += chunk.byteLength;
		if (said !== null || size > most) return null;
		chunks.push(chunk);
	}
	return new Request(request, { body: Buffer.concat(chunks) });
}
