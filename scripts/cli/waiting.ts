import { setTimeout as sleep } from 'node:timers/promises';
import { Ending, EXIT } from './ending.ts';
import type { Speaker } from './speaker.ts';

const POLL_MS = 2000;

/** What a look gave: what was waited for, or what it waits for in words, and the part of them whose change is worth a line. */
export type Seen<T> = { value: T } | { waiting: string; state: string };

/** How a wait ends when nothing came of it. */
export type Patience = { /** Milliseconds; null waits for ever. */ timeout: number | null; every?: number };

/**
 * Asks again and again until `look` gives a value. What it says meanwhile is drawn
 * on a terminal, and elsewhere noted whenever it changes.
 * @throws Ending with the exit code of a time that ran out
 */
export async function until<T>(speaker: Speaker, { timeout, every = POLL_MS }: Patience, look: () => Promise<Seen<T>>): Promise<T> {
	const began = performance.now();
	let noted = '';
	for (;;) {
		const seen = await look();
		if ('value' in seen) {
			speaker.progress(null);
			return seen.value;
		}
		if (seen.state !== noted) speaker.note(seen.waiting);
		noted = seen.state;
		speaker.progress(seen.waiting);
		const left = timeout === null ? every : timeout - (performance.now() - began);
		if (left <= 0) throw new Ending(EXIT.timedOut, `Not done within the time given. ${seen.waiting}`, { code: 'timed_out', waiting: seen.waiting });
		await sleep(Math.min(every, left));
	}
}
