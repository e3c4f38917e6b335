import { ok } from '#lib/domain/problem.ts';
import { openApiDocument } from '#lib/server/api/openapi.ts';
import * as operations from '#lib/server/api/operations/health.ts';
import { serve } from '#lib/server/api/serve.ts';

export const GET = serve(operations.openapi, async () => ok({ status: 200, body: openApiDocument() }));
