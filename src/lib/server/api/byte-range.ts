/** Which bytes a `Range` header asks for: one range within the size; null: all of it, also where the header is not understood (RFC 9110, 14.2). */
export function byteRange(header: string | null, size: number): { start: number; end: number } | null {
	const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
	if (first === '' && last === '') return null;
	const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
	const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
	return start <= end ? { start, end } : null;
}
