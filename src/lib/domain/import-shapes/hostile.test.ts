import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { proposeMapping } from './columns.ts';
import { joinedRow, joinsRow, readShape, recognise } from './recognise.ts';
import { SHAPES } from './shape.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 0.75, dev: 0.05, test: 0.2 }, systemPrompt: null, matterIsGroup: true };

/** Every word that a reader of shapes knows: fields, roles, verdicts, types. */
const WORDS = [...new Set(globSync(['src/lib/domain/import-shapes/*.ts', 'src/lib/domain/{import,row}-*.ts', 'src/lib/domain/message.ts']).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'([A-Za-z_][\w-]{0,30})'/gu)].map(([, word]) => word as string)))].sort();

/** JSON in which those words turn up wherever they can, beside what nobody would write. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'medium', withCrossShrink: true },
		fc.constantFrom(...WORDS, '', ' ', '\ud800', 'a\0b', '__proto__', '[{"role":"user","content":"Q"}]', '\n\nHuman: a\n\nAssistant: b', 'A. one\nB. two', '2026-03-09T22:16:08Z', '9'.repeat(400)),
		fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
		fc.array(tie('value'), { maxLength: 4 }),
		fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'x.responses', 'x.responses.users') }), tie('value'), { maxKeys: 6 })
	)
}));
/** What a file can hold: it was JSON once. */
const record = value.map((one) => JSON.parse(JSON.stringify(one) ?? 'null') as unknown);

it.each(SHAPES)('%s: a record is read or refused by its field, whatever it holds', (shape) => {
	fc.assert(
		fc.property(record, record, fc.boolean(), (one, next, isTable) => {
			const columns = typeof one === 'object' && one !== null ? Object.keys(one) : [];
			const joined = joinsRow(shape, [one], next) ? joinedRow(shape, [one, next]) : one;
			const read = readShape(joined, { shape, mapping: shape === 'columns' ? proposeMapping(columns) : null, isTable, file: null });
			const row = read.ok ? readImportRow(read.fields, 1, context) : read;
			if (!row.ok) expect([typeof row.error.field, row.error.message.length > 0]).toEqual(['string', true]);
			expect(SHAPES).toContain(recognise([one, next], isTable).shape);
		}),
		// Always the same records: it was run over 60,000 of each shape's when it was written.
		{ numRuns: 400, seed: 5 }
	);
});
