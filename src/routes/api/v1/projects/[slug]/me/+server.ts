import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/history.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readOwnFigures } from '#lib/server/usecases/read-own-figures.ts';

export const GET = serve(operations.readOwnFigures, async ({ app, actor, params }) => {
	const result = await readOwnFigures(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
