import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../engine/problem.ts';
import { provisionSmall } from '../engine/small-environment.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';

/**
 * A Python with EvalScope. It lies over the engine's environment, of which it needs a hundred packages, and adds its
 * own in a folder apart: the engine's stays as its lock says, and who has no benchmark installs nothing. Its packages
 * that come as source are built with the engine's setuptools; nothing else is fetched for them.
 */
export async function provisionBenchmarks(engine: Pick<EngineEnvironment, 'python' | 'swiftCli'>, options: { signal?: AbortSignal } = {}): Promise<Outcome<{ python: string }>> {
	return provisionSmall(
		{
			name: 'benchmarks',
			what: 'What runs benchmarks',
			locks: [{ file: fileURLToPath(new URL('./python/requirements.lock', import.meta.url)), options: ['--no-build-isolation'] }],
			imports: 'evalscope.run',
			// `site-packages/swift/cli`.
			over: { python: engine.python, packages: dirname(dirname(engine.swiftCli)) }
		},
		options
	);
}
