import { expect, it } from 'vitest';
import { betweenCells } from './looks-like-table.ts';

it('finds the sign that every line holds equally often', () => {
	expect(betweenCells(['Frage#Gut#Schlecht', 'Ist sie wirksam?#Ja.#Nein.'])).toBe('#');
	expect(betweenCells(['a\u0001b', 'c\u0001d', 'e\u0001f'])).toBe('\u0001');
});

it('takes no text for a table', () => {
	for (const lines of [['Is it valid, then?', 'How long, please?'], ['通知期限是多久？', '可以吗？'], ['What is 2^3?', 'And what is 2^3^4?'], ['one#line'], ['a#b', 'c'], []]) expect(betweenCells(lines)).toBeNull();
});
