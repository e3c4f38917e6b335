import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desensitisation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { addOwnWord } from '#lib/server/usecases/review-findings.ts';

export const POST = serve(operations.addOwnWord, async ({ app, actor, params, body }) => {
	const result = await addOwnWord(app, actor, { slug: params.slug, word: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
