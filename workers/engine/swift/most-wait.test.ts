import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import { mostWait } from './most-wait.ts';
import { createSwiftEngine } from './swift-engine.ts';

let home: string;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-wait-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('how long processes wait for one another', () => {
	it('is an hour where there is little to encode, and grows with the rows', () => {
		expect([mostWait(0), mostWait(1e6), mostWait(1e9)]).toEqual([3600, 3650, 53_600]);
		// The slowest that was measured: 393 kB in 3.84 s.
		const honest = (bytes: number) => (bytes * 3.84) / 392_779;
		for (const bytes of [1e3, 1e6, 1e9, 1e12]) expect(mostWait(bytes)).toBeGreaterThan(3600 + 4 * honest(bytes));
	});

	it('is said of the rows that the engine is given', async () => {
		const model = join(home, 'model');
		await mkdir(model);
		await writeFile(join(model, 'config.json'), '{"model_type":"qwen2"}');
		const rows = join(home, 'rows.jsonl');
		const row = JSON.stringify({ messages: [{ role: 'user', content: 'Q' }, { role: 'assistant', content: 'a'.repeat(50_000) }], rejected_response: 'b' });
		await writeFile(rows, `${row}\n`.repeat(5));
		const recipe = { ...recipeDefaults('dpo', { device: 'gpu' }), strategy: 'ddp' as const, gpus: 2 };
		const engine = createSwiftEngine({ dir: '', device: 'gpu', python: 'python', swiftCli: '', versions: {} });
		const prepared = await engine.prepare({ attempt: 'one', dir: join(home, 'attempt'), recipe, model: { path: model }, rows, rowCount: 5, device: 'gpu' });
		if (!prepared.ok) throw new Error(prepared.problem.message);
		// One of five is left out, since two processes cannot share it.
		const { size } = await stat(prepared.value.dataset);
		expect(size).toBe(4 * (row.length + 1));
		const { argv } = engine.command(prepared.value);
		expect(Number(argv[argv.indexOf('--ddp_timeout') + 1])).toBe(mostWait(size));
	});
});
