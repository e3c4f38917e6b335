import type { Span } from './kind.ts';

/** Length of an account number by country, from the IBAN registry of SWIFT (ISO 13616), release 99. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
	(
		'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 ' +
		'LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
	)
		.split(' ')
		.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))])
);

/** Whether upper-case letters and digits are an account number: the country's length, and the remainder 1 of ISO 7064 MOD 97-10. */
export function isIban(text: string): boolean {
	if (LENGTHS[text.slice(0, 2)] !== text.length) return false;
	let rest = 0;
	for (const sign of text.slice(4) + text.slice(0, 4)) {
		const value = parseInt(sign, 36);
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest === 1;
}

const START = /(?<![\dA-Za-z])[A-Za-z]{2}\d{2}(?=[ -]?[\dA-Za-z])/gu;
const SIGN = /[\dA-Za-z]/u;

/** Where so many letters and digits end that begin here, blanks and dashes among them not counted; null: there are not so many. */
function endOf(text: string, start: number, count: number): number | null {
	let apart = 0;
	for (let at = start, left = count; at < text.length; at++) {
		const sign = text.charAt(at);
		if (SIGN.test(sign)) {
			[left, apart] = [left - 1, 0];
			if (left === 0) return SIGN.test(text.charAt(at + 1)) ? null : at + 1;
		} else if ((sign !== ' ' && sign !== '-') || ++apart > 2) return null;
	}
	return null;
}

/** International bank account numbers, also in groups of four. */
export function findIbans(folded: string): Span[] {
	return [...folded.matchAll(START)].flatMap(({ index, 0: head }) => {
		const length = LENGTHS[head.slice(0, 2).toUpperCase()];
		const end = length === undefined ? null : endOf(folded, index, length);
		return end !== null && isIban(folded.slice(index, end).replace(/[ -]/g, '').toUpperCase()) ? [{ start: index, end }] : [];
	});
}
