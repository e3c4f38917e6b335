import { describe, expect, it } from 'vitest';
import { givenOf, parseGpus } from './inspect.ts';

const LISTED = '0, GPU-aa11, NVIDIA H100 80GB HBM3, 81559\n1, GPU-bb22, NVIDIA H100, PCIe, 1\n2, GPU-bb33, NVIDIA A10, 23028\n\n';
const gpus = parseGpus(LISTED);
const numbers = (named: string | undefined) => givenOf(gpus, named).map(({ index }) => index);

it('reads nvidia-smi', () => {
	expect(gpus.slice(0, 2)).toEqual([
		{ index: 0, uuid: 'GPU-aa11', name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81559 * 1024 * 1024 },
		{ index: 1, uuid: 'GPU-bb22', name: 'NVIDIA H100, PCIe', memoryBytes: 1024 * 1024 }
	]);
	expect(parseGpus('No devices were found')).toEqual([]);
});

describe('the GPUs that a process was given', () => {
	it('are all where nothing is said', () => expect(numbers(undefined)).toEqual([0, 1, 2]));
	it('are those named, by number or by their own names, each once', () => {
		expect(numbers('2, 1')).toEqual([2, 1]);
		expect(numbers('GPU-bb3,0,0')).toEqual([2, 0]);
	});
	it.each([['', []], ['-1', []], ['none', []], ['MIG-aa11', []], ['1,7,2', [1]]])('of “%s” are %j: nothing counts after a name that no GPU bears', (named, given) => expect(numbers(named)).toEqual(given));
});
