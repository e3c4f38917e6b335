import type { Endpoint } from '#lib/server/db/endpoints.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import { openKey } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import { createInferenceClient } from '../inference/client.ts';
import { answerAll } from './answer-all.ts';
import type { AskContext, Ending } from './answer-all.ts';

/** A long answer of a slow model takes minutes; one that takes longer is not coming. */
const ANSWER_MS = 300_000;
/** No answer of text is larger. */
const ANSWER_BYTES = 4_000_000;
/** With waits of 1, 2, 4 … seconds, at most a minute each: about three minutes of a server's bad time. */
const RETRIES = 7;

/** Lets an endpoint answer what it has not answered yet. */
export async function askEndpoint(context: AskContext, at: GenerationAtHand, source: SourceAtHand & { endpoint: Endpoint }, ending: Ending): Promise<RunProblem | null> {
	const { endpoint } = source;
	if (endpoint.retiredAt !== null) return { code: 'endpoint_retired', message: `The endpoint “${endpoint.name}” was retired.`, hint: 'Ask another one.' };
	const key = await openKey(context.app, endpoint.id);
	if (!key.ok) return { code: 'key_unreadable', message: `The key of “${endpoint.name}” cannot be read on this worker.`, hint: key.problem.detail };
	const outbound = createOutbound(context.app.config.inhouse, { timeoutMs: ANSWER_MS, maxBytes: ANSWER_BYTES });
	try {
		const client = createInferenceClient({
			baseUrl: endpoint.baseUrl,
			model: endpoint.model,
			...(key.value === null ? {} : { apiKey: key.value }),
			concurrency: endpoint.concurrency,
			timeoutMs: ANSWER_MS,
			retries: RETRIES,
			backoffMs: 1000,
			fetch: outbound.fetch
		});
		return await answerAll(context, at, source, { client, concurrency: endpoint.concurrency, outside: true, noted: { model: endpoint.model } }, ending);
	} finally {
		await outbound.close();
	}
}
