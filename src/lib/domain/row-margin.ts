type Read = { ok: true; margin: number | null } | { ok: false; error: { field: string; message: string } };

/** Above this it is no distance between two answers any more. */
const MOST = 1e6;

/**
 * By how much a row says that the preferred of its two answers is better, as
 * reward models read it (TRL's and ms-swift's `margin`): to six digits, as rows
 * hold it. Null: it does not say; that is also what a 0 says, which trainers
 * take where nobody said anything, and which our TRL rows therefore hold.
 */
export function readMargin(value: unknown, of: { answers: number; prefers: boolean; field?: string }): Read {
	const wrong = (message: string): Read => ({ ok: false, error: { field: of.field ?? 'margin', message } });
	if (value === undefined || value === null || value === '') return { ok: true, margin: null };
	// Cells of a table are texts.
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number !== 'number' || !(number >= 0 && number <= MOST)) return wrong('by how much the preferred answer is better: a number from 0 to 1000000');
	const margin = Number(number.toFixed(6));
	if (margin === 0) return { ok: true, margin: null };
	if (!of.prefers) return wrong('goes with a stated preference: “chosen” and “rejected”, or “preferred”');
	return of.answers === 2 ? { ok: true, margin } : wrong(`is between two answers; here are ${of.answers}`);
}
