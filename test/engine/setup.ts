import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ModelSource } from '../../workers/engine/engine.ts';
import { provideTinyModel } from '../../workers/engine/swift/base-models.ts';
import { provisionEnvironment } from '../../workers/engine/swift/environment.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		engine: { environment: EngineEnvironment; model: ModelSource; dir: string };
	}
}

let dir: string;

/** One engine and one tiny model for all engine tests. The engine stays in the cache; the first time takes minutes. */
export async function setup(project: TestProject): Promise<void> {
	let told = '';
	const environment = await provisionEnvironment({
		device: 'cpu',
		onProgress: ({ label }) => {
			if (label !== told) console.log(`engine: ${label}`);
			told = label;
		}
	});
	if (!environment.ok) throw new Error(`${environment.problem.message} ${environment.problem.hint}`);
	dir = await mkdtemp(join(tmpdir(), 'plumbline-engine-'));
	const model = await provideTinyModel(environment.value, join(dir, 'tiny'), { cacheDir: join(dir, 'cache') });
	if (!model.ok) throw new Error(`${model.problem.message} ${model.problem.hint}`);
	project.provide('engine', { environment: environment.value, model: model.value, dir });
}

/** Removes the tiny model and every attempt's folder. */
export async function teardown(): Promise<void> {
	if (dir) await rm(dir, { recursive: true, force: true });
}
