import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { boundedForm } from './form-body.ts';

const ADDRESS = 'http://localhost/sign-in';
const type = { 'content-type': 'application/x-www-form-urlencoded' };
const streamOf = (pieces: Iterable<Uint8Array>) => Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>;
const pieces = (many: number) => streamOf(Array.from({ length: many }, () => new TextEncoder().encode('a=1&')));
const chunked = (many: number) => new Request(ADDRESS, { method: 'POST', headers: type, body: pieces(many), duplex: 'half' } as RequestInit);
const measured = (bytes: number) => new Request(ADDRESS, { method: 'POST', headers: { ...type, 'content-length': String(bytes) }, body: 'a=1' });

describe('the form of a page', () => {
	it('is read as it is within the limit, whether or not it says how long it is', async () => {
		expect(await (await boundedForm(measured(3), 8))?.text()).toBe('a=1');
		const request = await boundedForm(chunked(2), 8);
		expect(request?.method).toBe('POST');
		expect((await request?.formData())?.getAll('a')).toEqual(['1', '1']);
		expect(await boundedForm(new Request(ADDRESS, { method: 'POST' }), 8)).not.toBeNull();
	});

	it('is not kept beyond it, and read on only so far that its sender hears why', async () => {
		expect(await boundedForm(measured(9), 8)).toBeNull();
		let given = 0;
		const long = streamOf((function* () {
			while (++given <= 1000) yield new Uint8Array(4);
		})());
		const request = new Request(ADDRESS, { method: 'POST', headers: type, body: long, duplex: 'half' } as RequestInit);
		expect(await boundedForm(request, 8, 200)).toBeNull();
		expect(given).toBeGreaterThan(50);
		expect(given).toBeLessThan(150);
	});
});
