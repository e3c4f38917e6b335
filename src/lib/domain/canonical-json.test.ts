import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash, hmacSha256Hex, sha256Hex } from './canonical-json.ts';

describe('canonicalJson', () => {
	it('sorts members by UTF-16 code unit and writes numbers as RFC 8785 does', () => {
		const value = { '€': 1, '\r': 2, '1': [1e30, 4.5, 2e-3, 1e-27, -0], b: { z: null, a: true } };
		expect(canonicalJson(value)).toBe('{"\\r":2,"1":[1e+30,4.5,0.002,1e-27,0],"b":{"a":true,"z":null},"€":1}');
	});

	it('refuses what has no JSON text', () => {
		expect(() => canonicalJson(undefined)).toThrow(TypeError);
		expect(() => canonicalJson({ x: NaN })).toThrow();
		expect(() => canonicalJson('\ud800')).toThrow();
	});

	it('reads back as the same value', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
			})
		);
	});
});

describe('contentHash', () => {
	it('does not depend on the order of members', () => {
		expect(contentHash({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(contentHash({ b: [{ d: 3, c: 2 }], a: 1 }));
	});

	it('depends on the order of a list', () => {
		expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]));
	});
});

describe('sha256Hex', () => {
	it('gives the published digest of FIPS 180-4’s example', () => {
		expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
	});

	it('hashes UTF-8, also beyond the basic plane', () => {
		expect(sha256Hex('日本 🦉')).toBe('f6d29e77902b938cff63df4bd38b2c4ebc42ec74ee0c4dbc91c0542101a21f48');
	});
});

describe('hmacSha256Hex', () => {
	it('gives the digest of RFC 4231, test case 2', () => {
		expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
	});

	it('keeps key and text apart', () => {
		expect(hmacSha256Hex('ab', 'c')).not.toBe(hmacSha256Hex('a', 'bc'));
	});
});
