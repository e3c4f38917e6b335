import { cpuEnv } from './argv.ts';
import type { EngineEnvironment } from './environment-types.ts';

/** What a program sees of the host's devices: none on CPU, with few threads; else the GPUs that it was given for itself. */
export function deviceEnv({ device, devices }: Pick<EngineEnvironment, 'device' | 'devices'>, threads?: number): Record<string, string> {
	if (device === 'cpu') return cpuEnv(threads);
	// CUDA counts the fastest first unless it is told to count as nvidia-smi does, whose numbers these are.
	return devices && devices.length > 0 ? { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: devices.join(',') } : {};
}
