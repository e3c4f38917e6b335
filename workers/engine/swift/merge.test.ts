import { expect, it } from 'vitest';
import type { Runner } from '../../process/run.ts';
import { mergeAdapter } from './merge.ts';

const model = { path: '/data/base', modelType: 'llama', template: 'chatml' };
const environment = { dir: '/engine', python: 'python', swiftCli: 'swift/cli', versions: {} };

/** What a merge starts, and with which environment. */
async function started(on: { device: 'cpu' | 'gpu'; devices?: number[] }): Promise<{ argv: readonly string[]; env: Record<string, string> }> {
	const seen: { argv: readonly string[]; env: Record<string, string> }[] = [];
	const run: Runner = async (argv, { env }) => {
		seen.push({ argv, env });
		return { code: 0, signal: null, stdout: '', stderr: '' };
	};
	expect(await mergeAdapter({ ...environment, ...on }, { model, adapter: '/data/adapter', reward: false }, '/data/whole', { cacheDir: '/cache', threads: 2, run })).toEqual({ ok: true, value: { ...model, path: '/data/whole' } });
	return seen[0] ?? expect.fail('nothing was started');
}

it('merges on the device that its work holds, and on no other', async () => {
	const { argv, env } = await started({ device: 'gpu', devices: [3] });
	expect(argv).toEqual(expect.arrayContaining(['--adapters', '/data/adapter', '--merge_lora', 'true', '--output_dir', '/data/whole']));
	expect(env).toMatchObject({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '3', HF_HUB_OFFLINE: '1' });
	expect((await started({ device: 'cpu' })).env).toMatchObject({ CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '2' });
});
