import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desensitisation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { readDesensitisation } from '#lib/server/usecases/read-desensitisation.ts';

export const GET = serve(operations.readDesensitisation, async ({ app, actor, params }) => {
	const result = await readDesensitisation(app, actor, { slug: params.slug });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putDesensitisation, async ({ app, actor, params, query, body }) => {
	const result = await putDesensitisation(app, actor, { slug: params.slug, settings: body, basedOn: query.basedOn });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
