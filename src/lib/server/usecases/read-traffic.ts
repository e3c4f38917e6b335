import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as requests from '../db/gateway-requests.ts';
import type { RequestLine } from '../db/gateway-requests.ts';
import { allow } from './access.ts';

/** What the gateway was asked for a project's models, newest first, without a word of it; `next` is the cursor of the following page. */
export async function listTraffic(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; cursor?: string | undefined; limit: number }): Promise<Result<{ requests: RequestLine[]; next: string | null }>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'deployment.read');
	if (!access.ok) return access;
	const found = await requests.list(app.db, access.value.project.id, { cursor: input.cursor ?? null, limit: input.limit + 1 });
	const page = found.slice(0, input.limit);
	return ok({ requests: page, next: found.length > input.limit ? (page.at(-1)?.id ?? null) : null });
}
