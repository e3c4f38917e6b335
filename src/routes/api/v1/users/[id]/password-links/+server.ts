import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';

export const POST = serve(operations.issuePasswordLink, async ({ app, actor, params }) => {
	const link = await issuePasswordLink(app, actor, params.id);
	return link.ok ? ok({ status: 201, body: link.value }) : link;
});
