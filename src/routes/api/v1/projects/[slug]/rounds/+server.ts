import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readRounds } from '#lib/server/usecases/read-rounds.ts';

export const GET = serve(operations.listRounds, async ({ app, actor, params }) => {
	const result = await readRounds(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { rounds: result.value } }) : result;
});
