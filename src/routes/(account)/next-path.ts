/** Doors that must not lead to a door, and addresses that are no page. */
const NO_PAGE = /^\/(sign-in|sign-out|set-up|password|api|healthz|readyz)(\/|$)/;

/**
 * Where somebody goes after signing in: a page of this site, else the front
 * door. A link that a stranger made must not send a person with a fresh
 * session to another site that looks like this one.
 */
export function nextPath(wanted: string | null, origin: string): string {
	if (!wanted?.startsWith('/') || !URL.canParse(wanted, origin)) return '/';
	const url = new URL(wanted, origin);
	// `/.//host` stays on this origin, but its path alone would be read as another host.
	if (url.origin !== origin || url.pathname.startsWith('//') || NO_PAGE.test(url.pathname)) return '/';
	return url.pathname + url.search + url.hash;
}
