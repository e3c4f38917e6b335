import { cardMarkdown } from '#lib/domain/data-card/markdown.ts';
import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readCard } from '#lib/server/usecases/read-card.ts';

export const GET = serve(operations.readCard, async ({ app, actor, params, query }) => {
	const result = await readCard(app, actor, { id: params.id, locale: query.locale });
	if (!result.ok) return result;
	const stream = new Response(cardMarkdown(result.value.card)).body as ReadableStream;
	const headers = { 'content-type': 'text/markdown; charset=utf-8', 'content-disposition': `attachment; filename="card-${result.value.sha256.slice(0, 12)}.md"` };
	return ok({ status: 200, stream, headers });
});
