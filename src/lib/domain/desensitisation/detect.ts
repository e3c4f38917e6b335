import { findAmounts } from './amount.ts';
import { findBankCards } from './bank-card.ts';
import { findEmails } from './email.ts';
import { fold } from './fold.ts';
import { findIbans } from './iban.ts';
import { findIdCards } from './id-card.ts';
import { findIps } from './ip.ts';
import { keptMarks } from './kept-marks.ts';
import type { Detector, Finding, Kind, RULE_KINDS } from './kind.ts';
import { withoutOverlap } from './overlap.ts';
import { findPassports } from './passport.ts';
import { findPhones } from './phone.ts';
import { findPlates } from './plate.ts';
import { findUrlSecrets } from './url-secret.ts';

/** The detector of each kind that is found by its form. */
export const RULES: Readonly<Record<(typeof RULE_KINDS)[number], Detector>> = {
	id_card: findIdCards,
	bank_card: findBankCards,
	iban: findIbans,
	phone: findPhones,
	email: findEmails,
	passport: findPassports,
	plate: findPlates,
	url_secret: findUrlSecrets,
	ip: findIps,
	amount: findAmounts
};

/** A detector with the kind of what it finds. */
export type NamedDetector = { kind: Kind; find: Detector };

/** Every detector of forms, for who is warned before they send something. */
export const ALL_RULES: readonly NamedDetector[] = Object.entries(RULES).map(([kind, find]) => ({ kind: kind as Kind, find }));

/** Everything that detectors find in a text, as they found it: findings may overlap. Template markup, references and placeholders are never part of one. */
export function detectAll(text: string, detectors: readonly NamedDetector[]): Finding[] {
	if (detectors.length === 0 || text === '') return [];
	const folded = fold(text);
	const found = detectors.flatMap(({ kind, find }) => find(folded).map((span) => ({ ...span, kind })));
	if (found.length === 0) return found;
	const kept = keptMarks(text);
	if (kept.length === 0) return found;
	// What lies on both sides of a mark is found on both; the mark stays whole.
	return found.flatMap((finding) => {
		let pieces: Finding[] = [finding];
		for (const { start, end } of kept) {
			pieces = pieces.flatMap((piece) => (end <= piece.start || start >= piece.end ? [piece] : [{ ...piece, end: start }, { ...piece, start: end }].filter((one) => one.end > one.start)));
		}
		return pieces;
	});
}

/** What is sensitive in a text, by place and without overlap. */
export function detect(text: string, detectors: readonly NamedDetector[] = ALL_RULES): Finding[] {
	return withoutOverlap(detectAll(text, detectors));
}
