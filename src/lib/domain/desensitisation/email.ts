import type { Span } from './kind.ts';

/** Local part and domain of RFC 5321 in their usual signs; the lengths are that standard's, and keep the match linear. */
const ADDRESS = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]{1,64}(?:@| ?[[(](?:at|AT)[\])] ?)(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?(?:\.| ?[[(](?:dot|DOT)[\])] ?)){1,8}[A-Za-z]{2,24}(?![\dA-Za-z])/gu;
/** The same where Chinese stands right before: it belongs to the sentence. */
const PLAIN = /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.){1,8}[A-Za-z]{2,24}(?![\dA-Za-z])/gu;
const HAN = /\p{Script=Han}/u;

/** Addresses of electronic mail, also with “[at]”. */
export function findEmails(folded: string): Span[] {
	const spans = (pattern: RegExp) => [...folded.matchAll(pattern)].map(({ index, 0: address }) => ({ start: index, end: index + address.length }));
	return [...spans(PLAIN), ...spans(ADDRESS).filter(({ start, end }) => !HAN.test(folded.slice(start, end)))];
}
