import { criteriaToShown } from './judging-form.ts';
import { toShown } from './presentation.ts';
import type { SideOrder } from './presentation.ts';
import type { Rewrite, ShownRewrite } from './rewrite.ts';
import { spansToShown } from './span.ts';
import type { ShownSpan, Span } from './span.ts';
import type { ShownVerdict, Verdict } from './verdict.ts';

/** The parts of a judgment that name sides, as stored: a and b. */
export type CanonicalParts = { verdict: Verdict; criteria: Record<string, string> | null; spans: Span[] | null; rewrite: Rewrite | null };
/** The same as the judge saw them: left and right. Null where it was not given here (imports). */
export type ShownParts = { verdict: ShownVerdict | null; criteria: Record<string, string> | null; spans: ShownSpan[] | null; rewrite: ShownRewrite | null };

/** A stored judgment as it was shown in this side order; without one (an import) there is no left and right to tell of. */
export function asShown(order: SideOrder | null, { verdict, criteria, spans, rewrite }: CanonicalParts): ShownParts {
	if (order === null) return { verdict: null, criteria: null, spans: null, rewrite: null };
	return {
		verdict: toShown(order, verdict),
		criteria: criteria && criteriaToShown(order, criteria),
		spans: spans && spansToShown(order, spans),
		rewrite: rewrite && { ...rewrite, side: (rewrite.side === 'a') === (order === 'ab') ? 'left' : 'right' }
	};
}
