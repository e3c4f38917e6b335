import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun } from './next-run.ts';
import { waitingFor, whyRunWaits } from './waiting-for.ts';
import type { LivingWorker, Wanted } from './waiting-for.ts';
import type { EngineState, WorkerCapabilities } from './worker-capabilities.ts';

const READY: EngineState = { state: 'ready', versions: {} };
const gpus = (count: number) => Array.from({ length: count }, () => ({ name: 'A10', memoryBytes: 24e9 }));
const worker = (engine: EngineState, of: Partial<WorkerCapabilities> & Partial<Omit<LivingWorker, 'capabilities'>> = {}): LivingWorker => {
	const { draining = false, served = 0, held = 0, ...capabilities } = of;
	return { capabilities: { cpus: 2, memoryBytes: 1, gpus: [], engine, ...capabilities }, draining, served, held };
};
const one: Wanted = { launcher: 'local', labels: [], gpus: 1, gpuOnly: false };

describe('waitingFor', () => {
	it('says that no worker is there, or that all were told to take nothing new', () => {
		expect(waitingFor([], 0, one)).toEqual({ code: 'no_worker' });
		expect(waitingFor([worker(READY, { draining: true })], 3, one)).toEqual({ code: 'draining' });
		expect(waitingFor([worker(READY, { draining: true }), worker(READY)], 0, one)).toEqual({ code: 'starting' });
	});
	it('counts the line when one worker is ready, whatever the others do', () => {
		const workers = [worker({ state: 'installing', done: 3, total: 9, label: 'torch' }), worker(READY)];
		expect(waitingFor(workers, 2, one)).toEqual({ code: 'in_line', ahead: 2 });
		expect(waitingFor(workers, 0, one)).toEqual({ code: 'starting' });
	});
	it('shows how far the installation is before it speaks of a host that cannot train', () => {
		const workers = [worker({ state: 'unavailable', message: 'no Python' }), worker({ state: 'installing', done: 60, total: 119, label: 'peft' })];
		expect(waitingFor(workers, 0, one)).toEqual({ code: 'engine_installing', done: 60, total: 119, label: 'peft' });
	});
	it('says that nobody who could place it is called what it asks for', () => {
		const npu = { ...one, labels: ['npu', 'eu'] };
		const named = worker(READY, { labels: ['eu', 'npu', 'quiet'] });
		expect(waitingFor([worker(READY, { labels: ['npu'] }), worker(READY)], 3, npu)).toEqual({ code: 'no_label', labels: ['npu', 'eu'] });
		expect(waitingFor([worker(READY), named], 0, npu)).toEqual({ code: 'starting' });
		expect(waitingFor([{ ...named, draining: true }, worker(READY)], 0, npu)).toEqual({ code: 'no_label', labels: ['npu', 'eu'] });
		expect(waitingFor([named], 0, { ...npu, launcher: 'slurm' })).toEqual({ code: 'no_launcher', launcher: 'slurm' });
	});
	it('repeats why the host cannot train', () => expect(waitingFor([worker({ state: 'unavailable', message: 'no Python' })], 0, one)).toEqual({ code: 'no_engine', message: 'no Python' }));
	it('looks only at workers that can place the run where it shall be, and there not at their GPUs', () => {
		const slurm: Wanted = { launcher: 'slurm', labels: [], gpus: 8, gpuOnly: true };
		expect(waitingFor([worker(READY)], 0, slurm)).toEqual({ code: 'no_launcher', launcher: 'slurm' });
		expect(waitingFor([worker(READY), worker(READY, { launchers: ['slurm'] })], 1, slurm)).toEqual({ code: 'in_line', ahead: 1 });
		expect(waitingFor([worker(READY, { launchers: ['slurm'] })], 0, one)).toEqual({ code: 'no_launcher', launcher: 'local' });
	});
	it('says that no host has the GPUs that it wants, wherever it is in line', () => {
		expect(waitingFor([worker(READY, { gpus: gpus(2) }), worker(READY)], 4, { ...one, gpus: 4 })).toEqual({ code: 'in_line', ahead: 4 });
		expect(waitingFor([worker(READY, { gpus: gpus(2) })], 4, { ...one, gpus: 4 })).toEqual({ code: 'too_few_gpus', gpus: 4, most: 2 });
		expect(waitingFor([worker(READY)], 0, { ...one, gpuOnly: true })).toEqual({ code: 'too_few_gpus', gpus: 1, most: 0 });
	});
	it('says that model servers hold them: what only trains gives them back by itself', () => {
		expect(waitingFor([worker(READY, { gpus: gpus(2), served: 2 })], 0, one)).toEqual({ code: 'served' });
		expect(waitingFor([worker(READY, { gpus: gpus(2), served: 1 })], 5, { ...one, gpus: 2 })).toEqual({ code: 'served' });
		expect(waitingFor([worker(READY, { gpus: gpus(2), served: 1, held: 1 })], 0, one)).toEqual({ code: 'busy' });
		expect(waitingFor([worker(READY, { gpus: gpus(2), served: 1 })], 0, one)).toEqual({ code: 'starting' });
		expect(waitingFor([worker(READY, { gpus: gpus(2), served: 2 }), worker(READY, { gpus: gpus(1), held: 1 })], 0, one)).toEqual({ code: 'busy' });
	});
	it('says that it waits for the GPUs it is left to, though processors have nothing to do', () => {
		expect(waitingFor([worker(READY), worker(READY, { gpus: gpus(1), held: 1 })], 0, one)).toEqual({ code: 'busy' });
		expect(waitingFor([worker(READY), worker(READY, { gpus: gpus(1), served: 1 })], 0, one)).toEqual({ code: 'starting' });
		const tracked = worker({ state: 'ready', versions: { mlflow: '3' } }, { held: 1 });
		expect(waitingFor([worker(READY), tracked], 0, { ...one, packages: ['mlflow'] })).toEqual({ code: 'busy' });
	});
	it('says that workers are busy to the first in line only, also where a host has no GPU', () => {
		expect(waitingFor([worker(READY, { held: 1 })], 0, one)).toEqual({ code: 'busy' });
		expect(waitingFor([worker(READY, { held: 1 })], 1, one)).toEqual({ code: 'in_line', ahead: 1 });
		expect(waitingFor([worker(READY, { held: 1 }), worker(READY)], 0, one)).toEqual({ code: 'starting' });
	});
	it('says “starting” exactly where a worker would take it', () => {
		const host = fc.record({ all: fc.nat(4), served: fc.nat(4), held: fc.nat(4) }).map(({ all, served, held }) => ({ all, served: Math.min(served, all), held: Math.min(held, Math.max(1, all) - Math.min(served, all)) }));
		fc.assert(
			fc.property(fc.array(host, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), (hosts, wanted, gpuOnly) => {
				const run: Wanted = { launcher: 'local', labels: [], gpus: wanted, gpuOnly };
				const said = waitingFor(hosts.map(({ all, served, held }) => worker(READY, { gpus: gpus(all), served, held })), 0, run).code;
				// A worker all of whose GPUs servers have takes nothing at all, and one without any leaves it to one that has as many.
				const left = hosts.some(({ all, served }) => all > 0 && wanted <= all - served);
				const taken = hosts.some(({ all, served, held }) => (all === 0 ? !left : served < all) && nextRun([{ id: 'it', ...run }], { launchers: ['local'], gpus: { total: all - served, free: Math.max(1, all) - served - held } }) !== null);
				expect(said === 'starting').toBe(taken);
			})
		);
	});
});

describe('whyRunWaits', () => {
	const run = { status: 'waiting' as const, desiredState: 'run' as const, ...one };
	const ready = [worker(READY)];
	it('names the stage before it until that has succeeded', () => {
		expect(whyRunWaits(run, { objective: 'sft', status: 'running' }, ready, 0)).toEqual({ code: 'stage', objective: 'sft' });
		expect(whyRunWaits({ ...run, status: 'queued' }, { objective: 'sft', status: 'succeeded' }, ready, 1)).toEqual({ code: 'in_line', ahead: 1 });
	});
	it('says that it was paused before anything else', () => expect(whyRunWaits({ ...run, desiredState: 'pause' }, { objective: 'sft', status: 'running' }, ready, 0)).toEqual({ code: 'paused' }));
	it('says nothing of what has begun or is over', () => {
		expect(whyRunWaits({ ...run, status: 'running' }, null, ready, 0)).toBeNull();
		expect(whyRunWaits({ ...run, status: 'failed' }, { objective: 'sft', status: 'failed' }, ready, 0)).toBeNull();
	});
});
