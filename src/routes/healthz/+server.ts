import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/health.ts';
import { serve } from '#lib/server/api/serve.ts';

export const GET = serve(operations.healthz, async () => ok({ status: 200, body: { status: 'alive' } }));
