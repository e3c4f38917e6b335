import { detectAll } from './detect.ts';
import type { NamedDetector } from './detect.ts';
import type { Action, Finding, Kind, Span } from './kind.ts';
import { withoutOverlap } from './overlap.ts';

/** What stands in the place of something that was hidden and not numbered. */
export const MASK = '■■■■';

/** What is known of a project's wishes, ready for use: see `settings.ts`. */
export type Rules = {
	detectors: readonly NamedDetector[];
	actionOf: (kind: Kind) => Action;
	/** Whether somebody found this value not to be sensitive. */
	isException: (kind: Kind, text: string) => boolean;
};

/** A finding that was dealt with: where it stands in the new text, and what stood there. `action` is what was done. */
export type Dealt = Span & { kind: Kind; action: Exclude<Action, 'off'>; original: string };

/** A text after it was dealt with. */
export type Masked = { text: string; findings: Dealt[] };

/**
 * Deals with what detectors find in a text, and with `more` that was found
 * elsewhere. What is hidden comes before what is only told of: a stretch of the
 * latter that touches one of the former is not told of twice.
 */
export function maskText(text: string, rules: Rules, placeholderFor: (kind: Kind, original: string) => string, more: readonly Finding[] = []): Masked {
	const found = [...detectAll(text, rules.detectors), ...more].filter(({ kind, start, end }) => rules.actionOf(kind) !== 'off' && !rules.isException(kind, text.slice(start, end)));
	if (found.length === 0) return { text, findings: [] };
	const hides = ({ kind }: Finding) => rules.actionOf(kind) !== 'flag';
	const hidden = withoutOverlap(found.filter(hides));
	const told = withoutOverlap(found.filter((finding) => !hides(finding))).filter(({ start, end }) => !hidden.some((other) => other.start < end && start < other.end));
	let out = '';
	let at = 0;
	const findings: Dealt[] = [];
	for (const { kind, start, end } of [...hidden, ...told].sort((a, b) => a.start - b.start)) {
		const original = text.slice(start, end);
		const action = rules.actionOf(kind) as Exclude<Action, 'off'>;
		out += text.slice(at, start);
		const place = out.length;
		out += action === 'flag' ? original : action === 'mask' ? MASK : placeholderFor(kind, original);
		findings.push({ kind, action, original, start: place, end: out.length });
		at = end;
	}
	return { text: out + text.slice(at), findings };
}
