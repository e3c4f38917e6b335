import { expect, it } from 'vitest';
import { createListen } from './listen.ts';

/** A database that takes subscriptions while it is there, and keeps what it was asked for either way. */
function database() {
	const kept: { channel: string; heard: (payload: string) => void }[] = [];
	const state = { there: true };
	const listen = createListen((channel, heard) => {
		kept.push({ channel, heard });
		return state.there ? Promise.resolve() : Promise.reject(new Error('away'));
	});
	return { kept, state, listen, tell: (channel: string, payload: string) => kept.filter((one) => one.channel === channel).forEach(({ heard }) => heard(payload)) };
}

it('asks the database once for a channel, however many come and go', async () => {
	const { kept, listen, tell } = database();
	const [one, other]: [string[], string[]] = [[], []];
	const hears = (word: string) => void other.push(word);
	const [end, endOther, endSame] = await Promise.all([listen('news', (word) => void one.push(word)), listen('news', hears), listen('news', hears)]);
	tell('news', 'first');
	await end();
	await endSame();
	tell('news', 'second');
	await endOther();
	tell('news', 'third');
	await listen('news', (word) => void one.push(word));
	await listen('weather', (word) => void one.push(word));
	tell('news', 'fourth');
	expect([one, other]).toEqual([['first', 'fourth'], ['first', 'first', 'second']]);
	expect(kept.map(({ channel }) => channel)).toEqual(['news', 'weather']);
});

it('lets who was refused go, also where the subscription comes into force later, and tries anew for the next', async () => {
	const { state, listen, tell } = database();
	const [refused, next]: [string[], string[]] = [[], []];
	state.there = false;
	await Promise.all([1, 2].map(() => expect(listen('news', (word) => void refused.push(word))).rejects.toThrow('away')));
	state.there = true;
	await listen('news', (word) => void next.push(word));
	tell('news', 'back');
	expect([refused, next]).toEqual([[], ['back']]);
});
