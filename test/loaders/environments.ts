import { createHash } from 'node:crypto';
import { access, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../workers/engine/swift/environment.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import { findPython } from '../../workers/engine/swift/find-python.ts';
import { run } from '../../workers/process/run.ts';

/** Versions that go together. What is not named comes from the engine's environment, where `overEngine` says so. */
export const LOADERS = {
	// Its own pins (transformers ≤ 5.6, datasets ≤ 4.0, trl ≤ 0.24); torch and the rest are the engine's. Left out: torchaudio, torchvision, gradio.
	'llama-factory': { overEngine: true, packages: ['llamafactory==0.9.5', 'transformers==5.6.0', 'tokenizers==0.22.2', 'datasets==4.0.0', 'trl==0.24.0', 'peft==0.18.1', 'accelerate==1.11.0', 'omegaconf==2.3.0', 'antlr4-python3-runtime==4.9.3'] },
	// The last major that knows what a preference row must be; from 2 on the client asks for JSON objects alone and leaves the rest to the server.
	together: { overEngine: false, packages: ['together==1.6.0'] }
} as const;

async function must(argv: string[]): Promise<void> {
	const { code, stderr } = await run(argv, { env: process.env as Record<string, string>, timeoutMs: 600_000 });
	if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code ?? 'a signal'}: ${stderr.slice(-2000)}`);
}

/** The Python of a consumer's environment: in the cache, made once for its versions. */
export async function loaderPython(name: keyof typeof LOADERS, engine: EngineEnvironment): Promise<string> {
	const { overEngine, packages } = LOADERS[name];
	const key = createHash('sha256').update(JSON.stringify([packages, overEngine ? engine.dir : null])).digest('hex').slice(0, 12);
	const dir = join(cacheFolder(), `loader-${name}-${key}`);
	const python = join(dir, 'bin', 'python');
	if (await access(join(dir, '.complete')).then(() => true, () => false)) return python;
	const found = await findPython();
	if (!found.ok) throw new Error(found.problem.message);
	await rm(dir, { recursive: true, force: true });
	await must([found.value.path, '-m', 'venv', dir]);
	if (overEngine) {
		const site = join('lib', `python${found.value.version.split('.').slice(0, 2).join('.')}`, 'site-packages');
		await writeFile(join(dir, site, 'engine.pth'), `${join(engine.dir, site)}\n`);
	}
	await must([python, '-m', 'pip', 'install', '--quiet', ...(overEngine ? ['--no-deps'] : []), ...packages]);
	await writeFile(join(dir, '.complete.part'), '');
	await rename(join(dir, '.complete.part'), join(dir, '.complete'));
	return python;
}
