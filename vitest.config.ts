import { defineConfig } from 'vitest/config';

/**
 * One project a layer. Without SvelteKit's and paraglide's plugins: the code
 * under test runs in plain Node, and those plugins can keep Vitest from closing.
 */
export default defineConfig({
	test: {
		projects: [
			{ test: { name: 'unit', include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'scripts/**/*.test.ts'], setupFiles: ['test/support/chance.ts'], testTimeout: 20_000 } },
			{
				test: {
					name: 'integration',
					include: ['test/integration/**/*.test.ts'],
					globalSetup: ['test/support/build.ts', 'test/support/cluster.ts'],
					setupFiles: ['test/support/chance.ts'],
					testTimeout: 60_000,
					hookTimeout: 60_000
				}
			},
			// By hand (npm run test:launchers): they need Slurm and Ray on this machine.
			{ test: { name: 'launchers', include: ['test/launchers/**/*.test.ts'], globalSetup: ['test/support/cluster.ts', 'test/engine/setup.ts'], testTimeout: 120_000, hookTimeout: 1_500_000, fileParallelism: false } },
			{
				test: {
					name: 's3',
					include: ['test/s3/**/*.test.ts'],
					globalSetup: ['test/support/cluster.ts'],
					testTimeout: 120_000,
					hookTimeout: 400_000
				}
			},
			{
				test: {
					name: 'engine',
					include: ['test/engine/**/*.test.ts'],
					globalSetup: ['test/support/cluster.ts', 'test/engine/setup.ts'],
					testTimeout: 600_000,
					hookTimeout: 1_500_000,
					// Two cores: engines side by side would only slow each other down.
					fileParallelism: false
				}
			},
			{
				test: {
					name: 'engine-all',
					include: ['test/engine-all/**/*.test.ts'],
					globalSetup: ['test/support/build.ts', 'test/support/cluster.ts', 'test/engine/setup.ts'],
					testTimeout: 900_000,
					hookTimeout: 1_500_000,
					fileParallelism: false
				}
			},
			// By hand (`npm run test:loaders`): the first time it makes Python environments of its own.
			{
				test: {
					name: 'loaders',
					include: ['test/loaders/**/*.test.ts'],
					globalSetup: ['test/support/cluster.ts', 'test/engine/setup.ts'],
					testTimeout: 900_000,
					hookTimeout: 1_500_000
				}
			}
		]
	}
});
