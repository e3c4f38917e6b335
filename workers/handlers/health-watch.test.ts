import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { HealthWatch } from './health-watch.ts';
import { StepClock } from './step-clock.ts';

const rules = async (watch: HealthWatch, steps: Parameters<HealthWatch['after']>[0]) => (await watch.after(steps)).map(({ rule }) => rule).filter((rule) => rule !== 'disk_nearly_full');
const right = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i, values: { learning_rate: 1e-5, loss: 0.6 - (from + i) / 100, 'rewards/accuracies': 1 } }));

describe('a watch', () => {
	it('says each thing once, from all steps so far, and nothing of a folder that is gone', async () => {
		const steps = Array.from({ length: 40 }, (_, i) => ({ step: i + 1, values: { learning_rate: 1e-5, loss: 0.693, 'rewards/accuracies': 0.5 } }));
		for (const dir of [tmpdir(), '/no/such/folder']) {
			const watch = new HealthWatch({ maxSteps: 60, beta: 0.1 }, dir);
			const said = [];
			for (const step of steps) said.push(...(await watch.after([step])).filter(({ rule }) => rule !== 'disk_nearly_full'));
			expect(said).toEqual([{ rule: 'no_progress', step: 30, facts: { from: expect.closeTo(0.693), to: expect.closeTo(0.693) } }]);
		}
	});

	it('counts a step once, however often it has to be written', async () => {
		const watch = new HealthWatch({ maxSteps: 60, beta: 0.1 }, tmpdir());
		for (let times = 0; times < 5; times++) expect(await rules(watch, right(1, 4))).toEqual([]);
		expect(await rules(watch, right(5, 11))).toEqual(['right_at_once']);
	});

	it('takes a step that was trained again for what it was the second time', async () => {
		const watch = new HealthWatch({ maxSteps: 60, beta: 0.1 }, tmpdir());
		expect(await rules(watch, [{ step: 5, values: { learning_rate: 1e-5, loss: 0.5 } }])).toEqual([]);
		expect(await rules(watch, [{ step: 5, values: { learning_rate: 1e-5 } }])).toEqual(['loss_not_a_number']);
	});

	it('does not take the first steps after a resume for those of the run', async () => {
		const learnt = right(1, 20).map((step) => ({ ...step, values: { ...step.values, 'rewards/accuracies': 0.6 } }));
		expect(await rules(new HealthWatch({ maxSteps: 60, beta: 0.1 }, tmpdir(), learnt), right(21, 40))).toEqual([]);
		expect(await rules(new HealthWatch({ maxSteps: 60, beta: 0.1 }, tmpdir()), right(21, 40))).toEqual(['right_at_once']);
	});
});

describe('a training that stands still', () => {
	/** A watch and the minutes of its clock, looked at every one. */
	function watched(maxSteps = 100) {
		let minute = 0;
		const watch = new HealthWatch({ maxSteps, beta: 0.1 }, '/no/such/folder', [], new StepClock(() => minute * 60_000));
		const told: [number, number][] = [];
		const look = async (...[steps, signs]: Parameters<HealthWatch['after']>) => {
			for (const { rule, step } of await watch.after(steps, signs)) if (rule === 'stands_still') told.push([minute, step]);
		};
		return {
			told,
			step: (step: number) => look([{ step, values: { loss: 0.5, learning_rate: 1e-5 } }]),
			sign: (sign: 'training' | 'saving') => look([], [sign]),
			wait: async (minutes: number) => {
				for (let passed = 0; passed < minutes; passed++) {
					minute++;
					await look([]);
				}
			}
		};
	}

	it('is told once, ten minutes after its last step', async () => {
		const { told, step, sign, wait } = watched();
		await sign('training');
		for (let at = 1; at <= 5; at++) {
			await wait(1);
			await step(at);
		}
		await wait(9);
		expect(told).toEqual([]);
		await wait(60);
		expect(told).toEqual([[15, 5]]);
	});

	it('has ten times as long as a step of its own takes', async () => {
		const { told, step, sign, wait } = watched();
		await sign('training');
		for (let at = 1; at <= 7; at++) {
			await wait(at === 1 ? 30 : 5);
			await step(at);
		}
		await wait(49);
		expect(told).toEqual([]);
		await wait(1);
		expect(told).toEqual([[110, 7]]);
	});

	it('is not told while it loads, and only after an hour of its first step, of a save or behind the last step', async () => {
		const loading = watched();
		await loading.wait(600);
		expect(loading.told).toEqual([]);
		await loading.sign('training');
		await loading.wait(59);
		expect(loading.told).toEqual([]);
		await loading.wait(1);
		expect(loading.told).toEqual([[660, 0]]);
		for (const last of [false, true]) {
			const { told, step, sign, wait } = watched(2);
			await sign('training');
			await wait(1);
			await step(1);
			if (last) {
				await wait(1);
				await step(2);
			} else await sign('saving');
			await wait(59);
			expect(told).toEqual([]);
			await wait(1);
			expect(told).toHaveLength(1);
		}
	});

	it('of which steps come in handfuls has the time of one, not of the handful', () => {
		let ms = 0;
		const clock = new StepClock(() => ms);
		expect(clock.silence()).toBeNull();
		clock.began();
		ms = 600_000;
		clock.stepped(10, 10, false);
		expect(clock.silence()).toEqual({ step: 10, seconds: 0, stepSeconds: 60 });
	});
});
