import { detailBook, detailIn } from './detail-words.ts';
import { DETAILS_ZH } from './details-zh.ts';

const book = detailBook(DETAILS_ZH);

/** A detail in Chinese; null where the book does not have it. A browser loads this with the book, when there is something to tell. */
export const tellInChinese = (detail: string): string | null => detailIn(detail, book);
