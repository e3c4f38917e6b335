import type { Span } from './kind.ts';

const URL_FORM = /(?<![\dA-Za-z])[a-z][a-z\d+.-]{1,20}:\/\/[!#-&(-;=?-_a-~]{3,4000}/giu;
/** The same as people paste it, without its scheme. */
const BARE_FORM = /(?<![\w@.:/-])(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.){1,6}[a-z]{2,24}(?::\d{1,5})?(?=[/?#])[!#-&(-;=?-_a-~]{3,4000}/giu;
const USER_AND_PASSWORD = /^[^/?#]+:[^/?#@]*@/u;
const SECRET = /(?:^|[?&#;])(?:x-amz-|x-goog-)?(?:[a-z_-]{0,20}(?:token|secret|password|passwd|signature|credential|api[_-]?key|access[_-]?key)|pwd|pass|key|sig|auth|authorization|session(?:[_-]?id)?|sid|jwt|code|ticket|sas)=[^&#\s]{4,}/iu;

/** Addresses that open something to whoever has them: a password before the host, or a token behind it. The whole address, since its parts tell the rest. */
export function findUrlSecrets(folded: string): Span[] {
	return [...folded.matchAll(URL_FORM), ...folded.matchAll(BARE_FORM)].flatMap(({ index, 0: found }) => {
		const url = found.replace(/[.,;:!?)\]}]+$/u, '');
		const scheme = /^[a-z][a-z\d+.-]{1,20}:\/\//iu.exec(url)?.[0] ?? '';
		const rest = url.slice(scheme.length);
		const query = /[?#].*/u.exec(rest)?.[0] ?? '';
		return (scheme !== '' && USER_AND_PASSWORD.test(rest)) || SECRET.test(query) ? [{ start: index, end: index + url.length }] : [];
	});
}
