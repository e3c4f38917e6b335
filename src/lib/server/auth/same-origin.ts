/** Whether a host is the machine itself, to which nobody is on the way. */
const isLoopback = (hostname: string) => hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(hostname);

/**
 * Whether a request comes from a page of this installation: its Origin is the
 * configured address, or names the host it was sent to (people type both
 * `localhost` and `127.0.0.1`). `secure`: the installation is reached by https, and
 * a page in the clear is not its own whatever it calls itself: whoever is on the
 * way can answer for that host, unless it is the machine itself (also through a tunnel). A browser sends Origin with everything that
 * changes something; without it the answer is no.
 */
export function isSameOrigin(request: Request, configured: string, secure: boolean): boolean {
	const origin = request.headers.get('origin');
	if (origin === null || origin === 'null') return false;
	if (origin === configured) return true;
	if (!URL.canParse(origin)) return false;
	const { host, hostname, protocol } = new URL(origin);
	return host === request.headers.get('host') && (!secure || protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
}

/** Methods that change nothing. */
export function isSafe(method: string): boolean {
	return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
