import { expect, test } from 'vitest';
import { fullest, hindranceOf, IN_PIECES_FROM_BYTES, mayArriveLater, PIECE_BYTES, PIECE_RETRIES_MS, UPLOAD_KEPT_HOURS } from './upload.ts';

test('a file in pieces has more than one, and a server that is away is waited for while an upload is kept', () => {
	expect(IN_PIECES_FROM_BYTES).toBeGreaterThan(PIECE_BYTES);
	const waited = PIECE_RETRIES_MS.reduce((sum, each) => sum + each, 0);
	expect(waited).toBeGreaterThanOrEqual(9 * 60_000);
	expect(waited).toBeLessThan(UPLOAD_KEPT_HOURS * 3_600_000);
	expect(PIECE_RETRIES_MS).toEqual([...PIECE_RETRIES_MS].sort((x, y) => x - y));
});

test.each([
	[0, true], [409, true], [423, true], [429, true], [500, true], [502, true], [503, true],
	[400, false], [401, false], [403, false], [404, false], [413, false], [415, false], [422, false]
])('a piece that was answered %i may be sent again: %s', (status, again) => expect(mayArriveLater('PATCH', status)).toBe(again));

test('what is said of an upload that is to begin stays said: too many of them, no room', () => {
	expect([0, 502, 504, 409, 413, 503].map((status) => mayArriveLater('POST', status))).toEqual([true, true, true, false, false, false]);
});

test('of several uploads of a file the fullest goes on, and of equal ones the newest, which is listed first', () => {
	expect(fullest([])).toBeNull();
	expect(fullest([{ id: 'c', bytes: 0 }, { id: 'b', bytes: 9 }, { id: 'a', bytes: 9 }])).toEqual({ id: 'b', bytes: 9 });
});

test('a server that answers is not told to be away, and who is taken turns with is named', () => {
	expect([0, 502, 503].map((status) => hindranceOf(status, ''))).toEqual([{ kind: 'away' }, { kind: 'away' }, { kind: 'away' }]);
	expect([409, 423].map((status) => hindranceOf(status, 'The piece broke off.'))).toEqual([{ kind: 'elsewhere' }, { kind: 'elsewhere' }]);
	expect(hindranceOf(503, 'The disk is full.')).toEqual({ kind: 'said', detail: 'The disk is full.' });
});
