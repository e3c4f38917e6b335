/**
 * Preloaded (`node --import`) into every Node process that scripts/ starts. It ends the process
 * when the one that started it is gone: after `kill -9` of `npm start` nobody else would, and the
 * orphan would keep the port, the database sessions and the engine.
 *
 * The sign is the end of standard input, a pipe whose other end only the parent holds: the kernel
 * closes it whatever way the parent died, and there is no process id to be mistaken about.
 */
import { isMainThread } from 'node:worker_threads';

const HARD_EXIT_MS = 8000;

// A worker thread or a fork inherits `--import` but not this pipe: a thread's standard input ends at
// once, and would take the whole process with it.
if (isMainThread && process.env['PLUMBLINE_PARENT_PIPE']) {
	delete process.env['PLUMBLINE_PARENT_PIPE'];
	let leaving = false;
	const leave = () => {
		if (leaving) return;
		leaving = true;
		// TERM first, so that the process's own handlers finish what they hold.
		setTimeout(() => process.exit(143), HARD_EXIT_MS).unref();
		process.kill(process.pid, 'SIGTERM');
	};
	process.stdin.on('end', leave).on('close', leave).on('error', leave);
	process.stdin.resume();
	// Listening must not keep alive a process that has nothing else to do.
	/** @type {{ unref?: () => void }} */ (process.stdin).unref?.();
}
