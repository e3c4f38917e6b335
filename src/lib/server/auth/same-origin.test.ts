import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const post = (headers: Record<string, string>) => new Request('http://127.0.0.1:3000/sign-in', { method: 'POST', headers });

describe('isSameOrigin', () => {
	it('takes the configured address and the host that was asked', () => {
		expect(isSameOrigin(post({ origin: 'https://plumbline.firm.example' }), 'https://plumbline.firm.example')).toBe(true);
		expect(isSameOrigin(post({ origin: 'http://localhost:3000', host: 'localhost:3000' }), 'http://127.0.0.1:3000')).toBe(true);
	});
	it('refuses other sites, pages without an origin, and requests that send none', () => {
		for (const headers of [{ origin: 'https://evil.example', host: '127.0.0.1:3000' }, { origin: 'null' }, {}, { origin: 'http://127.0.0.1:3001', host: '127.0.0.1:3000' }]) {
			expect(isSameOrigin(post(headers as Record<string, string>), 'http://127.0.0.1:3000')).toBe(false);
		}
	});
});
