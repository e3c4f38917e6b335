import { groupedMean, pairedDifference } from '#lib/domain/paired-difference.ts';
import type { PairedDifference } from '#lib/domain/paired-difference.ts';
import type { Grouped } from '#lib/domain/cluster-bootstrap.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { share } from '../print.ts';
import type { Figure } from '../print.ts';
import type { Behaviour } from './checks.ts';

/** Up to here a difference is called significant. */
export const SIGNIFICANT = 0.01;

const MEASURES = [
	{ of: 'overCommitting', title: 'over-committing', unit: 100 },
	{ of: 'vague', title: 'vague', unit: 100 },
	{ of: 'loops', title: 'looping', unit: 100 },
	{ of: 'cutOff', title: 'cut off or empty', unit: 100 },
	{ of: 'utility', title: 'utility', unit: 1 },
	{ of: 'words', title: 'words', unit: 1 }
] as const satisfies readonly { of: Exclude<keyof Behaviour, 'name'>; title: string; unit: number }[];
type Measure = (typeof MEASURES)[number];

/** A column as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
	return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}`);
}

const grouped = (values: ReadonlyMap<string, number>): Grouped[] => [...values].map(([group, value]) => ({ group, value }));

function shown({ value, low, high }: Figure, unit: number): string {
	const said = (one: number) => (unit === 100 ? `${(100 * one).toFixed(0)}` : one.toFixed(1));
	return value === null ? '—' : low === null || high === null ? said(value) : `${said(value)} [${said(low)}, ${said(high)}]`;
}

/** What each model does on the test questions: shares in percent, with 95 % intervals over questions. */
export function behaviourTable(models: readonly Behaviour[], seed: string): string[] {
	const cell = (model: Behaviour, { of, unit }: Measure): string => shown(groupedMean(grouped(model[of]), { seed: `${seed}/${model.name}/${of}`, proportion: unit === 100 }), unit);
	return table([['', ...MEASURES.map(({ title, unit }) => (unit === 100 ? `${title} %` : title))], ...models.map((model) => [model.name, ...MEASURES.map((measure) => cell(model, measure))])]);
}

/** How one model differs from another on the questions that both answered, with p by flipping signs: unit = question. */
export function difference(one: Behaviour, other: Behaviour, of: Measure['of'], seed: string): PairedDifference {
	const items = [...one[of]].flatMap(([group, value]) => {
		const beside = other[of].get(group);
		return beside === undefined ? [] : [{ group, value: value - beside }];
	});
	return pairedDifference(items, { seed: `${seed}/${one.name}/${other.name}/${of}` });
}

/** Differences of models from one of them, in points or units, with 95 % interval and p. */
export function differenceTable(models: readonly Behaviour[], from: Behaviour, seed: string): string[] {
	const rows = models.map((model) => [
		`${model.name} less ${from.name}`,
		...MEASURES.map(({ of, unit }) => {
			const { difference: by, p } = difference(model, from, of, seed);
			return `${shown(by, unit)}${p === null ? '' : ` p ${p < 0.0001 ? p.toExponential(0) : p.toFixed(4)}`}`;
		})
	]);
	return table([['', ...MEASURES.map(({ title }) => title)], ...rows]);
}

/** Whether a model does something significantly less often than another. */
export function fallsSignificantly(one: Behaviour, other: Behaviour, of: 'overCommitting' | 'vague', seed: string): boolean {
	const { difference: by, p } = difference(one, other, of, seed);
	return by.value !== null && by.value < 0 && p !== null && p < SIGNIFICANT;
}

/** What people preferred: each checkpoint beside its parent, on test questions. */
export function peopleTable(rows: readonly { checkpoint: Checkpoint; decision: string }[]): string[] {
	return table([
		['', 'beside', 'win rate', 'comparisons', 'both bad', 'decision'],
		...rows.map(({ checkpoint: { name, parent, people }, decision }) => [name, parent?.name ?? '—', share(people?.winRate), String(people?.comparisons ?? 0), share(people?.bothBadRate), decision])
	]);
}

/** The ranking as the API gives it. */
export type Ranking = { judgments: number; comparisons: number; groups: number; people: number; scales: { anchor: { name: string }; checkpoints: { name: string; strength: Figure; winsAgainstAnchor: Figure; places: { best: number; worst: number } | null; judgments: number }[] }[]; oneWay: { name: string; judgments: number; points: number }[] };

/** Bradley–Terry over all checkpoints, scale by scale; who won or lost throughout stands on none. */
export function rankingTable({ scales, oneWay }: Ranking): string[] {
	const throughout = oneWay.map(({ name, judgments, points }) => `  ${name}: ${points} points of ${judgments}, all one way: no finite strength`);
	const ranked = scales.flatMap(({ anchor, checkpoints }) => [
		`  beside ${anchor.name}`,
		...table([
			['', 'strength (log-odds)', 'wins against it', 'places', 'judgments'],
			...checkpoints.map(({ name, strength, winsAgainstAnchor, places, judgments }) => [name, shown(strength, 1), share(winsAgainstAnchor), places ? `${places.best} to ${places.worst}` : '—', String(judgments)])
		])
	]);
	return [...ranked, ...throughout];
}
