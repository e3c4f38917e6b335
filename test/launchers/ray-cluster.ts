import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../workers/process/run.ts';

const VERSION = '2.60.0';

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}

async function must(argv: string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
	const result = await run(argv, { timeoutMs: 600_000, env });
	if (result.code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')}: ${result.stderr.slice(-2000)}`);
}

/** Starts a real Ray of one node, from an environment of its own that is made once; gives the dashboard's address. */
export async function startRay(): Promise<{ address: string; stop: () => Promise<void> }> {
	const home = join(process.env.PLUMBLINE_CACHE_DIR ?? join(homedir(), '.cache', 'plumbline'), `ray-${VERSION}`);
	const bin = (name: string) => join(home, 'bin', name);
	if (!(await access(bin('ray')).then(() => true, () => false))) {
		await must(['python3', '-m', 'venv', home]);
		await must([bin('pip'), 'install', '--quiet', `ray[default]==${VERSION}`]);
	}
	const dir = await mkdtemp(join(tmpdir(), 'ray-'));
	const [port, dashboard] = [await freePort(), await freePort()];
	const env = { PATH: `${join(home, 'bin')}:${process.env.PATH}`, HOME: process.env.HOME ?? dir, RAY_USAGE_STATS_ENABLED: '0' };
	await must([bin('ray'), 'start', '--head', `--port=${port}`, '--dashboard-host=127.0.0.1', `--dashboard-port=${dashboard}`, '--num-cpus=2', `--temp-dir=${dir}`, '--disable-usage-stats'], env);
	return {
		address: `http://127.0.0.1:${dashboard}`,
		stop: async () => {
			await run([bin('ray'), 'stop', '--force'], { env, timeoutMs: 60_000 });
			await rm(dir, { recursive: true, force: true });
		}
	};
}
