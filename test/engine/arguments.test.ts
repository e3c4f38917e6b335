import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { OBJECTIVES, recipeDefaults } from '#lib/domain/training-recipe.ts';
import { trainArgv } from '../../workers/engine/swift/argv.ts';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { run } from '../../workers/process/run.ts';
import { pairRows, pairs, writeRows } from './rows.ts';

/** Parses each command line with ms-swift's own parser; on CPU it also builds the arguments, with all their checks. */
const PARSE = `
import json, sys
from transformers import HfArgumentParser
from swift.arguments import RLHFArguments
from swift.utils import parse_args
for case in json.loads(sys.argv[1]):
    left = HfArgumentParser([RLHFArguments]).parse_args_into_dataclasses(case['argv'], return_remaining_strings=True)[-1] \
        if case['build'] else HfArgumentParser([RLHFArguments]).parse_known_args(case['argv'])[1]
    assert not left, (case['name'], left)
    print('fine', case['name'])
`;

it('every default recipe passes the engine’s argument parser', async () => {
	const { environment, model, dir } = inject('engine');
	const dataset = await writeRows(join(dir, 'arguments.jsonl'), pairRows(pairs(4)));
	const cases = OBJECTIVES.flatMap((objective) =>
		(['cpu', 'gpu'] as const).flatMap((device) =>
			[recipeDefaults(objective, { device }), { ...recipeDefaults(objective, { device }), targetModules: 'attention' as const }].map((recipe) => {
				const { argv } = trainArgv(recipe, {
					python: 'python', module: 'rlhf.py', model: model.path, modelType: model.modelType, template: model.template,
					dataset, outputDir: join(dir, 'arguments'), dataSeed: 1, device
				});
				return { name: `${objective} ${device} ${recipe.targetModules}`, argv: argv.slice(2), build: device === 'cpu' };
			})
		)
	);
	const { env } = trainArgv(recipeDefaults('dpo', { device: 'cpu' }), { python: '', module: '', model: '', dataset: '', outputDir: '', dataSeed: 1, device: 'cpu' });
	const result = await run([environment.python, '-c', PARSE, JSON.stringify(cases)], { env: engineEnv(join(dir, 'cache'), env), timeoutMs: 180_000 });
	expect(result.stderr.slice(-2000) && result.code, result.stderr.slice(-2000)).toBe(0);
	expect(result.stdout.match(/^fine/gm)).toHaveLength(cases.length);
});
