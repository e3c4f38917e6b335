import * as v from 'valibot';
import { createRng } from './rng.ts';
import type { Rng } from './rng.ts';
import { applies, fieldOf, fieldsOf } from './training-recipe.ts';
import type { AnyField, FieldKey, Objective } from './training-recipe.ts';

/** Runs of one sweep. Each is a training of its own, and each look at the same dev questions flatters the best a little more. */
export const MOST_POINTS = 32;

const Value = v.pipe(v.number(), v.finite());
const Seed = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

/** Every combination of the named values, or so many drawn between bounds; one value, or twice the same bound, sets it for all. Settings have the names of the recipe's. */
export const SweepPlanSchema = v.variant('method', [
	v.strictObject({ method: v.literal('grid'), settings: v.record(v.string(), v.pipe(v.array(Value), v.minLength(1), v.maxLength(MOST_POINTS))) }),
	v.strictObject({ method: v.literal('random'), settings: v.record(v.string(), v.strictObject({ from: Value, to: Value })), count: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(MOST_POINTS)), seed: Seed })
]);
export type SweepPlan = v.InferOutput<typeof SweepPlanSchema>;

/** One combination of a sweep: what it sets otherwise than the others. */
export type PointSettings = Partial<Record<FieldKey, number>>;

/** How many points a plan has at most: of drawn whole numbers there may be fewer. */
export function planSize(plan: SweepPlan): number {
	return plan.method === 'random' ? plan.count : Object.values(plan.settings).reduce((product, values) => product * values.length, 1);
}

/** Settings of an objective that runs may be tried over, in the order of the form. */
export function sweptFields(objective: Objective): FieldKey[] {
	// With an adapter, which most are: what a point sets in vain beside its own settings the check of its recipe says.
	return fieldsOf(objective).flatMap(([key, field]) => (field.sweep && applies(field, { objective, tuner: 'lora' }) ? [key] : []));
}

/** Whether a field holds whole numbers only. */
function isWhole(field: AnyField): boolean {
	return !v.is(field.schema, 1.5) && v.is(field.schema, 2);
}

/** Why a plan cannot be laid out: a setting by its name, or null for all of them together. `message` is English, for the API. */
export type PlanProblem = { setting: string | null; code: 'none_named' | 'not_offered' | 'length_twice' | 'named_twice' | 'too_many' | 'nothing_varies' | 'bounds_crossed' | 'above_zero' | 'whole'; message: string };

/** Everything that keeps a plan from being laid out; empty when nothing does. Whether each point can be trained is the recipe's question. */
export function planProblems(plan: SweepPlan, objective: Objective): PlanProblem[] {
	const names = Object.keys(plan.settings);
	const offered = sweptFields(objective);
	if (names.length === 0) return [{ setting: null, code: 'none_named', message: 'name at least one setting to try' }];
	const unknown = names.filter((name) => !offered.includes(name as FieldKey));
	if (unknown.length > 0) return unknown.map((setting) => ({ setting, code: 'not_offered', message: `${objective} is tried over ${offered.join(', ')}` }));
	if ('maxSteps' in plan.settings && 'epochs' in plan.settings) return [{ setting: 'epochs', code: 'length_twice', message: 'steps or epochs, not both' }];
	return plan.method === 'grid' ? gridProblems(plan.settings) : randomProblems(plan.settings, objective);
}

function gridProblems(settings: Record<string, number[]>): PlanProblem[] {
	const twice = Object.entries(settings).filter(([, values]) => new Set(values).size < values.length);
	if (twice.length > 0) return twice.map(([setting]) => ({ setting, code: 'named_twice', message: 'the same value stands there twice' }));
	const count = planSize({ method: 'grid', settings });
	if (count > MOST_POINTS) return [{ setting: null, code: 'too_many', message: `${count} combinations; at most ${MOST_POINTS} runs at a time` }];
	return count < 2 ? [{ setting: null, code: 'nothing_varies', message: 'one combination is a run, not a sweep: name two values of a setting' }] : [];
}

function randomProblems(settings: Record<string, { from: number; to: number }>, objective: Objective): PlanProblem[] {
	const wrong = Object.entries(settings).flatMap(([setting, { from, to }]): PlanProblem[] => {
		const field = fieldOf(objective, setting);
		if (from > to) return [{ setting, code: 'bounds_crossed', message: 'from must not be above to' }];
		if (field?.sweep === 'log' && from <= 0) return [{ setting, code: 'above_zero', message: 'is drawn by order of magnitude: from must be above 0' }];
		return field && isWhole(field) && !(Number.isInteger(from) && Number.isInteger(to)) ? [{ setting, code: 'whole', message: 'takes whole numbers' }] : [];
	});
	const fixed = Object.values(settings).every(({ from, to }) => from === to);
	return wrong.length === 0 && fixed ? [{ setting: null, code: 'nothing_varies', message: 'nothing varies: give some setting two different bounds' }] : wrong;
}

/** Three digits: more of a drawn number nobody reads, or says again. */
function readable(value: number): number {
	return Number(value.toPrecision(3));
}

function drawn(rng: Rng, field: AnyField, { from, to }: { from: number; to: number }): number {
	const share = rng.next();
	if (isWhole(field) && field.sweep === 'even') return from + Math.floor(share * (to - from + 1));
	const value = field.sweep === 'log' ? Math.exp(Math.log(from) + share * (Math.log(to) - Math.log(from))) : from + share * (to - from);
	return Math.min(to, Math.max(from, isWhole(field) ? Math.round(value) : readable(value)));
}

/**
 * The points of a plan without problems, all different, in an order that follows from the plan alone: not from the order
 * in which its settings are named, which a database does not keep. Where whole numbers between the bounds give fewer
 * than were asked for, it is fewer. Bergstra and Bengio (2012) on why drawn points find more than a grid of as many.
 */
export function sweepPoints(plan: SweepPlan, objective: Objective): PointSettings[] {
	const named = sweptFields(objective).filter((key) => key in plan.settings);
	if (plan.method === 'grid') return named.reduce<PointSettings[]>((points, key) => points.flatMap((point) => (plan.settings[key] ?? []).map((value) => ({ ...point, [key]: value }))), [{}]);
	const rng = createRng(`sweep ${plan.seed}`);
	const points = new Map<string, PointSettings>();
	for (let draw = 0; points.size < plan.count && draw < plan.count * 50; draw++) {
		const point = Object.fromEntries(named.map((key) => [key, drawn(rng, fieldOf(objective, key) as AnyField, plan.settings[key] ?? { from: 0, to: 0 })])) as PointSettings;
		points.set(JSON.stringify(point), point);
	}
	return [...points.values()];
}
