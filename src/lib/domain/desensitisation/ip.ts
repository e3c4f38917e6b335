import type { Span } from './kind.ts';

const V4 = /(?<![\w.])(?<!(?:version|版本|v)[ :：]?)(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?(?![\w]|\.\d)/giu;
const V6 = /(?<![\w:.])[\da-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?:%\w{1,16})?(?:\/\d{1,3})?(?![\w:])/giu;

function isV4(text: string): boolean {
	const parts = text.split('.');
	return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Whether a text is an address of IP version 6 (RFC 4291, 2.2). */
export function isV6(text: string): boolean {
	const halves = text.split('::');
	if (halves.length > 2) return false;
	const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
	const last = groups.at(-1) ?? '';
	const embedded = last.includes('.');
	if (embedded && !isV4(last)) return false;
	const count = groups.length + (embedded ? 1 : 0);
	if (!groups.every((group, i) => /^[\da-f]{1,4}$/i.test(group) || (embedded && i === groups.length - 1))) return false;
	return halves.length === 2 ? count <= 7 : count === 8;
}

/** Addresses of computers. A version number after “v” or “version” is none, nor is `a::b` of a program: one long group at least. */
export function findIps(folded: string): Span[] {
	const v4 = [...folded.matchAll(V4)].filter(({ 0: address }) => isV4(address.replace(/\/.*/, '')));
	const v6 = [...folded.matchAll(V6)].filter(({ 0: address }) => {
		const plain = address.replace(/[%/].*/, '');
		return plain.includes(':') && isV6(plain) && /[\da-f]{3}/i.test(plain);
	});
	return [...v4, ...v6].map(({ index, 0: address }) => ({ start: index, end: index + address.length }));
}
