import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { actorNow } from '#lib/server/auth/identify.ts';
import { runStream } from '#lib/server/live/run-stream.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';

export const GET = serve(operations.followRun, async ({ app, actor, params, event }) => {
	const result = await readRun(app, actor, params.id);
	if (!result.ok) return result;
	const { headers } = event.request;
	const after = Number(headers.get('last-event-id') ?? 0);
	const sent = { cookie: headers.get('cookie'), authorization: headers.get('authorization') };
	const stream = runStream(app, () => actorNow(app, sent), params.id, Number.isSafeInteger(after) && after > 0 ? after : 0);
	return ok({ status: 200, stream, headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
});
