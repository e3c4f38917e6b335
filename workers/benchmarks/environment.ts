import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../engine/problem.ts';
import { provisionSmall } from '../engine/small-environment.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * A Python with EvalScope. It lies over the engine's environment, of which it needs a hundred packages, and adds its
 * own in a folder apart: the engine's stays as its lock says, and who has no benchmark installs nothing. Its packages
 * that come as source are built with the locked setuptools that the detector of names is built with.
 */
export async function provisionBenchmarks(engine: Pick<EngineEnvironment, 'python' | 'swiftCli'>, options: { signal?: AbortSignal } = {}): Promise<Outcome<{ python: string }>> {
	return provisionSmall(
		{
			name: 'benchmarks',
			what: 'What runs benchmarks',
			// A new environment brings a setuptools of its Python's age, which hides the engine's.
			locks: [{ file: file('../names/python/build.lock') }, { file: file('./python/requirements.lock'), options: ['--no-build-isolation'] }],
			imports: 'evalscope.run',
			// `site-packages/swift/cli`.
			over: { python: engine.python, packages: dirname(dirname(engine.swiftCli)) }
		},
		options
	);
}
