import { count, decimal, percent } from '#lib/components/shell/format.ts';
import type { Component } from 'svelte';
import * as m from '#lib/paraglide/messages.js';
import type { Point } from './series.ts';

/** One line of a chart. Told apart by dash as well as by hue. */
export type SeriesSpec = { key: string; label: () => string; colour: string; dash: string };
/** A chart over steps. */
export type ChartSpec = { id: string; title: () => string; unit: () => string; help: () => string; series: readonly SeriesSpec[]; format: (value: number) => string; tick: (value: number) => string; /** A quantity without noise: no mean is drawn. */ exact?: boolean };

/** The component that draws a chart; it comes with the drawing library, apart from the page. */
export type Drawing = Component<{ spec: ChartSpec; lines: { series: SeriesSpec; points: Point[] }[]; maxStep: number | null }>;

// Blue, vermilion and green of Okabe and Ito's palette, darkened for paper and lightened for night.
const BLUE = 'light-dark(#0a5ea8, #7db8ee)';
const VERMILION = 'light-dark(#b34700, #f0a06a)';
const GREEN = 'light-dark(#00694a, #5fcba4)';

const short = (value: number): string => (Math.abs(value) >= 100 ? count(value) : decimal(value, Math.abs(value) >= 10 ? 1 : 2));
/** A schedule that ends at zero ends a rounding beside it. */
const rate = (value: number): string => (Math.abs(value) < 1e-12 ? '0' : value.toExponential(1).replace('e-', 'e−'));

/** The charts of a run. One whose metrics the engine does not report is left out (KTO knows no accuracy). */
export const CHARTS: readonly ChartSpec[] = [
	{
		id: 'loss',
		title: m.run_chart_loss,
		unit: m.run_unit_nats,
		help: m.run_chart_loss_help,
		series: [{ key: 'loss', label: m.run_chart_loss, colour: BLUE, dash: '' }],
		format: (value) => decimal(value, 4),
		tick: short
	},
	{
		id: 'accuracy',
		title: m.run_chart_accuracy,
		unit: m.run_unit_share,
		help: m.run_chart_accuracy_help,
		series: [{ key: 'rewards/accuracies', label: m.run_chart_accuracy_line, colour: BLUE, dash: '' }],
		format: (value) => percent(value, 0),
		tick: (value) => percent(value, 0)
	},
	{
		id: 'margins',
		title: m.run_chart_margins,
		unit: m.run_unit_reward,
		help: m.run_chart_margins_help,
		series: [
			{ key: 'rewards/margins', label: m.run_chart_margin_line, colour: BLUE, dash: '' },
			{ key: 'rewards/chosen', label: m.run_chart_chosen_line, colour: GREEN, dash: '7 3' },
			{ key: 'rewards/rejected', label: m.run_chart_rejected_line, colour: VERMILION, dash: '2 3' }
		],
		format: (value) => decimal(value, 3),
		tick: short
	},
	{
		id: 'rate',
		title: m.run_chart_rate,
		unit: m.run_unit_rate,
		help: m.run_chart_rate_help,
		series: [{ key: 'learning_rate', label: m.run_chart_rate, colour: BLUE, dash: '' }],
		format: rate,
		tick: rate,
		exact: true
	},
	{
		id: 'gpu-use',
		title: m.run_chart_gpu_use,
		unit: m.run_unit_time_share,
		help: m.run_chart_gpu_use_help,
		series: [{ key: 'gpu/use', label: m.run_chart_gpu_use, colour: BLUE, dash: '' }],
		format: (value) => percent(value, 0),
		tick: (value) => percent(value, 0)
	},
	{
		id: 'gpu-memory',
		title: m.run_chart_gpu_memory,
		unit: () => 'GiB',
		help: m.run_chart_gpu_memory_help,
		series: [
			// First what is there of every run on GPUs, also in an outside scheduler.
			{ key: 'memory(GiB)', label: m.run_chart_gpu_memory_engine, colour: BLUE, dash: '' },
			{ key: 'gpu/memory', label: m.run_chart_gpu_memory_line, colour: GREEN, dash: '7 3' }
		],
		format: (value) => decimal(value, 2),
		tick: short,
		exact: true
	}
];

/** Names of all metrics that the charts show. */
export const CHART_KEYS = CHARTS.flatMap(({ series }) => series.map(({ key }) => key));
