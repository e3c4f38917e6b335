import { expect, it } from 'vitest';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { deviceEnv } from '../engine/swift/device-env.ts';
import { onHost } from './context.ts';

const made = (device: EngineEnvironment['device']): EngineEnvironment => ({ dir: '', device, python: 'python', swiftCli: '', versions: { torch: '2' } });

it('an engine that was made for a scheduler’s GPUs runs on processors on a host that has none', () => {
	expect(onHost(made('gpu'), 0)).toEqual(made('cpu'));
	expect(deviceEnv(onHost(made('gpu'), 0))).toMatchObject({ CUDA_VISIBLE_DEVICES: '' });
	expect(onHost(made('gpu'), 2)).toEqual(made('gpu'));
	expect(onHost(made('cpu'), 0)).toEqual(made('cpu'));
});
