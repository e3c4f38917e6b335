import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAUNCHERS } from './launcher.ts';
import { mayLend, nextRun } from './next-run.ts';
import type { RunInLine } from './next-run.ts';

const local = (id: string, gpus = 1, gpuOnly = false): RunInLine => ({ id, launcher: 'local', gpus, gpuOnly });
const here = (total: number, free: number) => ({ launchers: ['local'] as const, gpus: { total, free } });

describe('the next run', () => {
	it('is the first that this worker can place', () => {
		expect(nextRun([{ id: 'slurm', launcher: 'slurm', gpus: 8, gpuOnly: true }, local('a'), local('b')], here(0, 1))).toBe('a');
		expect(nextRun([local('large', 4), local('small', 1)], here(2, 2))).toBe('small');
		expect(nextRun([local('gpu', 1, true)], here(0, 1))).toBeNull();
		expect(nextRun([local('two processes', 2)], here(0, 1))).toBe('two processes');
		expect(nextRun([], here(2, 2))).toBeNull();
	});

	it('keeps the turn of one that fits as soon as others end; what runs elsewhere does not wait for it', () => {
		expect(nextRun([local('large', 2), local('small', 1)], here(2, 1))).toBeNull();
		expect(nextRun([local('large', 2), { id: 'slurm', launcher: 'slurm', gpus: 8, gpuOnly: true }], { launchers: ['local', 'slurm'], gpus: { total: 2, free: 1 } })).toBe('slurm');
		expect(nextRun([local('a')], here(0, 0))).toBeNull();
	});

	it('never goes over what there is, and takes something whenever the first in line fits', () => {
		const line = fc.array(fc.record({ id: fc.uuid(), launcher: fc.constantFrom(...LAUNCHERS), gpus: fc.nat(8), gpuOnly: fc.boolean() }), { maxLength: 12 });
		fc.assert(
			fc.property(line, fc.subarray([...LAUNCHERS]), fc.nat(8), fc.nat(8), (runs, launchers, total, unused) => {
				const gpus = { total, free: total === 0 ? Math.min(1, unused) : Math.min(unused, total) };
				const id = nextRun(runs, { launchers, gpus });
				const taken = runs.find((run) => run.id === id);
				if (taken?.launcher === 'local' && total > 0) expect(Math.max(1, taken.gpus)).toBeLessThanOrEqual(gpus.free);
				if (taken?.launcher === 'local' && total === 0) expect([gpus.free, taken.gpuOnly]).toEqual([1, false]);
				if (taken) expect(launchers).toContain(taken.launcher);
				const [first] = runs;
				const fits = (run: RunInLine) => run.launcher !== 'local' || (total > 0 ? Math.max(1, run.gpus) <= gpus.free : !run.gpuOnly && gpus.free > 0);
				if (first && launchers.includes(first.launcher) && fits(first)) expect(id).toBe(first.id);
			})
		);
	});
});

describe('lending GPUs to a server', () => {
	const run = (gpus: number, launcher: RunInLine['launcher'] = 'local') => ({ launcher, gpus });
	it('waits while a run in line could then never be held', () => {
		expect(mayLend([], 2, 2)).toBe(true);
		expect(mayLend([run(1), run(2)], 2, 1)).toBe(false);
		expect(mayLend([run(1), run(1)], 2, 1)).toBe(true);
		expect(mayLend([run(2)], 4, 2)).toBe(true);
	});

	it('looks past what this host cannot hold anyway, and what another scheduler places', () => {
		expect(mayLend([run(8), run(2, 'slurm')], 2, 2)).toBe(true);
	});
});
