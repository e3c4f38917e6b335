import type { ProcessExit } from '../../process/exit-record.ts';
import type { EngineProblem, EngineProblemCode } from '../problem.ts';

type Exit = Pick<ProcessExit, 'code' | 'signal' | 'reason' | 'message'>;
type Rule = { pattern: RegExp; code: EngineProblemCode; message: (found: RegExpExecArray) => string; hint: string };

const DISK: Rule = {
	pattern: /No space left on device|Disk quota exceeded/,
	code: 'disk_full',
	message: () => 'The disk is full.',
	hint: 'Free space in the worker’s work folder.'
};

/** From the most to the least specific. Messages quote names and numbers, never a row's text. */
const RULES: Rule[] = [
	{
		pattern: /CUDA out of memory|OutOfMemoryError|DefaultCPUAllocator: can't allocate memory|^MemoryError/m,
		code: 'out_of_memory',
		message: () => 'The training ran out of memory.',
		hint: 'Take a smaller batch with more accumulation, or a shorter maximum length.'
	},
	DISK,
	{
		// With its words, or, as a server of ours tells it, by kind and place alone.
		pattern: /SafetensorError|Error\(s\) in loading state_dict|size mismatch for [\w.]+: copying a param|expected target modules in|Target modules .* not found in the base model|^(?:A request failed: )?(?:RuntimeError|ValueError|KeyError|JSONDecodeError)\n(?: {2}.*\n)*? {2}.* in (?:load_state_dict|set_peft_model_state_dict|load_peft_weights)$/m,
		code: 'broken_model',
		message: () => 'The weights cannot be loaded: they are not whole, or do not fit the model they go on.',
		hint: 'Take another checkpoint; this one will fail again.'
	},
	{
		pattern: /remaining_argv: \[?'?(--?[\w-]+)|unrecognized arguments: (\S+)/,
		code: 'unknown_flag',
		message: (found) => `The engine does not know the option ${found[1] ?? found[2]}.`,
		hint: 'The installed engine differs from the one this version was made for: let the worker install it again.'
	},
	{
		pattern: /The local path does not exist, dataset_id|FileNotFoundError.*\.jsonl|Unable to find '.*\.jsonl'/,
		code: 'missing_dataset',
		message: () => 'The training data file is not where the run expects it.',
		hint: 'Start the run again; its data are written anew.'
	},
	{
		pattern: /template_type: '([^']*)' not in|Failed to automatically match `template_type`/,
		code: 'unsupported_template',
		message: (found) => (found[1] === undefined ? 'The engine cannot tell which chat template the base model has.' : `The engine has no chat template named ${found[1]}.`),
		hint: 'Name one of the engine’s in the `plumbline.json` of the base model’s folder.'
	},
	{
		pattern: /Failed to automatically match `model_type`|no suitable `model_type` was found|model_type: '?([\w.-]*)'? not in|Unrecognized model in|does not recognize this architecture/,
		code: 'unsupported_model',
		message: () => 'The engine cannot tell what architecture the base model has, or does not support it.',
		hint: 'Name the engine’s model type in the `plumbline.json` of the base model’s folder, or take another model.'
	},
	{
		pattern: /MaxLengthError: Current length of row\((\d+)\) is larger than the max_length\((\d+)\)/,
		code: 'row_too_long',
		message: (found) => `A row has ${found[1]} tokens, the recipe allows ${found[2]}.`,
		hint: 'Raise the maximum length, or make the snapshot without rows that long.'
	},
	{
		pattern: /rejected_response: |ValueError: messages|AssertionError: message|To avoid errors, you can pass `strict=False`/,
		code: 'row_refused',
		message: () => 'The engine refused a training row.',
		hint: 'A row is broken, or its two answers are the same: look at the snapshot’s manifest.'
	},
	{
		pattern: /ModuleNotFoundError: No module named '([^']+)'|ImportError: .*?\b([\w.]+) is not installed|The '([\w-]+)' distribution was not found/,
		code: 'missing_package',
		message: (found) => `The engine lacks the package ${found[1] ?? found[2] ?? found[3]}.`,
		hint: 'Let the worker install the engine again.'
	},
	{
		pattern: /loss is nan|(?:grad_norm|loss)'?: '?nan/i,
		code: 'not_a_number',
		message: () => 'The loss stopped being a number.',
		hint: 'Lower the learning rate.'
	}
];

/** Of a training, which puts new weights on layers that its recipe names: elsewhere the same words tell of a checkpoint of another model. */
const LAYERS: Rule = {
	pattern: /Target modules ([[{].*[\]}]) not found in the base model/,
	code: 'layers_unknown',
	message: (found) => `The base model has no layers of the names ${[...(found[1] ?? '').matchAll(/'([\w.]+)'/g)].map(([, name]) => name).join(', ')}.`,
	hint: 'Choose other “Layers that learn” in the recipe.'
};

/** Of a training by several processes, whose launcher ends with 1 whatever ended one of them. What the others said then is that they lost it. */
const ONE_OF_SEVERAL: Rule = {
	pattern: /Signal 9 \(SIGKILL\) received by PID|exitcode\s*: -9\b/,
	code: 'killed',
	message: () => 'One of the training’s processes was killed from outside, most often because the machine ran out of memory.',
	hint: 'Take a smaller batch or a shorter maximum length, or a machine with more memory.'
};

/** Of a training by several processes: one hangs, and the others end after having waited for as long as they were told to. NCCL's words, then gloo's. */
const ONE_HANGS: Rule = {
	pattern: /Watchdog caught collective operation timeout|Timed out waiting \d+ms for (?:recv|send) operation/,
	code: 'killed',
	message: () => 'The training’s processes waited for one another in vain: one of them hangs, or is gone.',
	hint: 'The run goes on from its last save by itself. Should it happen again, look at the GPUs and at the network between them.'
};

/** A training waits until there is room. */
const DISK_OF_A_RUN: Rule = { ...DISK, hint: 'Free space in the worker’s work folder; the run goes on from its last save by itself.' };

/**
 * Why a training ended badly.
 * @param others what other machines of it said: where one of them failed, the first has lost it and knows no more
 */
export function explainTraining(exit: Exit, logTail: string, others: readonly string[] = []): EngineProblem {
	return explainFailure(exit, [logTail, ...others].join('\n'), [ONE_OF_SEVERAL, DISK_OF_A_RUN, LAYERS, ...RULES, ONE_HANGS]);
}

/** Signals by which an operator, a kernel that is out of memory or a host that goes down ends a process; others say that it broke by itself. */
const FROM_OUTSIDE: readonly (string | null)[] = ['SIGKILL', 'SIGTERM'];

/** Whether a training was ended from outside: what it saved is good, and another attempt goes on from it. So it is with one that somebody had save and end, and with one that found no room to save. */
export function wasKilled({ signal, reason }: Pick<ProcessExit, 'signal' | 'reason'>, { code }: Pick<EngineProblem, 'code'>): boolean {
	if (reason === 'guard_lost' || reason === 'not_renewed' || reason === 'scheduler' || signal === 'SIGKILL') return true;
	if (reason !== 'exited') return false;
	return code === 'stopped_early' || code === 'disk_full' || (code === 'killed' && (signal === null || FROM_OUTSIDE.includes(signal)));
}

/** Why an engine process ended badly, from how it ended and the end of its output. */
export function explainFailure(exit: Exit, logTail: string, rules: readonly Rule[] = RULES): EngineProblem {
	if (exit.reason === 'start_failed') {
		return { code: 'start_failed', message: `The engine could not be started: ${exit.message ?? 'unknown reason'}.`, hint: 'Let the worker install the engine again.' };
	}
	if (exit.reason === 'worker_gone' || exit.reason === 'not_renewed' || exit.reason === 'guard_lost') {
		return { code: 'killed', message: 'The engine was ended because its worker was gone.', hint: 'The run goes on from its last checkpoint.' };
	}
	if (exit.reason === 'scheduler') {
		return { code: 'killed', message: `The scheduler took the host away${exit.message ? ` (${exit.message})` : ''}.`, hint: 'The run goes on from its last checkpoint, as a new attempt.' };
	}
	for (const rule of rules) {
		const found = rule.pattern.exec(logTail);
		if (found) return { code: rule.code, message: rule.message(found), hint: rule.hint };
	}
	if (exit.signal === 'SIGKILL' || exit.code === 137) {
		return { code: 'killed', message: 'The engine was killed from outside, most often because the machine ran out of memory.', hint: 'Take a smaller batch or a shorter maximum length, or a machine with more memory.' };
	}
	if (exit.signal !== null || exit.reason === 'stopped' || exit.code === 143) {
		return { code: 'killed', message: `The engine was ended${exit.signal ? ` by ${exit.signal}` : ''} before its first checkpoint.`, hint: 'Start the run again.' };
	}
	return { code: 'engine_failed', message: `The engine ended with exit code ${exit.code ?? 'none'}${lastError(logTail)}.`, hint: 'Look at the end of the run’s log.' };
}

/** The kind of a Python exception; what follows its colon may be somebody's text. */
function lastError(logTail: string): string {
	const kinds = [...logTail.matchAll(/^([\w.]*(?:Error|Exception))(?::|$)/gm)];
	const last = kinds.at(-1)?.[1];
	return last ? ` (${last.split('.').at(-1)})` : '';
}
