import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { openTail } from '../../process/tail.ts';
import type { EngineEvent, PreparedRun } from '../engine.ts';
import { createOutputReader } from './log-lines.ts';
import { parseLogLine } from './log-parser.ts';
import { nodeLogs, ofNode } from './node-logs.ts';

/**
 * Events of a run, read from the files that the engine writes: its output and `logging.jsonl`; of the output of other machines
 * than the first its lines alone, each with its machine before it. Reads what is left
 * after `ended`, so that the last steps are not lost. A step that appears twice (after a resume) is told twice;
 * whoever stores metrics keys them by step.
 */
export async function* followRun(run: PreparedRun, options: { ended: AbortSignal; pollMs?: number }): AsyncIterable<EngineEvent> {
	const [first, ...others] = nodeLogs(run.request.dir, run.request.recipe);
	const output = openTail(first.path);
	const elsewhere = others.map(({ node, path }) => ({ node, tail: openTail(path), readLine: createOutputReader() }));
	const metrics = openTail(join(run.outputDir, 'logging.jsonl'));
	const readLine = createOutputReader();
	let training = false;
	yield { type: 'phase', phase: 'loading' };
	for (;;) {
		const last = options.ended.aborted;
		for (const line of last ? await output.rest() : await output.read()) {
			for (const found of readLine(line)) {
				if (found.type === 'training') {
					if (!training) yield { type: 'phase', phase: 'training' };
					training = true;
				} else yield found;
			}
		}
		for (const { node, tail, readLine: read } of elsewhere) {
			for (const line of last ? await tail.rest() : await tail.read()) {
				for (const found of read(line)) if (found.type === 'log') yield { type: 'log', line: ofNode(node, found.line) };
			}
		}
		for (const line of last ? await metrics.rest() : await metrics.read()) {
			const entry = parseLogLine(line);
			if (entry?.type === 'metrics' && Object.keys(entry.metrics.values).length > 0) yield { type: 'metrics', ...entry.metrics };
			if (entry?.type === 'summary') yield { type: 'phase', phase: 'finished' };
		}
		if (last) return;
		await sleep(options.pollMs ?? 500, undefined, { signal: options.ended }).catch(() => {});
	}
}
