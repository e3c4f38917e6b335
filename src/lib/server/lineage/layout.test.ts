import { describe, expect, it } from 'vitest';
import { BOX, drawingOf } from './layout.ts';

describe('the drawing of a lineage', () => {
	const keys = ['round', 'judgments', 'snapshot', 'run', 'base', 'checkpoint'];
	const arrows = [['round', 'judgments'], ['judgments', 'snapshot'], ['snapshot', 'run'], ['base', 'run'], ['run', 'checkpoint']].map(([from = '', to = '']) => ({ from, to }));
	const drawing = drawingOf(keys, arrows);
	const of = (key: string) => drawing.things.find((thing) => thing.key === key) ?? { x: NaN, y: NaN };

	it('has the earlier above the later, each thing in its own place and none outside', () => {
		for (const { from, to } of arrows) expect(of(from).y + BOX.height).toBeLessThan(of(to).y);
		expect(new Set(drawing.things.map(({ x, y }) => `${x} ${y}`)).size).toBe(keys.length);
		for (const { x, y } of drawing.things) expect([x >= 0, y >= 0, x + BOX.width <= drawing.width, y + BOX.height <= drawing.height]).toEqual([true, true, true, true]);
	});

	it('is the same for the same things, and draws a thing alone', () => {
		expect(drawingOf(keys, arrows)).toEqual(drawing);
		expect(drawingOf(['alone'], []).things).toHaveLength(1);
		for (const { path } of drawing.arrows) expect(path).toMatch(/^M [\d.]+ [\d.]+/);
	});
});
