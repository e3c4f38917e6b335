import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/fleet.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readFleet } from '#lib/server/usecases/read-fleet.ts';

export const GET = serve(operations.readFleet, async ({ app, actor }) => {
	const result = await readFleet(app, actor);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
