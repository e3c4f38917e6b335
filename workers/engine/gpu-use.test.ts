import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuMetrics, gpuUse, parseGpuUse } from './gpu-use.ts';

describe('nvidia-smi', () => {
	it('is read as it writes csv,noheader,nounits', () => {
		expect(parseGpuUse('0, 20480, 81559, 97\n1, 1024, 81559, [N/A]\n')).toEqual([
			{ index: 0, usedGiB: 20, totalGiB: 81559 / 1024, use: 0.97 }, { index: 1, usedGiB: 1, totalGiB: 81559 / 1024, use: null }
		]);
		expect(parseGpuUse('No devices were found\n')).toEqual([]);
	});

	describe('as a program on the path', () => {
		let dir = '';
		const path = process.env['PATH'];
		beforeAll(async () => {
			dir = await mkdtemp(join(tmpdir(), 'plumbline-smi-'));
			process.env['PATH'] = `${dir}${delimiter}${path ?? ''}`;
		});
		afterAll(async () => {
			process.env['PATH'] = path;
			await rm(dir, { recursive: true });
		});
		const smi = async (script: string) => {
			await writeFile(join(dir, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
			await chmod(join(dir, 'nvidia-smi'), 0o755);
		};

		it('is asked for the GPUs of the run alone', async () => {
			await smi('[ "$1 $2" = "-i 2,3" ] && [ "$4" = "--format=csv,noheader,nounits" ] || exit 9\ncase "$3" in --query-gpu=index,memory.used,memory.total,utilization.gpu) echo "2, 2048, 24576, 50"; echo "3, 4096, 24576, 70";; esac');
			expect(await gpuUse([2, 3])).toEqual([{ index: 2, usedGiB: 2, totalGiB: 24, use: 0.5 }, { index: 3, usedGiB: 4, totalGiB: 24, use: 0.7 }]);
		});
		it('says nothing where it fails', async () => {
			await smi('echo "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver." >&2; exit 9');
			expect(await gpuUse([0])).toEqual([]);
		});
	});
});

describe('metrics of samples', () => {
	const at = (index: number, usedGiB: number, use: number | null) => ({ index, usedGiB, totalGiB: 80, use });
	it('are the most memory and the mean use, of all GPUs and of each', () => {
		expect(gpuMetrics([at(0, 10, 0.9), at(1, 12, 0.1), at(0, 11, 0.7), at(1, 12, 0.3)])).toEqual({ 'gpu/memory': 12, 'gpu/use': 0.5, 'gpu/0/memory': 11, 'gpu/0/use': 0.8, 'gpu/1/memory': 12, 'gpu/1/use': 0.2 });
		expect(gpuMetrics([at(0, 10, null)])).toEqual({ 'gpu/memory': 10 });
		expect(gpuMetrics([])).toEqual({});
	});
});
