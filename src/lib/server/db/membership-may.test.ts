import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Who is told, who may read and who is given must be the same people: all ask the one table.
test('no statement writes roles out: each asks the table of permissions', () => {
	const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
	expect(files.length).toBeGreaterThan(50);
	const written = files.filter((file) => /\brole\S* (?:=|<>|(?:not )?in) ?\(?'(?:annotator|reviewer|engineer|owner)'/u.test(readFileSync(new URL(file, import.meta.url), 'utf8')));
	expect(written).toEqual([]);
});
