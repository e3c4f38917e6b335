import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WEB_FLAGS } from '../../scripts/start/children.mjs';
import { choosePort } from '../../scripts/start/free-port.mjs';
import { childEnv, endingWithParent } from '../../scripts/start/run.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';

/** A real web process, as `npm start` runs it, over a test's database. */
export type Server = {
	/** Where it is, the same after a restart. */
	origin: string;
	pid: () => number;
	/** Ends it as a service manager would, and waits until it has gone. */
	stop: () => Promise<void>;
	/** Ends it as the kernel would: nothing of it runs any more when this returns. */
	kill9: () => Promise<void>;
	/** Starts it again on the same port and waits until it answers. */
	restart: () => Promise<void>;
	/** The end of what it wrote: its log. */
	output: () => string;
	/** Resident memory in MiB: now, and the most there ever was. */
	memory: () => Promise<{ now: number; peak: number }>;
};

/** A hung start must end as a failed test that says why, not as a suite that is killed. */
const PATIENCE_MS = 60_000;

async function untilAlive(origin: string, child: ChildProcess, output: () => string): Promise<void> {
	for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(25)) {
		const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
		if (answer?.ok) return;
		if (child.exitCode !== null || child.signalCode !== null) break;
	}
	throw new Error(`the web process does not answer:\n${output().slice(-4000)}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	child.kill(signal);
	await gone;
}

/**
 * Starts the built web process on a free port and waits until it is alive. It
 * ends with the test process. The project's global set-up has built it.
 */
export async function startServer(world: { url: string; dataDir: string }, env: Record<string, string> = {}): Promise<Server> {
	const port = await choosePort();
	const origin = `http://127.0.0.1:${port}`;
	const settings = {
		NODE_ENV: 'production',
		DATABASE_URL: world.url,
		PLUMBLINE_DATA_DIR: world.dataDir,
		PLUMBLINE_LOG_LEVEL: 'warn',
		ORIGIN: origin,
		PORT: String(port),
		HOST: '127.0.0.1',
		SOCKET_PATH: undefined,
		BODY_SIZE_LIMIT: 'Infinity',
		SHUTDOWN_TIMEOUT: '5',
		...env
	};
	let output = '';
	const take = (chunk: Buffer) => void (output = (output + String(chunk)).slice(-100_000));
	const launch = async (): Promise<ChildProcess> => {
		const child = spawn(process.execPath, endingWithParent([...WEB_FLAGS, join('build', 'index.js')]), { cwd: ROOT, env: childEnv(process.execPath, settings), stdio: ['pipe', 'pipe', 'pipe'] });
		child.stdout.on('data', take);
		child.stderr.on('data', take);
		child.stdin.on('error', () => undefined);
		await untilAlive(origin, child, () => output).catch(async (error: unknown) => {
			await end(child, 'SIGKILL');
			throw error;
		});
		return child;
	};
	let child = await launch();
	return {
		origin,
		pid: () => child.pid ?? 0,
		output: () => output,
		stop: () => end(child, 'SIGTERM'),
		kill9: () => end(child, 'SIGKILL'),
		restart: async () => {
			await end(child, 'SIGKILL');
			child = await launch();
		},
		memory: async () => {
			const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
			const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
			return { now: mib('VmRSS'), peak: mib('VmHWM') };
		}
	};
}
