import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const post = (headers: Record<string, string>) => new Request('http://127.0.0.1:3000/sign-in', { method: 'POST', headers });

describe('isSameOrigin', () => {
	it('takes the configured address and the host that was asked', () => {
		expect(isSameOrigin(post({ origin: 'https://plumbline.firm.example' }), 'https://plumbline.firm.example', true)).toBe(true);
		expect(isSameOrigin(post({ origin: 'http://localhost:3000', host: 'localhost:3000' }), 'http://127.0.0.1:3000', false)).toBe(true);
	});
	it('refuses other sites, pages without an origin, and requests that send none', () => {
		for (const headers of [{ origin: 'https://evil.example', host: '127.0.0.1:3000' }, { origin: 'null' }, {}, { origin: 'http://127.0.0.1:3001', host: '127.0.0.1:3000' }]) {
			expect(isSameOrigin(post(headers as Record<string, string>), 'http://127.0.0.1:3000', false)).toBe(false);
		}
	});
	it('takes no page in the clear for its own where it is reached by https, though it names the same host', () => {
		const host = 'plumbline.firm.example';
		const from = (origin: string, secure: boolean, configured = `https://${host}`) => isSameOrigin(post({ origin, host }), configured, secure);
		expect(from(`http://${host}`, true)).toBe(false);
		expect(from(`https://${host}`, true)).toBe(true);
		// Nobody is on the way to the machine itself.
		for (const own of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) {
			expect(isSameOrigin(post({ origin: `http://${own}`, host: own }), `https://${host}`, true)).toBe(true);
			expect(isSameOrigin(post({ origin: `http://${own}`, host }), `https://${host}`, true)).toBe(false);
		}
		for (const other of ['localhost.evil.example', '127.0.0.1.evil.example', '128.0.0.1']) expect(isSameOrigin(post({ origin: `http://${other}`, host: other }), `https://${host}`, true)).toBe(false);
		// Another name of the same installation, by https as well.
		expect(from(`https://${host}`, true, 'https://labels.firm.example')).toBe(true);
		// Without ORIGIN the framework takes https for granted, whatever people type.
		expect(from(`http://${host}`, false)).toBe(true);
	});
});
