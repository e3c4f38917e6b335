import { detailBook, detailIn } from './detail-words.ts';
import type { DetailBook } from './detail-words.ts';

let book = $state.raw<DetailBook | null>(null);

/** Opens the book of details: a server before its first page, a browser once there is something to tell. */
export async function openDetails(): Promise<void> {
	const { DETAILS_ZH } = await import('./details-zh.ts');
	book ??= detailBook(DETAILS_ZH);
}

/** A detail in Chinese; null while the book is closed, or where it is not in there. */
export const toldInChinese = (detail: string): string | null => book && detailIn(detail, book);
