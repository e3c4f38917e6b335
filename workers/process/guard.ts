/**
 * The engine's parent process. It outlives the worker just long enough to end the engine: when the worker's pipe
 * closes, or no `renew` line came for `selfTerminateSeconds`, the engine's group gets TERM and, after the grace
 * time, KILL. Without it a worker killed with -9 would leave a training behind that nobody owns, while another
 * worker starts the same run again.
 *
 * Its standard input: one JSON line (GuardConfig), then lines `renew` and `stop SECONDS`.
 * Its standard output: one JSON line when the engine runs, one when it ended.
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeExitRecord } from './exit-record.ts';
import type { ExitReason } from './exit-record.ts';
import { MARKER, killGroup, killOrphans } from './groups.ts';

/** What the worker asks the guard to run. It comes through the pipe, since an argv is readable by everybody. */
export type GuardConfig = {
	argv: string[];
	env: Record<string, string>;
	cwd: string;
	dir: string;
	graceSeconds: number;
	selfTerminateSeconds: number;
	marker: string;
};

function guard(config: GuardConfig, lines: AsyncIterator<string>): void {
	let reason: ExitReason = 'exited';
	let killTimer: NodeJS.Timeout | undefined;
	/** When it will be killed, by the clock that no one sets. */
	let killAt = Infinity;
	const log = openSync(join(config.dir, 'engine.log'), 'a', 0o600);
	const [program = '', ...args] = config.argv;
	const engine = spawn(program, args, {
		cwd: config.cwd,
		env: { ...config.env, [MARKER]: config.marker },
		stdio: ['ignore', log, log],
		// Its own group: the signals below must reach the engine's children and not the guard.
		detached: true
	});

	const end = (why: ExitReason, graceSeconds: number) => {
		if (reason === 'exited') reason = why;
		const group = engine.pid;
		if (group === undefined) return;
		// Once: an engine that saves may take a second one for the wish to end at once.
		if (killAt === Infinity) killGroup(group, 'SIGTERM');
		const at = performance.now() + graceSeconds * 1000;
		// A later wish may leave it less time than the first, and never more.
		if (at >= killAt) return;
		killAt = at;
		clearTimeout(killTimer);
		killTimer = setTimeout(() => killGroup(group), graceSeconds * 1000);
	};

	let lapse: NodeJS.Timeout;
	const renew = () => {
		clearTimeout(lapse);
		lapse = setTimeout(() => end('not_renewed', config.graceSeconds), config.selfTerminateSeconds * 1000);
	};
	renew();

	const finish = async (code: number | null, signal: NodeJS.Signals | null, message?: string) => {
		clearTimeout(killTimer);
		clearTimeout(lapse);
		// The leader is gone; what it left behind in the group, or outside of it, must not go on writing.
		if (engine.pid !== undefined) killGroup(engine.pid);
		await killOrphans(config.marker);
		const exit = { code, signal, reason, at: new Date().toISOString(), ...(message ? { message } : {}) };
		await writeExitRecord(config.dir, exit);
		tell({ exited: exit });
		process.exit(0);
	};
	engine.once('spawn', () => tell({ started: { pid: engine.pid } }));
	engine.once('error', (error) => {
		reason = 'start_failed';
		void finish(null, null, error.message);
	});
	engine.once('exit', (code, signal) => void finish(code, signal));

	void (async () => {
		for (;;) {
			const line = await lines.next();
			if (line.done) break;
			if (line.value === 'renew') renew();
			else if (line.value.startsWith('stop ')) end('stopped', Number(line.value.slice(5)));
		}
		end('worker_gone', config.graceSeconds);
	})();
}

function tell(message: unknown): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

// The worker may be gone: nobody reads then, and a broken pipe must not end the guard before the engine.
process.stdout.on('error', () => {});
// A terminal's Ctrl-C and a service manager's TERM reach the worker, which then says what to do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const first = await lines.next();
if (!first.done) guard(JSON.parse(first.value) as GuardConfig, lines);
