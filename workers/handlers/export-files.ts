import { createReadStream } from 'node:fs';
import { access, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { calibrationRow } from '#lib/domain/checkpoint-export.ts';
import type { ExportPlan, QuantPlan } from '#lib/domain/checkpoint-export.ts';
import type { TrainingRow } from '#lib/domain/training-row.ts';
import { keepExportCommand } from '#lib/server/usecases/make-export.ts';
import type { ExportAtHand } from '#lib/server/usecases/make-export.ts';
import type { ModelSource } from '../engine/engine.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { chatTemplateHash } from '../engine/swift/chat-template.ts';
import { deviceEnv } from '../engine/swift/device-env.ts';
import { OFFLINE_ENV, engineEnv } from '../engine/swift/engine-env.ts';
import { ggufArgv, quantArgv } from '../engine/swift/export-argv.ts';
import { explainFailure } from '../engine/swift/failure.ts';
import { mergeAdapter } from '../engine/swift/merge.ts';
import { checkExportArguments, isQuantised, quantEnvironment } from '../engine/swift/quantise.ts';
import { verifyWhole } from '../engine/swift/verify.ts';
import { runGuarded } from '../process/guarded.ts';
import type { Guarded } from '../process/guarded.ts';
import { layOutModel, provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { guardedScripts, guardOf } from './guarded-scripts.ts';
import type { MarkedWork } from './guarded-scripts.ts';
import { layOutRows } from './training-data.ts';

/** What a worker makes exports with besides the engine. */
export type ExportTools = { ggufConverter: string | undefined; awqPython: string | undefined };

/** An export under way: `context` stops with the export's own signal. */
export type Making = { context: WorkerContext; tools: ExportTools; at: ExportAtHand; dir: string; signal: AbortSignal };

const MERGE_MS = 3_600_000;

const marked = ({ at, dir }: Making): MarkedWork => ({ dir, mark: `export.${at.made.id}.${at.made.attempt}` });

const scripts = (making: Making) => guardedScripts(making.context, marked(making), { signal: making.signal, timeoutMs: MERGE_MS });

/** The checkpoint as a whole model in a folder, checked by loading it where an adapter was added. */
export async function wholeModel(making: Making): Promise<Outcome<ModelSource>> {
	const { context, at, dir } = making;
	const base = await provideBase(context, at.base);
	if (!base.ok) return base;
	const { model, adapter } = await layOutModel(context, base.value, at.checkpoint, join(dir, 'checkpoint'));
	if (at.checkpoint.chatTemplateSha256 !== null && (await chatTemplateHash(model)) !== at.checkpoint.chatTemplateSha256) {
		return problem('template_changed', `${at.checkpoint.name} was trained under another chat template than the one it would go out with.`, 'Restore the base model’s chat template, or its `plumbline.json`.');
	}
	if (!adapter) return value(model);
	const reward = !at.writes;
	const merged = await mergeAdapter(context.environment, { model, adapter, reward }, join(dir, 'whole'), scripts(making));
	if (!merged.ok) return merged;
	const verified = await verifyWhole(context.environment, merged.value.path, { ...scripts(making), reward });
	return verified.ok ? merged : verified;
}

/** Runs an engine's or a converter's command under a guard, in the export's folder. */
function guarded(making: Making, argv: readonly string[]): Promise<Guarded> {
	const { context, dir, signal } = making;
	return runGuarded({ ...guardOf(context, marked(making)), argv, env: engineEnv(join(dir, 'cache'), { ...OFFLINE_ENV, ...deviceEnv(context.environment, context.threads) }) }, signal);
}

/** The training rows that weights are rounded by, as the engine reads them. Test rows never leave the store. */
async function calibrationFile({ context, at, dir }: Making): Promise<{ path: string; rows: number }> {
	const laidOut = await layOutRows(context, at, join(dir, 'rows'));
	const path = join(dir, 'calibration.jsonl');
	const file = await open(path, 'w', 0o600);
	let rows = 0;
	try {
		for await (const line of createInterface({ input: createReadStream(laidOut.path), crlfDelay: Infinity })) {
			const row = line === '' ? null : calibrationRow(JSON.parse(line) as TrainingRow);
			if (!row) continue;
			await file.write(`${JSON.stringify(row)}\n`);
			rows += 1;
		}
	} finally {
		await file.close();
	}
	return { path, rows };
}

/**
 * Weights rounded by GPTQ or AWQ. The command is built and read by the engine's own parser before anything large is made;
 * without a GPU it is kept with the export, and refused.
 */
export async function quantised(making: Making, plan: QuantPlan): Promise<Outcome<string>> {
	const { context, tools, at, dir } = making;
	const { environment } = context;
	const base = await provideBase(context, at.base);
	if (!base.ok) return base;
	const rows = await calibrationFile(making);
	if (rows.rows === 0) return problem('calibration_missing', 'The snapshot has no training row without images that was judged good: there is nothing to round by.', 'Take the checkpoint whole.');
	const output = join(dir, 'rounded');
	const argvOf = (engine: typeof environment, model: string) => quantArgv(engine, plan, { model: { ...base.value, path: model }, rows: rows.path, rowCount: rows.rows, output });
	const planned = argvOf(environment, join(dir, at.checkpoint.kind === 'full' ? 'checkpoint' : 'whole'));
	const known = await checkExportArguments(environment, planned, { ...scripts(making), timeoutMs: 300_000 });
	await keepExportCommand(context.app, at, { command: planned, calibrationRows: rows.rows });
	if (!known.ok) return known;
	if (environment.device === 'cpu') return problem('gpu_missing', `${plan.format.toUpperCase()} rounds weights on a GPU, and no worker here has one.`, 'The engine’s parser has taken the command, which is kept with this export. Start a worker on a host with a GPU and have the export made again.');
	const engine = await quantEnvironment(environment, plan.format, tools.awqPython);
	if (!engine.ok) return engine;
	const whole = await wholeModel(making);
	if (!whole.ok) return whole;
	const argv = argvOf(engine.value, whole.value.path);
	await keepExportCommand(context.app, at, { command: argv, calibrationRows: rows.rows });
	const { exit, log } = await guarded(making, argv);
	if (exit.code === 0 && (await isQuantised(output, plan.format))) return value(output);
	const why = explainFailure(exit, log);
	return { ok: false, problem: { ...why, code: 'conversion_failed', message: `The weights could not be rounded. ${why.message}` } };
}

const GGUF_MARK = 'GGUF';

async function beginsWith(path: string, mark: string): Promise<boolean> {
	const file = await open(path).catch(() => null);
	if (!file) return false;
	try {
		const { buffer } = await file.read(Buffer.alloc(mark.length), 0, mark.length, 0);
		return buffer.toString('latin1') === mark;
	} finally {
		await file.close();
	}
}

/** The whole model as one file for llama.cpp, by its own converter. */
export async function asGguf(making: Making, plan: Extract<ExportPlan, { format: 'gguf' }>): Promise<Outcome<string>> {
	const { context, tools, at, dir } = making;
	const converter = tools.ggufConverter;
	const missing = (message: string) => problem('converter_missing', message, 'Put llama.cpp on a worker’s host and name its convert_hf_to_gguf.py in PLUMBLINE_GGUF_CONVERTER (docs/checkpoint-exports.md); then have the export made again.');
	if (converter === undefined) return missing('GGUF is made by llama.cpp’s converter, and no worker here has one.');
	if (!(await access(converter).then(() => true, () => false))) return missing(`The converter is not at ${converter} on this worker.`);
	const whole = await wholeModel(making);
	if (!whole.ok) return whole;
	const output = join(dir, 'gguf');
	await mkdir(output, { recursive: true });
	const file = join(output, `${at.checkpoint.name}-${plan.type}.gguf`);
	const argv = ggufArgv(context.environment.python, converter, plan, { model: whole.value.path, output: file });
	await keepExportCommand(context.app, at, { command: argv, calibrationRows: null });
	const { exit, log } = await guarded(making, argv);
	if (exit.code === 0 && (await beginsWith(file, GGUF_MARK))) return value(output);
	const why = explainFailure(exit, log);
	return { ok: false, problem: { ...why, code: 'conversion_failed', message: `The converter could not make a GGUF. ${why.message}` } };
}
