import { toShown } from './presentation.ts';
import type { SideOrder } from './presentation.ts';
import type { ShownVerdict, Verdict } from './verdict.ts';

/** The parts of a judgment that name sides, as stored: a and b. What spans and a rewrite hold besides their side is passed on as it is. */
export type CanonicalParts = { verdict: Verdict; criteria: Record<string, string> | null; spans: unknown; rewrite: unknown };
/** The same as the judge saw them: left and right. Null where it was not given here (imports). */
export type ShownParts = { verdict: ShownVerdict | null; criteria: Record<string, string> | null; spans: unknown; rewrite: unknown };

function sided(order: SideOrder, value: unknown): unknown {
	if (Array.isArray(value)) return value.map((item: unknown) => sided(order, item));
	if (typeof value !== 'object' || value === null || !('side' in value)) return value;
	const { side } = value;
	return side === 'a' || side === 'b' ? { ...value, side: toShown(order, side) } : value;
}

/** A stored judgment as it was shown in this side order; without one (an import) there is no left and right to tell of. */
export function asShown(order: SideOrder | null, stored: CanonicalParts): ShownParts {
	if (order === null) return { verdict: null, criteria: null, spans: null, rewrite: null };
	const { criteria } = stored;
	return {
		verdict: toShown(order, stored.verdict),
		criteria: criteria && Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, toShown(order, verdict as Verdict)])),
		spans: sided(order, stored.spans),
		rewrite: sided(order, stored.rewrite)
	};
}
