import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detailBook, detailIn } from './detail-words.ts';
import { DETAILS_ZH } from './details-zh.ts';

const book = detailBook(DETAILS_ZH);

it('tells what is said word for word, and what has something in between', () => {
	expect(detailIn('There is no such run.', book)).toBe('没有这次训练。');
	expect(detailIn('There is no round 7.', book)).toBe('没有第 7 轮。');
	expect(detailIn('name: must not be empty', book)).toBe('name：不能为空');
	expect(detailIn('the number of the preferred answer, 0 to 1, or “tie” or “both_bad”', book)).toBe('优选回答的序号，0 到 1，或“tie”（相当）或“both_bad”（都不好）');
	expect(detailIn('3 of 40 rows cannot be taken. Send skipBad=true to take the rest, or discard the import and mend the file.', book)).toMatch(/^40 行中有 3 行/u);
	expect(detailIn("This needs the role engineer or owner; yours is annotator. The project's owner can change it.", book)).toBe('需要工程师或负责人角色；您的角色是：标注员。项目负责人可以更改。');
	expect(detailIn('The stage before the run: There is no such snapshot.', book)).toBe('训练之前的阶段：没有这份快照。');
});

it('says nothing of what is not in the book, whatever it looks like', () => {
	for (const detail of ['', 'Nobody wrote this.', 'There is no round', 'constructor', 'a: b: c', '{}']) expect(detailIn(detail, book)).toBeNull();
});

it('keeps every value that stands in the English', () => {
	for (const [says, told] of Object.entries(DETAILS_ZH)) {
		const values = says.split('{}').length - 1;
		const places = [...told.matchAll(/\{(\d*)\}/gu)].map(([, place], index) => (place === '' ? index + 1 : Number(place)));
		expect(places.toSorted((a, b) => a - b), says).toEqual(Array.from({ length: values }, (_, i) => i + 1));
	}
});

it('knows everything that is said of a row that cannot be taken', () => {
	const SAID = /\b(?:unread|wrong)\((?:(?:'[^']*'|`[^`]*`|[\w.]+(?:\([^)]*\))?), )?(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`)\)/gu;
	const said = new Set<string>();
	for (const file of globSync(['src/lib/domain/import-*.ts', 'src/lib/domain/row-*.ts', 'src/lib/domain/import-shapes/*.ts'])) {
		for (const [, plain, woven] of readFileSync(file, 'utf8').matchAll(SAID)) said.add((plain ?? woven ?? '').replaceAll(/\$\{[^}]*\}/gu, 'x'));
	}
	expect(said.size).toBeGreaterThan(50);
	expect([...said].filter((sentence) => detailIn(sentence, book) === null)).toEqual([]);
});

it('knows most of what use cases say as one sentence', () => {
	const said = new Set<string>();
	for (const file of globSync('src/lib/server/usecases/*.ts')) {
		for (const [, sentence] of readFileSync(file, 'utf8').matchAll(/\bfail\('[a-z_]+', '((?:[^'\\]|\\.)*)'/gu)) said.add((sentence ?? '').replaceAll("\\'", "'"));
	}
	const unknown = [...said].filter((sentence) => detailIn(sentence, book) === null);
	expect(said.size).toBeGreaterThan(100);
	// A new refusal may come a day before its Chinese; until then a page tells it in English, and says so.
	expect(unknown.length / said.size, unknown.join('\n')).toBeLessThan(0.25);
});
