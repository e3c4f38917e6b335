import { describe, expect, it } from 'vitest';
import { maySign } from './four-eyes.ts';

describe('who may sign', () => {
	const of = (more: Partial<Parameters<typeof maySign>[0]>) => maySign({ userId: 'a', startedBy: 'b', fourEyes: true, signedBy: [], ...more });

	it('is anybody but who started the run, where the project asks for four eyes', () => {
		expect(of({})).toBeNull();
		expect(of({ startedBy: 'a' })).toBe('own_run');
		expect(of({ startedBy: 'a', fourEyes: false })).toBeNull();
		expect(of({ startedBy: null })).toBeNull();
	});

	it('is nobody twice, whatever the project asks for', () => {
		expect(of({ signedBy: ['a'] })).toBe('signed_before');
		expect(of({ signedBy: ['b'] })).toBeNull();
		expect(of({ signedBy: ['a'], fourEyes: false })).toBe('signed_before');
	});
});
