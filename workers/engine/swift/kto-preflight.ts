import { readFile, writeFile } from 'node:fs/promises';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { lastJsonLine, runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** What the replay of the engine's shuffles found; see python/kto_preflight.py. */
export type KtoPlan = { dataSeed: number; dropped: number[]; order: number[] | null };

/** How many rows are left over after whole batches. One alone would be its own neighbour. */
export function ktoRemainder(rows: number, totalBatch: number): number {
	return rows % totalBatch;
}

/** The lines of a data file as the plan wants them: without the dropped row, in the planned order. */
export function applyKtoPlan(lines: readonly string[], plan: KtoPlan): string[] {
	const dropped = new Set(plan.dropped);
	const kept = lines.filter((_, index) => !dropped.has(index));
	return plan.order === null ? kept : plan.order.flatMap((index) => kept[index] ?? []);
}

/**
 * Finds a data seed under which no KTO row is compared with its own text, and writes the rows for it. The same rows
 * and seed give the same plan, so a resumed attempt trains on the same order.
 */
export async function planKtoRows(
	environment: EngineEnvironment,
	paths: { rows: string; target: string },
	settings: { totalBatch: number; seed: number },
	options: ScriptOptions
): Promise<Outcome<KtoPlan>> {
	const args = ['--rows', paths.rows, '--total-batch', String(settings.totalBatch), '--seed', String(settings.seed)];
	const result = await runScript(environment, 'kto_preflight.py', args, options);
	const reply = lastJsonLine<({ ok: true } & KtoPlan) | { ok: false; message: string }>(result);
	if (reply?.ok !== true) {
		return problem(
			'kto_rows',
			`KTO cannot train on these rows: ${reply?.message ?? 'the check did not finish'}.`,
			'KTO compares each answer with another one of its batch: the same answer must not fill the data.'
		);
	}
	const lines = (await readFile(paths.rows, 'utf8')).split('\n').filter((line) => line.trim() !== '');
	await writeFile(paths.target, `${applyKtoPlan(lines, reply).join('\n')}\n`, { mode: 0o600 });
	return value({ dataSeed: reply.dataSeed, dropped: reply.dropped, order: reply.order });
}
