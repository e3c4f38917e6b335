import { KINDS } from './kind.ts';
import type { Finding } from './kind.ts';

const RANK = new Map(KINDS.map((kind, rank) => [kind, rank]));
const rank = (finding: Finding) => RANK.get(finding.kind) ?? KINDS.length;

/**
 * Findings without overlap, by their place. The rule: findings that share a sign
 * become one that covers them all, so that nothing which was found stays to be
 * read; it is of the longest one's kind, and of two as long, of the kind that
 * stands first in `KINDS` (what the project listed, then what has a check digit).
 */
export function withoutOverlap(findings: readonly Finding[]): Finding[] {
	const sorted = findings.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || b.end - a.end || rank(a) - rank(b));
	const merged: { whole: Finding; longest: Finding }[] = [];
	for (const finding of sorted) {
		const last = merged.at(-1);
		if (!last || finding.start >= last.whole.end) {
			merged.push({ whole: { ...finding }, longest: finding });
			continue;
		}
		last.whole.end = Math.max(last.whole.end, finding.end);
		const longer = finding.end - finding.start - (last.longest.end - last.longest.start);
		if (longer > 0 || (longer === 0 && rank(finding) < rank(last.longest))) last.longest = finding;
	}
	return merged.map(({ whole, longest }) => ({ ...whole, kind: longest.kind }));
}
