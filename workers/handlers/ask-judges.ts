import { readVerdict, JUDGE_SAMPLING } from '#lib/domain/suite/judge-question.ts';
import * as endpoints from '#lib/server/db/endpoints.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import { keepSaid } from '#lib/server/usecases/judge-run.ts';
import type { EndpointAsking } from '#lib/server/usecases/judge-run.ts';
import { openKey } from '#lib/server/usecases/make-answers.ts';
import { createInferenceClient } from '../inference/client.ts';
import type { InferenceClient } from '../inference/client.ts';
import type { AskContext } from './answer-all.ts';

/** How long a judge is waited for, and how often it is asked again. */
export type JudgeLimits = { answerMs: number; maxBytes: number; retries: number; backoffMs: number };

/** One sentence and a verdict: what takes longer or is larger is not coming. */
export const JUDGE_LIMITS: JudgeLimits = { answerMs: 60_000, maxBytes: 1_000_000, retries: 4, backoffMs: 1000 };

/** After so many questions in a row without an answer the rest is not tried. */
const GIVE_UP_AFTER = 10;

/** Puts to one judge what it has not said yet. A judge that fails ends nothing: each question that got no verdict is noted with its reason, and the next run asks again. */
async function askOne(context: AskContext, projectId: string, endpointId: string, askings: readonly EndpointAsking[], limits: JudgeLimits, signal: AbortSignal): Promise<void> {
	const { app } = context;
	const missed = (asking: EndpointAsking, code: string) => keepSaid(app, projectId, asking, { missed: code });
	const noteAll = async (code: string) => {
		for (const asking of askings) await missed(asking, code);
	};
	const endpoint = await endpoints.get(app.db, endpointId);
	if (!endpoint || endpoint.retiredAt !== null) return noteAll('endpoint_retired');
	const key = await openKey(app, endpointId);
	if (!key.ok) return noteAll('key_unreadable');
	const outbound = createOutbound(app.config.inhouse, { timeoutMs: limits.answerMs, maxBytes: limits.maxBytes });
	const client: InferenceClient = createInferenceClient({
		baseUrl: endpoint.baseUrl,
		model: endpoint.model,
		...(key.value === null ? {} : { apiKey: key.value }),
		concurrency: endpoint.concurrency,
		timeoutMs: limits.answerMs,
		retries: limits.retries,
		backoffMs: limits.backoffMs,
		fetch: outbound.fetch
	});
	let next = 0;
	let failedInARow = 0;
	/** Why it is asked no more: the rest would fare no better. */
	let over: string | null = null;

	async function lane(): Promise<void> {
		for (let asking = askings[next++]; asking && !signal.aborted; asking = askings[next++]) {
			if (over !== null) {
				await missed(asking, over);
				continue;
			}
			if (asking.stays) {
				await missed(asking, 'upload_stays_here');
				continue;
			}
			const answer = await client.complete(asking.question, JUDGE_SAMPLING, { signal });
			if (signal.aborted) return;
			if (answer.ok) {
				failedInARow = 0;
				await keepSaid(app, projectId, asking, readVerdict(asking.kind, answer.value.text));
				continue;
			}
			failedInARow += 1;
			if (answer.problem.endpoint || failedInARow >= GIVE_UP_AFTER) over ??= answer.problem.code;
			await missed(asking, answer.problem.code);
		}
	}
	try {
		await Promise.all(Array.from({ length: endpoint.concurrency }, lane));
	} finally {
		await outbound.close();
	}
}

/** Puts these questions to the endpoints that they are for. Each answer is kept when it comes: who goes on later asks for the rest. */
export async function askJudges(context: AskContext, projectId: string, askings: readonly EndpointAsking[], signal: AbortSignal, limits: JudgeLimits = JUDGE_LIMITS): Promise<void> {
	const byEndpoint = Map.groupBy(askings, ({ endpointId }) => endpointId);
	for (const [endpointId, own] of byEndpoint) if (!signal.aborted) await askOne(context, projectId, endpointId, own, limits, signal);
}
