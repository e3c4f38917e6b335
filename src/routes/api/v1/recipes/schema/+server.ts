import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { recipeDocument } from '#lib/server/api/recipe-document.ts';
import { serve } from '#lib/server/api/serve.ts';

export const GET = serve(operations.recipeSchema, async () => ok({ status: 200, body: recipeDocument() }));
