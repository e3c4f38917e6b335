import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { ok } from '#lib/domain/problem.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { listProjects } from '#lib/server/usecases/list-projects.ts';

export const GET = serve(operations.listProjects, async ({ app, actor }) => ok({ status: 200, body: { projects: await listProjects(app, actor) } }));

export const POST = serve(operations.createProject, async ({ app, actor, body }) => {
	const made = await createProject(app, actor, body);
	return made.ok ? ok({ status: 201, body: made.value }) : made;
});
