import type { Fields } from './shape.ts';

/**
 * A row in our own form whose answer stands alone without a label, as one that
 * whoever brings it in stands by: good. Files of demonstrations say so by being
 * such files, and in no row. What is judged, or compared, stays as it is.
 */
export function asAccepted(fields: Fields): Fields {
	const { completion, responses, label, judgments, mode } = fields;
	const alone = completion !== undefined || (Array.isArray(responses) && responses.length === 1);
	if (!alone || (label ?? null) !== null || (judgments ?? null) !== null || mode === 'pair') return fields;
	return { ...fields, ...(completion === undefined ? { mode: 'single' } : {}), label: true };
}
