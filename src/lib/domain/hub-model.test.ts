import { expect, it } from 'vitest';
import { parseHubModel } from './hub-model.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

it('reads a model of a hub at a whole commit, and nothing less', () => {
	expect(parseHubModel(`hf:Qwen/Qwen3-0.6B@${commit}`)).toEqual({ hub: 'hf', repo: 'Qwen/Qwen3-0.6B', commit });
	expect(parseHubModel(`modelscope:qwen/Qwen3_0.6B@${commit}`)).toMatchObject({ hub: 'modelscope' });
	for (const wrong of ['hf:Qwen/Qwen3-0.6B', 'hf:Qwen/Qwen3-0.6B@main', `hf:Qwen@${commit}`, `hf:../x@${commit}`, `hf:a/..@${commit}`, `hf:a/b/c@${commit}`, `hf:a/b@${commit.slice(1)}`, `https://hub/a/b@${commit}`, `hf:a/b?x@${commit}`]) expect([wrong, parseHubModel(wrong)]).toEqual([wrong, null]);
});
