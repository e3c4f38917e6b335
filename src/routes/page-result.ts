import { error, redirect } from '@sveltejs/kit';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Result } from '#lib/domain/problem.ts';
import type { Actor } from '#lib/server/auth/actor.ts';

/** The value of a use case, or the error page with its reason. */
export function valueOf<T>(result: Result<T>, requestId: string): T {
	if (result.ok) return result.value;
	const { code, detail } = result.problem;
	error(PROBLEMS[code].status, { message: detail, code, requestId });
}

/** Who is signed in; others go to the sign-in page and come back. */
export function signedIn(locals: App.Locals, url: URL): Actor {
	if (locals.actor) return locals.actor;
	redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
}
