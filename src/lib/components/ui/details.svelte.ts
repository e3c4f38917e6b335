/** Tells a detail in Chinese, null where it cannot; none before the book is open. */
let tell = $state.raw<((detail: string) => string | null) | null>(null);

/** Opens the book of details: a server before its first page, a browser once there is something to tell. */
export async function openDetails(): Promise<void> {
	const { tellInChinese } = await import('./tell-in-chinese.ts');
	tell ??= tellInChinese;
}

/** A detail in Chinese; null while the book is closed, or where it is not in there. */
export const toldInChinese = (detail: string): string | null => tell?.(detail) ?? null;
