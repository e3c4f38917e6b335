import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { HealthWatch } from './health-watch.ts';

it('says each thing once, from all steps so far, and nothing of a folder that is gone', async () => {
	const steps = Array.from({ length: 40 }, (_, i) => ({ step: i + 1, values: { learning_rate: 1e-5, loss: 0.693, 'rewards/accuracies': 0.5 } }));
	for (const dir of [tmpdir(), '/no/such/folder']) {
		const watch = new HealthWatch({ maxSteps: 60, beta: 0.1 }, dir);
		const said = [];
		for (const step of steps) said.push(...(await watch.after([step])).filter(({ rule }) => rule !== 'disk_nearly_full'));
		expect(said).toEqual([{ rule: 'no_progress', step: 30, facts: { from: expect.closeTo(0.693), to: expect.closeTo(0.693) } }]);
	}
});
