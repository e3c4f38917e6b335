import { redirect } from '@sveltejs/kit';
import { signOut } from '#lib/server/usecases/sign-out.ts';
import { valueOf } from '../../page-result.ts';
import type { RequestHandler } from './$types';

/** Signs out; only by POST, which SvelteKit takes from this site's own pages alone. */
export const POST: RequestHandler = async ({ locals, request, cookies }) => {
	const out = valueOf(await signOut(locals.app, locals.actor, { cookie: request.headers.get('cookie') }), locals.requestId);
	cookies.set(out.cookie.name, out.cookie.value, out.cookie.attributes);
	redirect(303, '/sign-in?done=out');
};

/** Who typed the address or came back to it: nothing is ended by a link that anybody can put anywhere. */
export const GET: RequestHandler = () => redirect(303, '/');
