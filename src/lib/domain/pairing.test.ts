import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from './canonical-json.ts';
import { canonicalOrder, championChallenger, eachAnswer, everyPair, randomPairs } from './pairing.ts';

const response = fc.nat({ max: 8 }).map((n) => ({ hash: sha256Hex(String(n)) }));

describe('canonicalOrder', () => {
	it('does not depend on which response comes first', () => {
		fc.assert(
			fc.property(fc.string(), response, response, (seed, x, y) => {
				expect(canonicalOrder(seed, x, y)).toEqual(canonicalOrder(seed, y, x));
			})
		);
	});

	it('keeps what the responses carry besides the hash', () => {
		const pair = canonicalOrder('s', { hash: sha256Hex('1'), key: 'x' }, { hash: sha256Hex('2'), key: 'y' });
		if (pair.kind !== 'ordered') throw new Error('expected an order');
		expect([pair.a.key, pair.b.key].sort()).toEqual(['x', 'y']);
	});

	it('calls equal responses identical instead of ordering them', () => {
		expect(canonicalOrder('s', { hash: 'h' }, { hash: 'h' })).toEqual({ kind: 'identical' });
	});

	it('puts either response first about equally often over seeds', () => {
		const [x, y] = [{ hash: sha256Hex('x') }, { hash: sha256Hex('y') }];
		let first = 0;
		for (let i = 0; i < 1000; i++) {
			const pair = canonicalOrder(`seed ${i}`, x, y);
			if (pair.kind === 'ordered' && pair.a === x) first += 1;
		}
		expect(Math.abs(first - 500)).toBeLessThan(80);
	});

	it('is SHA-256 over seed and hash, so that any reader can check it', () => {
		const [x, y] = [{ hash: sha256Hex('x') }, { hash: sha256Hex('y') }];
		const pair = canonicalOrder('s', x, y);
		if (pair.kind !== 'ordered') throw new Error('expected an order');
		expect(sha256Hex(`s${pair.a.hash}`) < sha256Hex(`s${pair.b.hash}`)).toBe(true);
	});
});

describe('everyPair', () => {
	it('gives n (n - 1) / 2 pairs of distinct responses, none twice', () => {
		fc.assert(
			fc.property(fc.array(response), (responses) => {
				const pairs = everyPair(responses);
				const n = new Set(responses.map((r) => r.hash)).size;
				expect(pairs).toHaveLength((n * (n - 1)) / 2);
				expect(new Set(pairs.map((pair) => [pair.first.hash, pair.second.hash].sort().join())).size).toBe(pairs.length);
				expect(pairs.every((pair) => pair.first.hash !== pair.second.hash && pair.propensity === 1)).toBe(true);
			})
		);
	});
});

it('eachAnswer takes every distinct answer once, with certainty', () => {
	const [x, y] = [{ hash: 'x', from: 1 }, { hash: 'y', from: 2 }];
	expect(eachAnswer([x, y, { hash: 'x', from: 3 }])).toEqual([x, y].map((answer) => ({ answer, policy: 'each_answer', propensity: 1 })));
});

describe('championChallenger', () => {
	it('pairs the champion with each distinct other answer', () => {
		const [champion, x, y] = ['c', 'x', 'y'].map((hash) => ({ hash })) as [{ hash: string }, { hash: string }, { hash: string }];
		const pairs = championChallenger(champion, [x, { hash: 'c' }, y, { hash: 'x' }]);
		expect(pairs.map((pair) => [pair.first.hash, pair.second.hash])).toEqual([['c', 'x'], ['c', 'y']]);
		expect(pairs[0]).toMatchObject({ policy: 'champion_challenger', propensity: 1 });
	});
});

describe('randomPairs', () => {
	it('states the share of pairs it took as propensity', () => {
		const responses = ['1', '2', '3', '4', '5'].map((hash) => ({ hash }));
		expect(randomPairs('s', responses, 3).map((pair) => pair.propensity)).toEqual([0.3, 0.3, 0.3]);
		expect(randomPairs('s', responses, 99).map((pair) => pair.propensity)).toEqual(new Array(10).fill(1));
		expect(randomPairs('s', responses, 0)).toEqual([]);
		expect(randomPairs('s', responses, 3)).toEqual(randomPairs('s', responses, 3));
	});
});
