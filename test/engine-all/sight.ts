import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelSource } from '../../workers/engine/engine.ts';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import { TORCHVISION } from '../../workers/engine/swift/install-vision.ts';
import { run } from '../../workers/process/run.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * What stands in for torchvision's compiled part, which is for CUDA in the only build that a package index has: the two
 * operators whose names it must know. No image is read by them.
 */
const SITE = `
import importlib.abc
import sys


class BeforeTorchvision(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            for operator in ("nms", "qnms"):
                torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return None


sys.meta_path.insert(0, BeforeTorchvision())
`;

async function must(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
	const result = await run(argv, { env, timeoutMs: 300_000 });
	if (result.code !== 0) throw new Error(`${argv.slice(1, 4).join(' ')}: ${result.stderr.slice(-1500)}`);
}

/** The engine with what reads images beside it, and a tiny Qwen2.5-VL as it comes from a hub: without a word of ours on how to read it. */
export async function withSight(environment: EngineEnvironment, dir: string): Promise<{ environment: EngineEnvironment; model: ModelSource }> {
	const site = join(dir, 'site');
	await mkdir(site, { recursive: true });
	const lock = path('../../workers/engine/swift/python/vision.lock');
	await must([environment.python, '-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--target', site, TORCHVISION], process.env);
	await must([environment.python, '-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '--target', site, '-r', lock], process.env);
	await writeFile(join(site, 'sitecustomize.py'), SITE);
	const python = join(dir, 'python');
	await writeFile(python, `#!/bin/sh\nPYTHONPATH=${site}\${PYTHONPATH:+:$PYTHONPATH} exec ${environment.python} "$@"\n`, { mode: 0o755 });
	const folder = join(dir, 'tiny-vl');
	await must([python, path('./tiny_vision_model.py'), folder], { ...engineEnv(join(dir, 'cache'), {}), PYTHONPATH: path('../../workers/engine/swift/python') });
	return { environment: { ...environment, python }, model: { path: folder } };
}
