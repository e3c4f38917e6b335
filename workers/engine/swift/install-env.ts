/** Variables by which Python, pip and uv find their tools, settings, caches and the way out of the firm's network. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|LANG|LC_\w+|XDG_\w+|LD_LIBRARY_PATH|PYENV_\w+|PIP_\w+|UV_\w+|NETRC|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)$/;

/**
 * The environment of whoever installs: what runs there is other people's build code. The worker's secrets (database
 * URL, keys) stay out.
 */
export function installEnv(worker: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(worker).filter(([name]) => PASSED_ON.test(name)));
}
