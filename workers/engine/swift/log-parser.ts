import { figuresAfter } from '#lib/domain/step-figures.ts';
import { parsePython } from './python-json.ts';

/** One step's metrics, as the engine wrote them. */
export type StepMetrics = { step: number; maxSteps: number; epoch: number | null; values: Record<string, number> };

/** What a line of `logging.jsonl` is. The summary is the engine's last line. */
export type LogEntry =
	| { type: 'metrics'; metrics: StepMetrics }
	| { type: 'summary'; step: number; rows: number | null; lastCheckpoint: string | null };

/** Figures that are clocks and not results; they differ between two equal runs. */
const CLOCKS = /^(elapsed_time|remaining_time|total_flos|eval_(runtime|samples_per_second|steps_per_second))$/;

/**
 * Reads one line of `logging.jsonl`; undefined for one that is torn, empty or unknown. Python writes NaN and
 * Infinity, which JSON does not know: they are left out, and a missing loss is what the page then shows.
 */
export function parseLogLine(line: string): LogEntry | undefined {
	const parsed = parsePython(line);
	if (parsed === undefined) return undefined;
	if ('last_model_checkpoint' in parsed) {
		return {
			type: 'summary',
			step: typeof parsed.global_step === 'number' ? parsed.global_step : 0,
			rows: sizeOf(parsed.train_dataset),
			lastCheckpoint: typeof parsed.last_model_checkpoint === 'string' ? parsed.last_model_checkpoint : null
		};
	}
	// The run's totals stand under the last step and would replace that step's own figures.
	if ('train_runtime' in parsed) return undefined;
	const place = /^(\d+)\/(\d+)$/.exec(String(parsed['global_step/max_steps'] ?? ''));
	if (!place) return undefined;
	const values: Record<string, number> = {};
	for (const [name, value] of Object.entries(parsed)) {
		if (name !== 'epoch' && typeof value === 'number' && Number.isFinite(value) && !CLOCKS.test(name)) values[name] = value;
	}
	const epoch = typeof parsed.epoch === 'number' ? parsed.epoch : null;
	return { type: 'metrics', metrics: { step: Number(place[1]), maxSteps: Number(place[2]), epoch, values } };
}

/**
 * Metrics by step of a whole file. After a resume the steps between checkpoint and crash appear twice: the last one
 * counts. An evaluation's line adds to its step's values.
 */
export function metricsByStep(lines: Iterable<string>): Map<number, StepMetrics> {
	const steps = new Map<number, StepMetrics>();
	for (const line of lines) {
		const entry = parseLogLine(line);
		if (entry?.type !== 'metrics') continue;
		const { metrics } = entry;
		steps.set(metrics.step, { ...metrics, values: figuresAfter(steps.get(metrics.step)?.values, metrics.values) });
	}
	return steps;
}

/** `mean±std, min=…, max=…, size=160` → 160. */
function sizeOf(statistics: unknown): number | null {
	const size = /\bsize=(\d+)/.exec(typeof statistics === 'string' ? statistics : '');
	return size ? Number(size[1]) : null;
}
