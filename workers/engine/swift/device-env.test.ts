import { expect, it } from 'vitest';
import { deviceEnv } from './device-env.ts';

it('numbers GPUs as nvidia-smi does, by which they were given out and are watched', () => {
	expect(deviceEnv({ device: 'gpu', devices: [2, 3] })).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '2,3' });
	expect(deviceEnv({ device: 'gpu' })).toEqual({});
	expect(deviceEnv({ device: 'cpu' }, 2)).toMatchObject({ CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '2' });
});
