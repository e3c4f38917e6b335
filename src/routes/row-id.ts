import { error } from '@sveltejs/kit';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether a text from an address can be the id of a row. */
export function isRowId(text: string | null): text is string {
	return text !== null && UUID.test(text);
}

/** The id of a row in an address; anything else is a page that does not exist, not a broken query. */
export function rowId(text: string, requestId: string): string {
	if (!isRowId(text)) error(404, { message: 'There is no such page.', code: 'not_found', requestId });
	return text;
}
