import { redirect } from '@sveltejs/kit';
import { listProjects } from '#lib/server/usecases/list-projects.ts';
import { signedIn } from '../page-result.ts';
import type { RequestHandler } from './$types';

/** The front door: to the only project, else to the list. An admin needs the list, where projects and accounts are made. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const actor = signedIn(locals, url);
	const projects = await listProjects(locals.app, actor);
	const only = projects.length === 1 && !actor.isAdmin ? projects[0] : undefined;
	redirect(303, only ? `/projects/${only.slug}` : '/projects');
};
