import { isUsualColumn } from './columns.ts';
import { LISTS } from './own-rows.ts';
import { mayChangeRow } from './passed-over.ts';
import { ALONG } from './shape.ts';

/** Fields of rows that are called so in our own form or in lists of prompts alone. */
const OURS: readonly string[] = ['text', 'responses', 'mode'];

/** Whether a column of this name, in small letters, says something of a row to whoever reads it; another one stands beside and is listed as not read, whatever it holds. */
export function isReadName(name: string): boolean {
	return isUsualColumn(name) || mayChangeRow(name) || [...ALONG, ...LISTS, ...OURS].includes(name);
}
