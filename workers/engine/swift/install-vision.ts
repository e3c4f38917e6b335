import { fileURLToPath } from 'node:url';
import { run } from '../../process/run.ts';
import type { RunOptions } from '../../process/run.ts';

/** The one version that goes with the engine's torch. */
export const TORCHVISION = 'torchvision==0.28.0';

const VISION_LOCK = fileURLToPath(new URL('./python/vision.lock', import.meta.url));

/** Another build of torchvision than torch's does not import; transformers would then load nothing at all. */
const CHECK = 'from qwen_vl_utils import vision_process';

/**
 * Adds what reads images for bases of the Qwen-VL family: torchvision in torch's own build, and Qwen's reader. An engine
 * without them trains on text all the same, so that nothing of it fails an installation; a run that needs them says so.
 * @param torch what was asked of pip for torch
 */
export async function installVision(python: string, torch: string, options: RunOptions): Promise<boolean> {
	const pip = (...argv: string[]) => run([python, '-m', 'pip', ...argv], options);
	const spec = torch.endsWith('+cpu') ? `${TORCHVISION}+cpu` : TORCHVISION;
	const steps = [
		() => pip('install', '--no-deps', '--only-binary=:all:', spec),
		() => pip('install', '--require-hashes', '--no-deps', '-r', VISION_LOCK),
		() => run([python, '-c', CHECK], { ...options, timeoutMs: 120_000 })
	];
	for (const step of steps) {
		if ((await step()).code === 0) continue;
		await pip('uninstall', '--yes', 'torchvision', 'qwen-vl-utils');
		return false;
	}
	return true;
}
