import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { childEnv } from '../../scripts/start/run.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';

/** How a command ended. */
export type Ended = { code: number | null; out: string; err: string };

/** `npx plumbline …` as processes of their own, each person with a folder of settings. */
export type CommandLine = {
	start: (args: readonly string[], env?: Record<string, string>) => ChildProcess;
	run: (args: readonly string[], options?: { stdin?: string; env?: Record<string, string> }) => Promise<Ended>;
	/** What a command that ends well says under `--json`. */
	json: <T>(args: readonly string[]) => Promise<T>;
};

/** Waits for a command that was started. */
export async function ended(child: ChildProcess): Promise<Ended> {
	if (!child.stdout || !child.stderr) throw new Error('the command has no pipes');
	const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), child.exitCode === null && child.signalCode === null ? once(child, 'close') : null]);
	return { code: child.exitCode, out, err };
}

/** The command line of a person whose settings lie in `home`. */
export function commandLine(home: string): CommandLine {
	const start: CommandLine['start'] = (args, env = {}) =>
		spawn(process.execPath, ['scripts/plumbline.mjs', ...args], { cwd: ROOT, env: childEnv(process.execPath, { XDG_CONFIG_HOME: home, PLUMBLINE_URL: undefined, PLUMBLINE_TOKEN: undefined, ...env }), stdio: ['pipe', 'pipe', 'pipe'] });
	const run: CommandLine['run'] = async (args, { stdin = '', env } = {}) => {
		const child = start(args, env);
		child.stdin?.on('error', () => undefined);
		child.stdin?.end(stdin);
		return ended(child);
	};
	return {
		start,
		run,
		json: async <T>(args: readonly string[]) => {
			const { code, out, err } = await run([...args, '--json']);
			if (code !== 0) throw new Error(`plumbline ${args.join(' ')} ended with ${code}: ${err}`);
			return JSON.parse(out) as T;
		}
	};
}
