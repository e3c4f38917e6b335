import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineEnv, OFFLINE_ENV } from '../../workers/engine/swift/engine-env.ts';
import { run } from '../../workers/process/run.ts';
import { loaderPython } from './environments.ts';
import { writeExports } from './exports.ts';
import type { Exports } from './exports.ts';

let exports: Exports;
beforeAll(async () => {
	exports = await writeExports();
});
afterAll(() => exports?.remove());

/** Runs a consumer over the exports and gives what it printed. */
async function consume<T>(python: string, script: string): Promise<T> {
	const { model, dir } = inject('engine');
	const result = await run([python, join('test', 'loaders', script), exports.dir, model.path, join(dir, script)], { env: engineEnv(join(dir, `${script}-cache`), OFFLINE_ENV), timeoutMs: 300_000 });
	if (result.code !== 0) throw new Error(result.stderr.slice(-4000));
	return JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '') as T;
}
type Prepared = Record<'dpo' | 'kto', { rows: number; columns: string[] }>;

it('TRL’s trainers prepare every row', async () => {
	const found = await consume<Prepared>(inject('engine').environment.python, 'trl_preparation.py');
	for (const objective of ['dpo', 'kto'] as const) expect(found[objective].rows).toBe(exports.rows[objective].length);
});

it('LLaMA-Factory converts every row, found by its dataset_info.json', async () => {
	const found = await consume<Record<'dpo' | 'kto', { rows: number; chosen: string }>>(await loaderPython('llama-factory', inject('engine').environment), 'llama_factory.py');
	for (const objective of ['dpo', 'kto'] as const) {
		expect(found[objective].rows).toBe(exports.rows[objective].length);
		expect(found[objective].chosen).toContain('Careful. =1+1');
	}
});

it('Together’s client passes the file, and refuses a broken one', async () => {
	const { report, broken } = await consume<{ report: { is_check_passed: boolean; num_samples: number }; broken: { is_check_passed: boolean } }>(await loaderPython('together', inject('engine').environment), 'together_check.py');
	expect(report).toMatchObject({ is_check_passed: true, num_samples: exports.rows.dpo.length });
	expect(broken.is_check_passed).toBe(false);
});
