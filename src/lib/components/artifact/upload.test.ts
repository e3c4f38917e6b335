import { expect, test } from 'vitest';
import { declaredType, hashesByName } from './upload.ts';

test('only Markdown is told by name', () => {
	expect(['a.MD', 'b.markdown', 'c.html', 'd.png', 'md'].map(declaredType)).toEqual(['text/markdown', 'text/markdown', 'application/octet-stream', 'application/octet-stream', 'application/octet-stream']);
});

test('hashes are handed on by name, those that are there', () => {
	const facts = { mediaType: 'image/png', bytes: 1, width: 1, height: 1 } as const;
	const list = hashesByName([
		{ id: 1, name: '__proto__', size: 1, state: 'done', sha256: 'aa', facts },
		{ id: 2, name: '合同.pdf', size: 1, state: 'refused', detail: null },
		{ id: 3, name: 'p"1.png', size: 1, state: 'done', sha256: 'bb', facts }
	]);
	expect(Object.entries(JSON.parse(list) as object)).toEqual([['__proto__', 'aa'], ['p"1.png', 'bb']]);
});
