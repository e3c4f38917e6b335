import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { detailBook, detailIn } from './detail-words.ts';
import { ENGINE_DETAILS_ZH } from './details-engine-zh.ts';
import { FIELD_DETAILS_ZH } from './details-fields-zh.ts';
import { IMPORT_DETAILS_ZH } from './details-import-zh.ts';
import { SERVER_DETAILS_ZH } from './details-server-zh.ts';
import { SETTINGS_DETAILS_ZH } from './details-settings-zh.ts';
import { DETAILS_ZH } from './details-zh.ts';

const book = detailBook(DETAILS_ZH);

/** Everything that an expression can come to as text; what is only known later is a 7, and with nothing before it a bracket or nothing. */
function texts(node: ts.Expression, before = ''): string[] {
	if (ts.isParenthesizedExpression(node)) return texts(node.expression, before);
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue, before), ...texts(node.whenFalse, before)];
	if (ts.isTemplateExpression(node)) return node.templateSpans.reduce((all, { expression, literal }) => all.flatMap((so) => texts(expression, so).map((it) => so + it + literal.text)), [node.head.text]);
	return /\w$/u.test(before) ? ['', ' (7)'] : ['7'];
}

/** Every whole sentence that stands in these files: what they say to people, in which logs have no part. */
function sentencesOf(files: readonly string[]): Set<string> {
	const said = new Set<string>();
	const look = (node: ts.Node): void => {
		if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return ts.forEachChild(node, look);
		for (const text of texts(node)) if (/^[\p{Lu}“7][^\n]* [^\n]*\.$/u.test(text)) said.add(text);
	};
	for (const file of globSync(files, { exclude: ['**/*.test.ts'] })) look(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
	return said;
}

const unknownOf = (said: ReadonlySet<string>): string[] => [...said].filter((sentence) => detailIn(sentence, book) === null);

it('tells what is said word for word, and what has something in between', () => {
	expect(detailIn('There is no such run.', book)).toBe('没有这次训练。');
	expect(detailIn('There is no round 7.', book)).toBe('没有第 7 轮。');
	expect(detailIn('name: must not be empty', book)).toBe('name：不能为空');
	expect(detailIn('the number of the preferred answer, 0 to 1, or “tie” or “both_bad”', book)).toBe('优选回答的序号，0 到 1，或“tie”（相当）或“both_bad”（都不好）');
	expect(detailIn('3 of 40 rows cannot be taken. Send skipBad=true to take the rest, or discard the import and mend the file.', book)).toMatch(/^40 行中有 3 行/u);
	expect(detailIn("This needs the role engineer or owner; yours is annotator. The project's owner can change it.", book)).toBe('需要工程师或负责人角色；您的角色是：标注员。项目负责人可以更改。');
	expect(detailIn('The stage before the run: There is no such snapshot.', book)).toBe('训练之前的阶段：没有这份快照。');
	expect(detailIn('β 0,1 · rank 8: The whole run would be warm-up.', book)).toBe('β 0,1 · rank 8：整个训练都会是预热。');
});

it('tells sentences that stand after each other, whatever stands within them', () => {
	expect(detailIn('There is no round 7. There is no round 8.', book)).toBe('没有第 7 轮。没有第 8 轮。');
	expect(detailIn('It broke off 3 times without getting further. The model server did not start. The disk is full. Look at the server’s log.', book)).toBe('已中断 3 次，没有进展。模型服务器未能启动。磁盘已满。请查看服务器日志。');
	expect(detailIn('The engine’s packages could not be installed: ERROR: No matching distribution. See pip’s help. Check the disk and that this worker reaches its package index; it tries again when it starts.', book)).toBe(
		'未能安装训练引擎的软件包：ERROR: No matching distribution. See pip’s help.请检查磁盘，以及该工作进程能否访问软件包源；重新启动时会再试。'
	);
});

it('tells what to do after the last line of a program, which ends as it likes', () => {
	const what = 'The engine’s packages could not be installed: ERROR: No matching distribution found for Peft==1';
	expect(detailIn(`${what} Check the disk and that this worker reaches its package index; it tries again when it starts.`, book)).toBe('未能安装训练引擎的软件包：ERROR: No matching distribution found for Peft==1。请检查磁盘，以及该工作进程能否访问软件包源；重新启动时会再试。');
	expect(detailIn(what, book)).toBe('未能安装训练引擎的软件包：ERROR: No matching distribution found for Peft==1');
});

it('takes a number only where one is asked for', () => {
	expect(detailIn('at most 1,000,000', book)).toBe('最多 1,000,000');
	expect(detailIn('from -1 to 0.5', book)).toBe('应为 -1 到 0.5 之间');
	expect(detailIn('at most as many as there are', book)).toBeNull();
});

it('says nothing of what is not in the book, whatever it looks like', () => {
	for (const detail of ['', 'Nobody wrote this.', 'There is no round', 'constructor', 'a: b: c', '{}', 'There is no such run. Nobody wrote this.', 'Nobody. '.repeat(5000)]) expect(detailIn(detail, book)).toBeNull();
});

it('keeps every value that stands in the English', () => {
	for (const [says, told] of Object.entries(DETAILS_ZH)) {
		const values = says.split(/\{n?\}/u).length - 1;
		const places = [...told.matchAll(/\{(\d*)\}/gu)].map(([, place], index) => (place === '' ? index + 1 : Number(place)));
		expect(places.toSorted((a, b) => a - b), says).toEqual(Array.from({ length: values }, (_, i) => i + 1));
	}
});

it('has each sentence in one part', () => {
	const parts = [IMPORT_DETAILS_ZH, ENGINE_DETAILS_ZH, SERVER_DETAILS_ZH, SETTINGS_DETAILS_ZH, FIELD_DETAILS_ZH].flatMap((part) => Object.keys(part));
	expect(parts.filter((says, index) => parts.indexOf(says) !== index)).toEqual([]);
	expect(Object.keys(DETAILS_ZH).length).toBeGreaterThan(parts.length);
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

it('knows what workers say, and what keeps a recipe from being trained', () => {
	const said = sentencesOf(['workers/**/*.ts', 'src/lib/domain/recipe/*-problems.ts']);
	expect(said.size).toBeGreaterThan(200);
	// A recipe’s refused argument: its name and why, which stand in the book one by one.
	const unknown = unknownOf(said).filter((sentence) => sentence !== '7 7.');
	expect(unknown).toEqual([]);
});

it('knows everything that use cases say, and what they hand on', () => {
	const said = sentencesOf(['usecases', 'artifacts', 'import-sources', 'outbound', 'records', 'secrets', 'uploads'].map((folder) => `src/lib/server/${folder}/*.ts`));
	expect(said.size).toBeGreaterThan(250);
	expect(unknownOf(said)).toEqual([]);
});
