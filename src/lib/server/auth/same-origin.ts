/**
 * Whether a request comes from a page of this installation: its Origin is the
 * configured address, or names the host it was sent to (people type both
 * `localhost` and `127.0.0.1`). A browser sends Origin with everything that
 * changes something; without it the answer is no.
 */
export function isSameOrigin(request: Request, configured: string): boolean {
	const origin = request.headers.get('origin');
	if (origin === null || origin === 'null') return false;
	return origin === configured || (URL.canParse(origin) && new URL(origin).host === request.headers.get('host'));
}

/** Methods that change nothing. */
export function isSafe(method: string): boolean {
	return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
