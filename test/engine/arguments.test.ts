import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { ADVANCED_ARGUMENTS, refusedArgument } from '#lib/domain/recipe/advanced.ts';
import { OWNED_ARGUMENTS } from '#lib/domain/recipe/recipe-flags.ts';
import { trainArgv } from '../../workers/engine/swift/argv.ts';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { run } from '../../workers/process/run.ts';
import { megatronCases, representative } from './recipes.ts';
import type { Case } from './recipes.ts';
import { pairRows, pairs, writeRows } from './rows.ts';

/**
 * Parses each command line with ms-swift's own parser, and builds the arguments, with all their checks, where this
 * machine can. Megatron's classes do not import without CUDA: the names of their fields are read from their source.
 */
const PARSE = `
import ast, glob, importlib.util, json, os, sys
from transformers import HfArgumentParser
from swift.arguments import RLHFArguments, SftArguments
import swift
parsers = {name: HfArgumentParser([kind]) for name, kind in [('rlhf.py', RLHFArguments), ('sft.py', SftArguments)]}
names = {name: sorted({option[2:] for action in parser._actions for option in action.option_strings if option.startswith('--')}) for name, parser in parsers.items()}
root = os.path.dirname(swift.__file__)
files = glob.glob(root + '/megatron/arguments/*.py') + glob.glob(root + '/arguments/base_args/*.py')
megatron = {node.target.id for path in files for node in ast.walk(ast.parse(open(path).read())) if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
problems = []
built = 0
for case in json.load(open(sys.argv[1])):
    parser = parsers.get(case['program'])
    if parser is None:
        unknown = [word for word in case['argv'] if word.startswith('--') and word[2:] not in megatron]
        problems += [(case['name'], unknown)] if unknown else []
        continue
    # The parser completes beginnings of names: each must be whole.
    short = [word for word in case['argv'] if word.startswith('--') and word[2:] not in names[case['program']]]
    try:
        left = parser.parse_known_args(case['argv'])[1]
        if case['build']:
            parser.parse_args_into_dataclasses(case['argv'], return_remaining_strings=True)
            built += 1
    except (SystemExit, Exception) as error:
        left = [type(error).__name__, str(error)[:300]]
    problems += [(case['name'], short + left)] if short or left else []
print(json.dumps({'names': names['rlhf.py'], 'built': built, 'problems': problems}))
`;

type Reply = { names: string[]; built: number; problems: [string, string[]][] };
let reply: Reply;
const cases: Case[] = [...representative(), ...megatronCases()];

beforeAll(async () => {
	const { environment, model, dir } = inject('engine');
	const dataset = await writeRows(join(dir, 'arguments.jsonl'), pairRows(pairs(4)));
	const lines = cases.map(({ name, recipe, device, build }) => {
		const node = recipe.nodes > 1 ? { node: { rank: 0, masterAddress: '127.0.0.1', masterPort: 29_500 } } : {};
		const { argv } = trainArgv(recipe, { python: 'python', cli: 'cli', model: model.path, modelType: model.modelType, template: model.template, dataset, datasetBytes: 1000, outputDir: join(dir, 'arguments'), dataSeed: 1, device, ...node });
		const program = argv.findIndex((word) => word.startsWith('cli/'));
		return { name, build, program: argv[program]?.slice(4), argv: argv.slice(program + 1) };
	});
	const { env } = trainArgv(cases[0]?.recipe as Case['recipe'], { python: '', cli: '', model: '', dataset: '', datasetBytes: 0, outputDir: '', dataSeed: 1, device: 'cpu' });
	const file = join(dir, 'arguments.json');
	await writeFile(file, JSON.stringify(lines));
	const result = await run([environment.python, '-c', PARSE, file], { env: engineEnv(join(dir, 'cache'), env), timeoutMs: 300_000 });
	expect(result.code, result.stderr.slice(-2000)).toBe(0);
	reply = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as Reply;
});

it(`all ${cases.length} recipes pass the engine’s argument parser, whole names only`, () => {
	expect(reply.problems).toEqual([]);
	expect(reply.built).toBe(cases.filter(({ build }) => build).length);
});

it('further arguments that are let through are the engine’s', () => {
	expect(ADVANCED_ARGUMENTS.filter((name) => !reply.names.includes(name))).toEqual([]);
});

it('whatever else the engine knows is a setting or refused with a reason', () => {
	for (const name of reply.names) expect([name, refusedArgument(name, OWNED_ARGUMENTS) !== null]).toEqual([name, !ADVANCED_ARGUMENTS.includes(name)]);
	for (const name of OWNED_ARGUMENTS.keys()) expect(reply.names).toContain(name);
});
