import type { Device } from '#lib/domain/training-recipe.ts';
import { run } from '../../process/run.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';

/** The one version that the lock was made for. */
export const TORCH = 'torch==2.13.0';

/** What to ask pip for, and whether torch's own requirements come with it. */
export type TorchRequirement = { spec: string; withDependencies: boolean };

/** Packages that only a CUDA build asks for. */
const CUDA_PACKAGE = /^(nvidia[-_]|cuda[-_]|triton$)/i;

/** Names of CUDA packages in a `pip install --dry-run --report -` document. */
export function cudaPackages(report: string): string[] {
	const start = report.indexOf('{');
	const parsed = JSON.parse(report.slice(start)) as { install?: { metadata?: { name?: string } }[] };
	return (parsed.install ?? []).map((item) => item.metadata?.name ?? '').filter((name) => CUDA_PACKAGE.test(name));
}

/**
 * Chooses the torch to install. On a host without GPU a CUDA build must not be pulled: it is gigabytes of libraries
 * that nothing uses. pip says beforehand what it would take.
 */
export async function chooseTorch(python: string, device: Device, options: { env?: NodeJS.ProcessEnv; signal?: AbortSignal }): Promise<Outcome<TorchRequirement>> {
	if (device === 'gpu') return value({ spec: TORCH, withDependencies: true });
	const ask = (spec: string, ...more: string[]) =>
		run([python, '-m', 'pip', 'install', '--dry-run', '--quiet', '--ignore-installed', '--report', '-', ...more, spec], {
			env: options.env, timeoutMs: 300_000, signal: options.signal
		});
	// A build that says it is for CPU is taken as it is; most package indexes have none of that name.
	if ((await ask(`${TORCH}+cpu`, '--no-deps', '--only-binary=:all:')).code === 0) return value({ spec: `${TORCH}+cpu`, withDependencies: false });
	const report = await ask(TORCH, '--only-binary=:all:');
	if (report.code !== 0) {
		return problem('torch_missing', `pip finds no ${TORCH} for this Python.`, 'Check that this worker reaches its package index, or point PLUMBLINE_TORCH_FIND_LINKS to a folder with its CPU build.');
	}
	const cuda = cudaPackages(report.stdout);
	if (cuda.length === 0) return value({ spec: TORCH, withDependencies: false });
	return problem(
		'torch_is_cuda',
		`This worker has no GPU, but pip would install torch with ${cuda.length} CUDA packages (several gigabytes).`,
		`Point PLUMBLINE_TORCH_FIND_LINKS to a folder or page with ${TORCH}+cpu.`
	);
}
