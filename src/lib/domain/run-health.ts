import { tellsOfTraining } from './step-figures.ts';
import type { StepFigures } from './step-figures.ts';

/**
 * Rules that speak while a run trains: each a rule of thumb on the engine's own
 * figures, with what it saw, so that who reads it can judge for themselves.
 */
export const HEALTH_RULES = ['loss_not_a_number', 'chosen_falls', 'right_at_once', 'far_from_reference', 'no_progress', 'gpu_idle', 'stands_still', 'disk_nearly_full'] as const;
export type HealthRule = (typeof HEALTH_RULES)[number];

/** What a rule saw, and at which step. */
export type HealthFinding = { rule: HealthRule; step: number; facts: Record<string, number> };

/** A step that was told, with its figures. */
export type HealthStep = { step: number; values: StepFigures };

/** What the rules must know of a run. */
export type HealthContext = { maxSteps: number | null; /** The objective's β where rewards are β times a log-ratio to the reference; else null. */ beta: number | null };

/** Reported steps at either end that a rule compares: one batch says too little. */
const WINDOW = 5;
const ENOUGH_POINTS = 20;
/** Share of its own size by which the preferred answers' log-likelihood may fall. */
const MOST_FALL = 0.2;
/** Nats that a whole answer may have moved from the reference. */
const MOST_NATS = 50;
const ALWAYS_RIGHT = 0.99;
const AT_ONCE_POINTS = 10;
/** Change of the loss, and accuracy above chance, below which nothing was learnt. */
const LEAST_CHANGE = 0.01;
const LEAST_ACCURACY = 0.55;
const NO_PROGRESS_POINTS = 30;

/** Share of the time that the run's GPUs compute, on average over so many reported steps, below which they mostly wait. */
const LEAST_GPU_USE = 0.2;
const GPU_POINTS = 20;

/** Silence that is no step that takes long. A first step may compile, and a save may go to a slow disk. */
const LEAST_STILL_SECONDS = 600;
const STILL_STEPS = 10;
const MOST_UNMEASURED_SECONDS = 3600;

/** A disk with less than this share and less than this many bytes free takes no further checkpoint for sure. */
const LEAST_SHARE = 0.05;
const LEAST_BYTES = 5e9;

/**
 * What the rules say of the steps so far, in order of step; each rule once at most.
 *
 * - `loss_not_a_number`: a step was trained whose loss was no number.
 * - `chosen_falls`: over 20 reported steps the log-likelihood of preferred answers
 *   fell by a fifth while the margin rose: it grows by pushing both down (Razin
 *   et al. 2024, "Unintentional unalignment"; Pal et al. 2024, "Smaug").
 * - `right_at_once`: accuracy of 0.99 over the first ten reported steps after
 *   the first: pairs that differ by something trivial, or were seen before.
 * - `far_from_reference`: preferred answers moved by more than 50 nats (reward
 *   divided by β; the engine's own KL where it reports one).
 * - `no_progress`: after 30 reported steps and a third of the run the loss has
 *   moved by less than 1 % and accuracy is not above 0.55.
 * - `gpu_idle`: over the last 20 steps with a sample, the first five left out
 *   (a start loads and compiles), the run's GPUs computed a fifth of the time or less.
 */
export function healthOf(steps: readonly HealthStep[], of: HealthContext): HealthFinding[] {
	const found = [lossNotANumber(steps), chosenFalls(steps), rightAtOnce(steps), farFromReference(steps, of), noProgress(steps, of), gpuIdle(steps)];
	return found.filter((one) => one !== null).sort((x, y) => x.step - y.step);
}

/** Whether a disk is nearly full: under 5 % and under 5 GB free. */
export function diskFinding(disk: { freeBytes: number; totalBytes: number }, step: number): HealthFinding | null {
	const full = disk.freeBytes < LEAST_BYTES && disk.freeBytes < LEAST_SHARE * disk.totalBytes;
	return full ? { rule: 'disk_nearly_full', step, facts: { freeBytes: disk.freeBytes } } : null;
}

/** Since when nothing was heard of a training. `stepSeconds`: what a step took lately; null where what goes on is none, or the first. */
export type Silence = { step: number; seconds: number; stepSeconds: number | null };

/** Whether a training stands still: no step for ten minutes and for ten times what one takes, or for an hour where a save goes on or no step was told yet. */
export function stillFinding({ step, seconds, stepSeconds }: Silence): HealthFinding | null {
	const most = stepSeconds === null ? MOST_UNMEASURED_SECONDS : Math.max(LEAST_STILL_SECONDS, STILL_STEPS * stepSeconds);
	return seconds >= most ? { rule: 'stands_still', step, facts: { seconds } } : null;
}

type Point = { step: number; value: number };

const pointsOf = (steps: readonly HealthStep[], key: string): Point[] => steps.flatMap(({ step, values }) => (values[key] === undefined ? [] : [{ step, value: values[key] }]));
const mean = (points: readonly Point[]): number => points.reduce((sum, { value }) => sum + value, 0) / points.length;

function lossNotANumber(steps: readonly HealthStep[]): HealthFinding | null {
	const bad = steps.find(({ values }) => tellsOfTraining(values) && !('loss' in values));
	return bad ? { rule: 'loss_not_a_number', step: bad.step, facts: {} } : null;
}

function chosenFalls(steps: readonly HealthStep[]): HealthFinding | null {
	const chosen = pointsOf(steps, 'logps/chosen');
	const margins = pointsOf(steps, 'rewards/margins');
	if (chosen.length < ENOUGH_POINTS || margins.length < ENOUGH_POINTS) return null;
	const [from, to] = [mean(chosen.slice(0, WINDOW)), mean(chosen.slice(-WINDOW))];
	const rises = mean(margins.slice(-WINDOW)) > mean(margins.slice(0, WINDOW));
	return rises && from - to > MOST_FALL * Math.abs(from) ? { rule: 'chosen_falls', step: chosen.at(-1)?.step ?? 0, facts: { from, to } } : null;
}

function rightAtOnce(steps: readonly HealthStep[]): HealthFinding | null {
	// Before its first update a model is its own reference: no answer of a pair is ahead.
	const first = pointsOf(steps, 'rewards/accuracies').slice(1, 1 + AT_ONCE_POINTS);
	const accuracy = mean(first);
	return first.length === AT_ONCE_POINTS && accuracy >= ALWAYS_RIGHT ? { rule: 'right_at_once', step: first.at(-1)?.step ?? 0, facts: { accuracy } } : null;
}

function farFromReference(steps: readonly HealthStep[], { beta }: HealthContext): HealthFinding | null {
	const kl = pointsOf(steps, 'kl');
	const rewards = beta === null ? [] : pointsOf(steps, 'rewards/chosen').map(({ step, value }) => ({ step, value: value / beta }));
	const last = (kl.length > 0 ? kl : rewards).slice(-WINDOW);
	const nats = Math.abs(mean(last));
	return last.length === WINDOW && nats > MOST_NATS ? { rule: 'far_from_reference', step: last.at(-1)?.step ?? 0, facts: { nats } } : null;
}

function noProgress(steps: readonly HealthStep[], { maxSteps }: HealthContext): HealthFinding | null {
	const losses = pointsOf(steps, 'loss');
	const step = losses.at(-1)?.step ?? 0;
	if (losses.length < NO_PROGRESS_POINTS || (maxSteps !== null && step < maxSteps / 3)) return null;
	const third = Math.floor(losses.length / 3);
	const [from, to] = [mean(losses.slice(0, third)), mean(losses.slice(-third))];
	if (Math.abs(from - to) >= LEAST_CHANGE * Math.abs(from)) return null;
	const accuracies = pointsOf(steps, 'rewards/accuracies');
	const accuracy = accuracies.length > 0 ? mean(accuracies.slice(-third)) : null;
	return accuracy !== null && accuracy > LEAST_ACCURACY ? null : { rule: 'no_progress', step, facts: { from, to } };
}

function gpuIdle(steps: readonly HealthStep[]): HealthFinding | null {
	const last = pointsOf(steps, 'gpu/use').slice(WINDOW).slice(-GPU_POINTS);
	const use = mean(last);
	return last.length === GPU_POINTS && use <= LEAST_GPU_USE ? { rule: 'gpu_idle', step: last.at(-1)?.step ?? 0, facts: { use } } : null;
}
