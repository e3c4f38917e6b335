import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const listening = async () => (await world.query<{ pid: number }>(`select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %' and state = 'idle'`)).map(({ pid }) => pid);
const tell = (word: string) => world.query(`select pg_notify('news', '${word}')`);

it('goes on after the connection was lost, and ends when it is ended after that', async () => {
	const [one, other]: [string[], string[]] = [[], []];
	const end = await world.app.listen('news', (word) => void one.push(word));
	await world.app.listen('news', (word) => void other.push(word));
	const [before] = await listening();
	await world.query(`select pg_terminate_backend(${before})`);
	await expect.poll(async () => (await listening()).filter((pid) => pid !== before).length, { timeout: 30_000 }).toBe(1);
	await tell('back');
	await expect.poll(() => [one, other], { timeout: 30_000 }).toEqual([['back'], ['back']]);
	await end();
	await tell('late');
	await expect.poll(() => other, { timeout: 30_000 }).toEqual(['back', 'late']);
	expect(one).toEqual(['back']);
});
