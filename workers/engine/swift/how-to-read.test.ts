import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAs, withReading } from './how-to-read.ts';

it('tells the engine a model and how to read it: by the template that its folder names, else by the one that was found', () => {
	expect(readAs({ path: '/m' })).toEqual(['--model', '/m']);
	expect(readAs({ path: '/m', modelType: 'qwen2', engineTemplate: 'qwen2_5' })).toEqual(['--model', '/m', '--model_type', 'qwen2', '--template', 'qwen2_5']);
	expect(readAs({ path: '/m', modelType: 'llama', template: 'chatml', engineTemplate: 'llama3' }, '-')).toEqual(['--model', '/m', '--model-type', 'llama', '--template', 'chatml']);
});

it('keeps what the engine says, however many ask at a time', async () => {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-reading-'));
	try {
		const python = join(dir, 'python');
		await writeFile(python, `#!/bin/sh\necho '{"modelType": "qwen2", "template": "qwen2_5"}'\n`, { mode: 0o755 });
		const ask = () => withReading({ dir, device: 'cpu', python, swiftCli: '', versions: {} }, { path: '/m' }, { name: 'Qwen/Qwen3-0.6B', sha256: 'a'.repeat(64) }, { cacheDir: dir });
		const read = { ok: true, value: { path: '/m', modelType: 'qwen2', engineTemplate: 'qwen2_5' } };
		expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual([read, read, read, read]);
		expect(await readdir(join(dir, 'readings'))).toHaveLength(1);
		await rm(python);
		expect(await ask()).toEqual(read);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});

it.each([
	['echo \'{"code": "unsupported_template", "message": "none fits"}\'; exit 1', 'unsupported_template'],
	['echo "ImportError: no torch" >&2; exit 1', 'start_failed'],
	['kill -9 $$', 'killed']
])('tells what the engine says of a model from its saying nothing, which lasts no longer than the next try: %s', async (says, code) => {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-reading-'));
	try {
		const python = join(dir, 'python');
		await writeFile(python, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
		const environment = { dir, device: 'cpu', python, swiftCli: dir, versions: {} } as const;
		expect(await withReading(environment, { path: dir }, { name: 'Tiny', sha256: 'a' }, { cacheDir: join(dir, 'cache') })).toMatchObject({ ok: false, problem: { code } });
	} finally {
		await rm(dir, { recursive: true });
	}
});
