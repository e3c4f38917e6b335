import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { HealthWatch } from './health-watch.ts';

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
