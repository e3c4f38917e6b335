import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROBLEMS } from './problem.ts';

it('names no problem that nothing ever gives', () => {
	// What an operation declares is not given by that.
	const files = globSync(['src/lib/{domain,server}/**/*.ts', 'src/routes/**/*.ts', 'src/hooks.server.ts', 'workers/**/*.ts'], { exclude: (name) => name.endsWith('.test.ts') || name.endsWith('domain/problem.ts') || name.includes('server/api/operations') });
	const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
	expect(Object.keys(PROBLEMS).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
