import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/run-control.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readRepeat } from '#lib/server/usecases/read-repeat.ts';

export const GET = serve(operations.repeatRun, async ({ app, actor, params, event }) => {
	const result = await readRepeat(app, actor, { runId: params.id, origin: event.url.origin });
	if (!result.ok) return result;
	const stream = new Blob([result.value.script]).stream();
	return ok({ status: 200, stream, headers: { 'content-type': 'text/x-shellscript; charset=utf-8', 'content-disposition': `attachment; filename="repeat-${params.id.slice(-8)}.sh"` } });
});
