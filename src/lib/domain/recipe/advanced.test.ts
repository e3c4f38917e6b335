import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ADVANCED_ARGUMENTS, advancedText, parseAdvanced, REFUSED_ARGUMENTS, refusedArgument } from './advanced.ts';
import { OWNED_ARGUMENTS } from './recipe-flags.ts';

it('reads lines as an engineer types them', () => {
	expect(parseAdvanced('--max_grad_norm=0.5\noptim  adamw_torch\n\n use_liger_kernel\ntf32 false')).toEqual({ max_grad_norm: 0.5, optim: 'adamw_torch', use_liger_kernel: true, tf32: false });
});

it('gives the form back what it read', () => {
	const word = fc.stringMatching(/^[a-z]{1,8}$/).filter((text) => text !== 'true' && text !== 'false');
	fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,8}$/), fc.oneof(fc.boolean(), fc.integer(), word)), (given) => void expect(parseAdvanced(advancedText(given))).toEqual({ ...given })));
});

it('lets nothing through that a field owns or that is refused by name', () => {
	for (const name of ADVANCED_ARGUMENTS) {
		expect(refusedArgument(name, OWNED_ARGUMENTS)).toBeNull();
		expect(REFUSED_ARGUMENTS.filter(({ pattern }) => pattern.test(name))).toEqual([]);
	}
});

it('lets no beginning of a dangerous name through, which the engine’s parser would complete', () => {
	for (const name of ['output_dir', 'external_plugins', 'push_to_hub', 'dataset', 'callbacks', 'ref_model', 'deepspeed', 'hub_token']) {
		for (let length = 1; length <= name.length; length += 1) expect(refusedArgument(name.slice(0, length), OWNED_ARGUMENTS)).not.toBeNull();
	}
});
