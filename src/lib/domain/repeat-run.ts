import { REPEAT_PYTHON } from './repeat-python.ts';

/** How the rows that an engine read differ from the snapshot's file: lines left out, then the order of the rest. */
export type RowPlan = { dropped: number[]; /** Null: as they stand. */ order: number[] | null };

/** An attempt, as far as it says what was started. */
export type StartedAttempt = { number: number; argv: string[] | null; env: Record<string, string> | null; rowPlan: RowPlan | null; engineVersions: Record<string, string> | null };

/** A trained parent: what its folder holds. */
export type RepeatParent = { id: string; name: string; kind: 'adapter' | 'full'; /** It gives scores instead of text. */ isReward: boolean; sha256: string; files: readonly { path: string; sha256: string; /** Its hash as it goes out, where it goes out otherwise than it is stored. */ leaves?: string }[] };

/** Everything that a run was made of. */
export type RepeatFacts = {
	/** Where the data can be had, `https://plumbline.firm.example`. */
	origin: string;
	project: string;
	run: { id: string; objective: string; attempts: number };
	attempt: { number: number; argv: readonly string[]; env: Record<string, string>; versions: Record<string, string>; rowPlan: RowPlan | null };
	data: { snapshotId: string; sha256: string };
	/** `folder`: where its worker had it, when that is known. */
	base: { name: string; sha256: string | null; folder: string | null };
	parent: RepeatParent | null;
	/** The parent's adapter was merged into the base before the training. */
	merged: boolean;
};

/** Scopes of a token that may fetch what a repeat needs. */
export const REPEAT_SCOPES = ['run.read', 'snapshot.data'] as const;

const flagOf = (argv: readonly string[], name: string): string | undefined => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);

/**
 * The attempt that a repeat follows: the newest that began at the start. One that went on from a save repeats only its
 * own steps. Null where no attempt has begun, or its command line is not known here.
 */
export function attemptToRepeat<A extends StartedAttempt>(attempts: readonly A[]): (A & { argv: string[]; env: Record<string, string>; engineVersions: Record<string, string> }) | null {
	const found = attempts.findLast(({ argv, env, engineVersions }) => argv !== null && env !== null && engineVersions !== null && flagOf(argv, '--resume_from_checkpoint') === undefined);
	return found ? { ...found, argv: found.argv ?? [], env: found.env ?? {}, engineVersions: found.engineVersions ?? {} } : null;
}

/** A word for a POSIX shell. */
export function shellWord(text: string): string {
	return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Folders of the host that trained, as variables of the script. */
function pathsOf({ parent, merged, attempt }: Pick<RepeatFacts, 'parent' | 'merged' | 'attempt'>): Record<string, string> {
	const model = merged ? '"$MERGED"' : parent?.kind === 'full' ? '"$PARENT"' : '"$BASE"';
	// All weights learn, held to the base: the model itself is the parent.
	const reference = flagOf(attempt.argv, '--ref_model') === flagOf(attempt.argv, '--model') ? model : '"$BASE"';
	// A tracker is the installation's that trained.
	return { '--report_to': 'none', '--model': model, '--ref_model': reference, '--adapters': '"$PARENT"', '--ref_adapters': '"$PARENT"', '--dataset': '"$ROWS"', '--output_dir': '"$OUT"' };
}

/** What a scheduler filled in on each machine. */
const PLACES: Record<string, string> = { '{node_rank}': '"${NODE_RANK:?which of the machines this is, from 0}"', '{master_addr}': '"${MASTER_ADDR:?address of machine 0}"', '{master_port}': '"${MASTER_PORT:-29500}"' };

/** The command line of the engine in the words of the script, one flag a line. */
export function repeatedCommand(facts: Pick<RepeatFacts, 'parent' | 'merged' | 'attempt'>): string[] {
	const [, ...argv] = facts.attempt.argv;
	const paths = pathsOf(facts);
	const lines: string[] = ['"$PYTHON"'];
	for (const [index, word] of argv.entries()) {
		const before = argv[index - 1] ?? '';
		const program = /\/cli\/((?:_megatron\/)?\w+\.py)$/.exec(word)?.[1];
		const said = program ? `"$CLI/${program}"` : (paths[before] ?? PLACES[word] ?? shellWord(word));
		if (word.startsWith('--')) lines.push(said);
		else lines[lines.length - 1] += ` ${said}`;
	}
	return lines;
}

/** Packages whose versions a repeat is held to: those that train. A tracker writes elsewhere, and what a host added without using it changes no number. */
const TRAINS = new Set(['python', 'torch', 'ms-swift', 'transformers', 'trl', 'peft', 'datasets', 'accelerate', 'bitsandbytes']);

/** Of an attempt's recorded versions those that its command line makes matter. */
function versionsThatCount({ argv, versions }: RepeatFacts['attempt']): Record<string, string> {
	return Object.fromEntries(Object.entries(versions).filter(([name]) => TRAINS.has(name) || (name === 'deepspeed' && argv.includes('--deepspeed'))));
}

/** Variables that belong to the host: which of its devices are free, and how it counts them, is not the run's. */
const ofHost = (name: string, value: string): boolean => (name === 'CUDA_VISIBLE_DEVICES' && value !== '') || name === 'CUDA_DEVICE_ORDER';

/** A name that a shell takes for a variable's; anything else would be read as more of the script. */
const VARIABLE = /^[A-Za-z_]\w*$/;

/**
 * A shell script that repeats a training outside the product: checks versions, data, base and parent against what was
 * recorded, starts the engine with the same arguments, and compares the losses. No secret stands in it.
 */
export function repeatScript(facts: RepeatFacts): string {
	const { run, attempt, base, parent, merged } = facts;
	const command = repeatedCommand(facts);
	const several = attempt.argv.some((word) => word in PLACES);
	const uses = (variable: string) => command.some((line) => line.includes(`"$${variable}"`)) || (variable === 'BASE' && merged);
	const api = `/projects/${facts.project}`;
	const known = {
		versions: versionsThatCount(attempt),
		scopes: REPEAT_SCOPES,
		data: { path: `/snapshots/${facts.data.snapshotId}/data?format=ms-swift&split=train&frozen=true`, sha256: facts.data.sha256 },
		images: `${api}/artifacts`,
		rowPlan: attempt.rowPlan,
		base: { name: base.name, sha256: base.sha256 },
		parent: parent && { path: `/checkpoints/${parent.id}/files?path=`, sha256: parent.sha256, files: parent.files.map(({ path, sha256, leaves }) => ({ path, sha256: leaves === undefined ? [sha256] : [sha256, leaves] })) },
		metrics: `/runs/${run.id}/metrics`
	};
	const template = ['--model_type', '--template'].flatMap((name) => (flagOf(attempt.argv, name) === undefined ? [] : [`${name} ${shellWord(flagOf(attempt.argv, name) ?? '')}`])).join(' ');
	const lines = [
		'#!/usr/bin/env bash',
		`# Repeats run ${run.id} (${run.objective.toUpperCase()}) as its attempt ${attempt.number} was started, outside Plumbline.`,
		...(run.attempts > attempt.number ? ['# The run was broken off and went on from its last save; this goes through without a break.'] : []),
		'#',
		'#   PLUMBLINE_TOKEN=… PYTHON=engine/bin/python bash repeat.sh',
		'#',
		'# PYTHON  of an environment with the engine; it is told how to make one where versions differ',
		...(uses('BASE') ? ['# BASE    folder of the base model'] : []),
		...(parent ? ['# PARENT  folder of the checkpoint that it went on from; fetched when it is not there'] : []),
		'# DATA    the training rows; fetched when they are not there',
		'# WORK    where everything is written',
		'# TOLERANCE  fail when a loss lies further apart than this',
		'set -euo pipefail',
		'umask 077',
		`DEFAULT_SERVER=${shellWord(facts.origin)}; export SERVER="\${SERVER:-$DEFAULT_SERVER}"`,
		'PYTHON="${PYTHON:-python3}"',
		`WORK="\${WORK:-$PWD/run-${run.id.slice(-8)}}"`,
		// Machines may share WORK: what one writes another must not read half of.
		...(several ? ['OWN="$WORK/machine-${NODE_RANK:?which of the machines this is, from 0}"'] : ['OWN="$WORK"']),
		...(uses('BASE') ? [base.folder === null ? `export BASE="\${BASE:?Set BASE to the folder of the base model}"` : `DEFAULT_BASE=${shellWord(base.folder)}; export BASE="\${BASE:-$DEFAULT_BASE}"`] : []),
		...(parent ? ['export PARENT="${PARENT:-$OWN/parent}"'] : []),
		'export DATA="${DATA:-$OWN/train.jsonl}" ROWS="$OWN/rows.jsonl" OUT="$WORK/output"',
		// Written by all of them, begun by the first.
		'if [ "${NODE_RANK:-0}" = 0 ] && [ -e "$OUT" ]; then echo "repeat: $OUT is there already: remove it, or set WORK" >&2; exit 1; fi',
		'mkdir -p "$OWN"',
		`cat > "$OWN/facts.json" <<'FACTS'`,
		JSON.stringify(known),
		'FACTS',
		`cat > "$OWN/repeat.py" <<'PYTHON_CODE'`,
		`${REPEAT_PYTHON}PYTHON_CODE`,
		'',
		'"$PYTHON" "$OWN/repeat.py" check',
		'CLI="$("$PYTHON" "$OWN/repeat.py" cli)"',
		...Object.entries(attempt.env).flatMap(([name, value]) => (ofHost(name, value) || !VARIABLE.test(name) ? [] : [`export ${name}=${value === '' ? '' : shellWord(value)}`])),
		'export HF_HOME="$OWN/cache/hf" HF_DATASETS_CACHE="$OWN/cache/datasets" MODELSCOPE_CACHE="$OWN/cache/modelscope"',
		'',
		...(merged ? ['MERGED="$OWN/merged"', `"$PYTHON" "$CLI/export.py" --model "$BASE" ${template} --adapters "$PARENT" --load_args false --merge_lora true${parent?.isReward ? ' --task_type seq_cls --num_labels 1' : ''} --output_dir "$MERGED"`, ''] : []),
		command.join(' \\\n  '),
		'',
		// The first alone writes the log, and the others may not see its folder.
		'if [ "${NODE_RANK:-0}" = 0 ]; then "$PYTHON" "$OWN/repeat.py" compare; fi',
		''
	];
	return lines.join('\n');
}
