import { expect, it } from 'vitest';
import { figuresAfter, tellsOfTraining } from './step-figures.ts';

const first = { learning_rate: 1e-5, loss: 0.5, grad_norm: 1.2 };

it('adds what was measured to a step', () => {
	expect(figuresAfter(undefined, { eval_loss: 0.4 })).toEqual({ eval_loss: 0.4 });
	expect(figuresAfter(first, { eval_loss: 0.4 })).toEqual({ ...first, eval_loss: 0.4 });
	expect(tellsOfTraining({ eval_loss: 0.4 })).toBe(false);
});

it('takes a step that was trained again for what it was the second time, also where its loss was no number', () => {
	expect(figuresAfter({ ...first, eval_loss: 0.4 }, { learning_rate: 1e-5, loss: 0.6 })).toEqual({ learning_rate: 1e-5, loss: 0.6 });
	expect(figuresAfter(first, { learning_rate: 1e-5 })).toEqual({ learning_rate: 1e-5 });
});
