import type { SweepPlan } from '#lib/domain/sweep-plan.ts';

/** Reads lines such as `maxSteps 200` or `beta = 0.1` into settings of a recipe. A value that is no number, switch or null stays a word. */
export function parseSettings(text: string): Record<string, unknown> {
	const given: Record<string, unknown> = {};
	for (const line of text.split('\n')) {
		const [, name, value] = /^\s*([^\s=]+)\s*=?\s*(.*?)\s*$/u.exec(line) ?? [];
		if (!name || value === undefined) continue;
		try {
			given[name] = JSON.parse(value) as unknown;
		} catch {
			given[name] = value;
		}
	}
	return given;
}

/** The same as lines. */
export function settingsText(settings: Record<string, unknown>): string {
	return Object.entries(settings).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n');
}

/** Seed of a drawn sweep whose lines name none: the same lines are the same sweep. */
const SEED = 1;
const RANGE = /^(\S+?)\.\.(\S+)$/u;

/**
 * Reads what a sweep tries: `beta 0.05 0.1` are the values of a grid, `learningRate 1e-5..1e-3` bounds between which
 * `draw 8` points are drawn, from `seed 1`. Null: nothing is tried. What is no plan is left for the schema to refuse.
 */
export function parseSweep(text: string): unknown {
	const lines = text.split('\n').map((line) => line.split(/[\s=,]+/u).filter(Boolean)).filter(([name]) => name !== undefined) as [string, ...string[]][];
	if (lines.length === 0) return null;
	const valueOf = (name: string): number => Number(lines.find(([first]) => first === name)?.[1] ?? NaN);
	const settings = lines.filter(([name]) => name !== 'draw' && name !== 'seed');
	const isDrawn = lines.some(([name, ...values]) => name === 'draw' || values.some((value) => RANGE.test(value)));
	if (!isDrawn) return { method: 'grid', settings: Object.fromEntries(settings.map(([name, ...values]) => [name, values.map(Number)])) };
	const bounds = (value = ''): { from: number; to: number } => {
		const [, from, to] = RANGE.exec(value) ?? [];
		return { from: Number(from ?? value), to: Number(to ?? value) };
	};
	const seed = valueOf('seed');
	return { method: 'random', settings: Object.fromEntries(settings.map(([name, value]) => [name, bounds(value)])), count: valueOf('draw'), seed: Number.isNaN(seed) ? SEED : seed };
}

/** The same as lines. */
export function sweepText(plan: SweepPlan | null): string {
	if (plan === null) return '';
	if (plan.method === 'grid') return Object.entries(plan.settings).map(([name, values]) => `${name} ${values.join(' ')}`).join('\n');
	return [...Object.entries(plan.settings).map(([name, { from, to }]) => `${name} ${from}..${to}`), `draw ${plan.count}`, `seed ${plan.seed}`].join('\n');
}
