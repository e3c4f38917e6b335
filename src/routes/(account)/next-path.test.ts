import { describe, expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

const ORIGIN = 'https://plumbline.firm.example';

describe('where somebody goes after signing in', () => {
	it.each(['/projects/law/compare', '/projects?after=1#run', '/projects/%E5%BE%8B', '/account'])('is the page asked for: %s', (wanted) => {
		expect(nextPath(wanted, ORIGIN)).toBe(wanted);
	});

	it.each([
		null,
		'',
		'projects',
		'https://evil.example/',
		'//evil.example',
		'/\\evil.example',
		'/\t/evil.example',
		'/.//evil.example',
		'/x/..//evil.example',
		'/%2e//evil.example',
		'//[',
		'javascript:alert(1)',
		' //evil.example'
	])('is never another site: %j', (wanted) => {
		expect(nextPath(wanted, ORIGIN)).toBe('/');
	});

	it.each(['/sign-in', '/sign-in?next=/sign-in', '/sign-out', '/set-up', '/password/abc', '/api/v1/me', '/projects/../sign-out'])('is no door and no interface: %s', (wanted) => {
		expect(nextPath(wanted, ORIGIN)).toBe('/');
	});

	it('may begin like a door', () => {
		expect(nextPath('/sign-ins', ORIGIN)).toBe('/sign-ins');
	});
});
