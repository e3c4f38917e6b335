import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Why the guard saw the engine end. `guard_lost`: the guard itself was killed, so nobody knows the exit code. `scheduler`: an outside scheduler took the host away, or lost it. */
export type ExitReason = 'exited' | 'stopped' | 'worker_gone' | 'not_renewed' | 'start_failed' | 'guard_lost' | 'scheduler';

/** How an engine process ended. */
export type ProcessExit = { code: number | null; signal: NodeJS.Signals | null; reason: ExitReason; at: string; message?: string };

const FILE = 'exit.json';

/** Writes `exit.json` whole or not at all: a worker that starts later must not read half of it. */
export async function writeExitRecord(dir: string, exit: ProcessExit): Promise<void> {
	const building = join(dir, `.${FILE}.${process.pid}`);
	const file = await open(building, 'w');
	try {
		await file.writeFile(`${JSON.stringify(exit)}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(building, join(dir, FILE));
}

/** The exit that a guard recorded in an attempt's folder, if it did. */
export async function readExitRecord(dir: string): Promise<ProcessExit | undefined> {
	try {
		return JSON.parse(await readFile(join(dir, FILE), 'utf8')) as ProcessExit;
	} catch {
		return undefined;
	}
}
