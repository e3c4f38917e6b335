/** A day as a date field has it, `2026-11-23`; null: it is none. */
function parts(day: string): [number, number, number] | null {
	const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
	return found ? [Number(found[1]), Number(found[2]) - 1, Number(found[3])] : null;
}

/** The beginning of a day where the reader is, as an instant. */
export function startOfDay(day: string): string | null {
	const found = parts(day);
	return found && new Date(found[0], found[1], found[2]).toISOString();
}

/** The last moment of a day where the reader is, as an instant. */
export function endOfDay(day: string): string | null {
	const found = parts(day);
	return found && new Date(found[0], found[1], found[2], 23, 59, 59).toISOString();
}

/** A day some days from now, as a date field has it. */
export function dayFrom(now: Date, days: number): string {
	const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
	return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}
