import { expect, it } from 'vitest';
import type { Said } from '../inference/start-server.ts';
import { askForTokens } from './watch-server.ts';

const FAST = { everyMs: 1, againMs: 1, patienceMs: 60_000, most: 3, mostSilent: 5 };
const refused = { name: 'adapter', status: 500 };

/** Watches a server that says this, one after the other and then only tokens, and is to stop ten turns later. */
async function watched(saying: readonly Said[]) {
	const stop = new AbortController();
	let asked = 0;
	const says = async (): Promise<Said> => {
		if (asked >= saying.length + 10) stop.abort();
		return saying[asked++] ?? 'token';
	};
	return { problem: await askForTokens({ says }, stop.signal, FAST), asked };
}

it('leaves a server alone that computes, and one that fails less often in a row than it may', async () => {
	expect(await watched([])).toMatchObject({ problem: null, asked: 11 });
	expect(await watched([refused, refused, 'token', 'silent', refused])).toMatchObject({ problem: null });
	expect(await watched([{ name: 'adapter', status: 429 }, { name: 'adapter', status: 429 }, { name: 'adapter', status: 429 }])).toMatchObject({ problem: null });
});

it('tells of one that lists its models and answers by none of them', async () => {
	expect(await watched([refused, refused, refused])).toEqual({ asked: 3, problem: { code: 'server_mute', message: 'The model server lists adapter and does not answer by it (status 500).', hint: 'Look at its log.' } });
});

it('gives one that says nothing longer, since it may be busy, and not for ever', async () => {
	const silent: Said[] = ['silent', 'silent', 'silent', 'silent'];
	expect(await watched(silent)).toMatchObject({ problem: null });
	expect(await watched([...silent, refused, refused, 'token', 'silent'])).toMatchObject({ problem: null });
	expect(await watched([...silent, 'silent'])).toMatchObject({ asked: 5, problem: { code: 'server_mute', message: 'The model server lists its models and says no token.' } });
});
