import * as v from 'valibot';
import { expect, it } from 'vitest';
import { hasLabels, WorkerLabelsSchema } from './worker-label.ts';

it('keeps each label once, in order, and takes none that a page or a shell could mistake', () => {
	expect(v.parse(WorkerLabelsSchema, ['npu', 'ascend-910b', 'npu', 'v1.2_x'])).toEqual(['ascend-910b', 'npu', 'v1.2_x']);
	for (const wrong of ['', 'NPU', '-npu', 'npu-', 'two words', 'a,b', '<b>', 'x'.repeat(41)]) expect(v.safeParse(WorkerLabelsSchema, [wrong]).success).toBe(false);
	expect(v.safeParse(WorkerLabelsSchema, Array.from({ length: 21 }, (_, n) => `l${n}`)).success).toBe(false);
});

it('is taken by a worker that has all of the labels that are asked for', () => {
	expect(hasLabels(undefined, [])).toBe(true);
	expect(hasLabels(['npu', 'eu'], ['npu'])).toBe(true);
	expect(hasLabels(['npu'], ['npu', 'eu'])).toBe(false);
	expect(hasLabels(undefined, ['npu'])).toBe(false);
});
