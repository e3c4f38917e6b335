import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from '../../scripts/start/free-port.mjs';
import { childEnv, endingWithParent } from '../../scripts/start/run.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';

/** A real gateway process over a test's database. */
export type GatewayProcess = { baseUrl: string; origin: string; pid: number; output: () => string; /** Asks it to stop; gives its exit code. */ stop: () => Promise<number | null> };

const PATIENCE_MS = 30_000;

/** Starts a gateway as `npm start` does and waits until it has read what it must know. It ends with the test process. */
export async function startGateway(world: { url: string; dataDir: string }, env: Record<string, string> = {}): Promise<GatewayProcess> {
	const port = await choosePort();
	const origin = `http://127.0.0.1:${port}`;
	const settings = { NODE_ENV: 'production', DATABASE_URL: world.url, PLUMBLINE_DATA_DIR: world.dataDir, PLUMBLINE_LOG_LEVEL: 'warn', PLUMBLINE_GATEWAY_PORT: String(port), HOST: '127.0.0.1', PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1', ...env };
	const child = spawn(process.execPath, endingWithParent([join('workers', 'gateway.ts')]), { cwd: ROOT, env: childEnv(process.execPath, settings), stdio: ['pipe', 'pipe', 'pipe'] });
	let output = '';
	const take = (chunk: Buffer) => void (output = (output + String(chunk)).slice(-100_000));
	child.stdout.on('data', take);
	child.stderr.on('data', take);
	child.stdin.on('error', () => undefined);
	const gone = () => child.exitCode !== null || child.signalCode !== null;
	const stop = async (): Promise<number | null> => {
		if (!gone()) {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			await ended;
		}
		return child.exitCode;
	};
	for (const until = Date.now() + PATIENCE_MS; Date.now() < until && !gone(); await sleep(25)) {
		if ((await fetch(`${origin}/readyz`).catch(() => null))?.ok) return { baseUrl: `${origin}/v1`, origin, pid: child.pid ?? 0, output: () => output, stop };
	}
	child.kill('SIGKILL');
	throw new Error(`the gateway does not answer:\n${output.slice(-4000)}`);
}
