import fc from 'fast-check';
import { expect, it } from 'vitest';
import { healthOf } from '#lib/domain/run-health.ts';
import { metricsByStep, parseLogLine } from './log-parser.ts';

const line = (step: number, loss: number, more = '') => `{"loss": ${loss}, "rewards/margins": 0.5, "epoch": 0.25, "global_step/max_steps": "${step}/40", "elapsed_time": "3s", "train_speed(s/it)": 0.2${more}}`;

it('reads a step', () => {
	expect(parseLogLine(line(3, 0.6))).toEqual({
		type: 'metrics', metrics: { step: 3, maxSteps: 40, epoch: 0.25, values: { loss: 0.6, 'rewards/margins': 0.5, 'train_speed(s/it)': 0.2 } }
	});
});

it('leaves out what Python writes and JSON does not know', () => {
	const entry = parseLogLine('{"loss": NaN, "grad_norm": Infinity, "kl": 0.0, "global_step/max_steps": "1/2"}');
	expect(entry).toMatchObject({ type: 'metrics', metrics: { values: { kl: 0 } } });
});

it('reads the summary’s row count', () => {
	const entry = parseLogLine('{"train_dataset": "67.5±3.2, min=63.0, max=73.0, size=24", "last_model_checkpoint": "/o/checkpoint-6", "global_step": 6}');
	expect(entry).toEqual({ type: 'summary', step: 6, rows: 24, lastCheckpoint: '/o/checkpoint-6' });
});

it.each(['', '{"loss": 0.5, "glob', 'null', '[]', '"x"', '{"a": 1}', 'Train: 3%', '{"train_runtime": 1.2, "train_loss": 0.6, "global_step/max_steps": "6/6"}'])('knows nothing about %j', (text) => expect(parseLogLine(text)).toBeUndefined());

it('takes the last of a step that appears twice, and adds evaluations to it', () => {
	const steps = metricsByStep([
		line(1, 0.9), line(2, 0.8), line(3, 0.7), line(2, 0.81), line(3, 0.71),
		'{"eval_loss": 0.5, "global_step/max_steps": "3/40"}', '{"loss": 0.6, "global_step'
	]);
	expect([...steps.keys()].sort()).toEqual([1, 2, 3]);
	expect(steps.get(2)?.values.loss).toBe(0.81);
	expect(steps.get(3)?.values).toMatchObject({ loss: 0.71, eval_loss: 0.5 });
});

it('leaves nothing of a step that was trained again, also where its loss was no number', () => {
	const again = metricsByStep([line(5, 0.5, ', "learning_rate": 1e-05'), '{"loss": NaN, "grad_norm": NaN, "learning_rate": 1e-05, "epoch": 0.3, "global_step/max_steps": "5/40"}']).get(5);
	expect(again).toMatchObject({ epoch: 0.3, values: { learning_rate: 1e-5 } });
	expect(healthOf(again ? [again] : [], { maxSteps: 40, beta: 0.1 })).toEqual([{ rule: 'loss_not_a_number', step: 5, facts: {} }]);
});

it('never throws, however a line is torn', () => {
	fc.assert(fc.property(fc.nat(200), (cut) => void parseLogLine(line(3, 0.6).slice(0, cut))));
	fc.assert(fc.property(fc.string(), (text) => void parseLogLine(text)));
});
