import { describe, expect, it } from 'vitest';
import { waitingFor, whyRunWaits } from './waiting-for.ts';
import type { EngineState, WorkerCapabilities } from './worker-capabilities.ts';

const worker = (engine: EngineState): WorkerCapabilities => ({ cpus: 2, memoryBytes: 1, gpus: [], engine });

describe('waitingFor', () => {
	it('says that no worker is there', () => expect(waitingFor([], 0)).toEqual({ code: 'no_worker' }));
	it('counts the line when one worker is ready, whatever the others do', () => {
		const workers = [worker({ state: 'installing', done: 3, total: 9, label: 'torch' }), worker({ state: 'ready', versions: {} })];
		expect(waitingFor(workers, 2)).toEqual({ code: 'in_line', ahead: 2 });
		expect(waitingFor(workers, 0)).toEqual({ code: 'starting' });
	});
	it('shows how far the installation is before it speaks of a host that cannot train', () => {
		const workers = [worker({ state: 'unavailable', message: 'no Python' }), worker({ state: 'installing', done: 60, total: 119, label: 'peft' })];
		expect(waitingFor(workers, 0)).toEqual({ code: 'engine_installing', done: 60, total: 119, label: 'peft' });
	});
	it('repeats why the host cannot train', () => expect(waitingFor([worker({ state: 'unavailable', message: 'no Python' })], 0)).toEqual({ code: 'no_engine', message: 'no Python' }));
	it('looks only at workers that can place the run where it shall be', () => {
		const here = worker({ state: 'ready', versions: {} });
		expect(waitingFor([here], 0, 'slurm')).toEqual({ code: 'no_launcher', launcher: 'slurm' });
		expect(waitingFor([here, { ...here, launchers: ['slurm'] }], 1, 'slurm')).toEqual({ code: 'in_line', ahead: 1 });
		expect(waitingFor([{ ...here, launchers: ['slurm'] }], 0)).toEqual({ code: 'no_launcher', launcher: 'local' });
	});
});

describe('whyRunWaits', () => {
	const run = { status: 'waiting' as const, desiredState: 'run' as const, launcher: 'local' as const };
	const ready = [worker({ state: 'ready', versions: {} })];
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
