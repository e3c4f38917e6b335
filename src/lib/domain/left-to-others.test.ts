import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAUNCHERS } from './launcher.ts';
import { isLeftToOthers } from './left-to-others.ts';
import type { Candidate } from './left-to-others.ts';

const local = { launcher: 'local' as const, gpus: 1, gpuOnly: false };
const processors: Candidate = { gpus: 0, unlent: 0, versions: {} };
const gpus = (count: number, versions: Record<string, string> = {}, lent = 0): Candidate => ({ gpus: count, unlent: count - lent, versions });

describe('a run that processors could train', () => {
	it('is left by a host without GPUs to one that has as many as it wants', () => {
		expect(isLeftToOthers(local, processors, [processors, gpus(1)])).toBe(true);
		expect(isLeftToOthers({ ...local, gpus: 2 }, processors, [gpus(1)])).toBe(false);
		expect(isLeftToOthers(local, processors, [processors])).toBe(false);
		// Servers have them for as long as somebody wants.
		expect(isLeftToOthers(local, processors, [gpus(2, {}, 2)])).toBe(false);
		expect(isLeftToOthers(local, processors, [])).toBe(false);
	});

	it('is not left by a host that has its save, but to another worker there, or to one whose engine alone has a package', () => {
		const saved = { ...local, savedHere: true };
		expect(isLeftToOthers(saved, processors, [gpus(1)])).toBe(false);
		expect(isLeftToOthers(saved, processors, [gpus(1), { ...gpus(1), sameHost: true }])).toBe(true);
		expect(isLeftToOthers({ ...saved, packages: ['mlflow'] }, processors, [gpus(1, { mlflow: '3' })])).toBe(true);
	});

	it('is not left by a host with GPUs, nor where a scheduler’s hosts train it', () => {
		expect(isLeftToOthers(local, gpus(1), [gpus(8)])).toBe(false);
		expect(isLeftToOthers({ ...local, launcher: 'slurm' }, processors, [gpus(8)])).toBe(false);
	});
});

describe('a run that needs a package', () => {
	it('is left to a worker whose engine has it and that has room for it, whatever this one has', () => {
		const zero = { ...local, gpus: 2, gpuOnly: true, packages: ['deepspeed'] };
		expect(isLeftToOthers(zero, gpus(8), [gpus(2, { deepspeed: '0.18' })])).toBe(true);
		expect(isLeftToOthers(zero, gpus(8), [gpus(1, { deepspeed: '0.18' }), gpus(2)])).toBe(false);
		expect(isLeftToOthers(zero, gpus(2, { deepspeed: '0.18' }), [gpus(8, { deepspeed: '0.18' })])).toBe(false);
		const tracked = { ...local, packages: ['mlflow'] };
		expect(isLeftToOthers(tracked, gpus(1), [{ ...processors, versions: { mlflow: '3' } }])).toBe(true);
		expect(isLeftToOthers({ ...tracked, launcher: 'ray' }, processors, [{ ...processors, versions: { mlflow: '3' } }])).toBe(true);
	});
});

it('is always taken by one of those that it could be left to', () => {
	const versions = fc.constantFrom<Record<string, string>[]>({}, { mlflow: '3' }, { deepspeed: '0' }, { mlflow: '3', deepspeed: '0' });
	const candidate = fc.record({ gpus: fc.nat(3), lent: fc.nat(3), versions }).map(({ gpus: count, lent, versions: has }) => gpus(count, has, Math.min(lent, count)));
	const wanted = fc.record({ launcher: fc.constantFrom(...LAUNCHERS), gpus: fc.integer({ min: 1, max: 3 }), gpuOnly: fc.boolean(), packages: fc.subarray(['mlflow', 'deepspeed']) });
	fc.assert(
		fc.property(fc.array(candidate, { minLength: 1, maxLength: 5 }), wanted, (all, run) => {
			expect(all.some((own) => !isLeftToOthers(run, own, all.filter((other) => other !== own)))).toBe(true);
		})
	);
});
