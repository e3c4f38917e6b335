import * as v from 'valibot';
import { expect, it } from 'vitest';
import { HubRequest, locationOf, nameOf, parseHubModel, revisionProblem } from './hub-model.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

it('reads a model of a hub at a whole commit, and nothing less', () => {
	expect(parseHubModel(`hf:Qwen/Qwen3-0.6B@${commit}`)).toEqual({ hub: 'hf', repo: 'Qwen/Qwen3-0.6B', commit });
	expect(parseHubModel(`modelscope:qwen/Qwen3_0.6B@${commit}`)).toMatchObject({ hub: 'modelscope' });
	for (const wrong of ['hf:Qwen/Qwen3-0.6B', 'hf:Qwen/Qwen3-0.6B@main', `hf:Qwen@${commit}`, `hf:../x@${commit}`, `hf:a/..@${commit}`, `hf:a/b/c@${commit}`, `hf:a/b@${commit.slice(1)}`, `https://hub/a/b@${commit}`, `hf:a/b?x@${commit}`]) expect([wrong, parseHubModel(wrong)]).toEqual([wrong, null]);
});

it('is asked for by a branch, a tag or a commit, or none of them', () => {
	expect(v.parse(HubRequest, { hub: 'hf', repo: ' Qwen/Qwen3-0.6B ' })).toEqual({ hub: 'hf', repo: 'Qwen/Qwen3-0.6B' });
	for (const revision of [commit, 'master', 'release/v1.0']) expect(v.parse(HubRequest, { hub: 'modelscope', repo: 'Qwen/Qwen3-0.6B', revision }).revision).toBe(revision);
	expect([revisionProblem({ hub: 'hf', revision: 'main' }), revisionProblem({ hub: 'modelscope', revision: commit })]).toEqual([null, null]);
	expect(revisionProblem({ hub: 'modelscope', revision: 'master' })).toMatch(/^all 40 characters/);
	for (const wrong of [{ repo: 'Qwen' }, { repo: '../x' }, { repo: 'a/b', revision: '-rf' }, { repo: 'a/b', revision: 'a b' }, { repo: 'a/b', hub: 'github' }]) expect(v.safeParse(HubRequest, { hub: 'hf', ...wrong }).success).toBe(false);
	const pinned = { hub: 'hf' as const, repo: 'Qwen/Qwen3-0.6B', commit };
	expect(parseHubModel(locationOf(pinned))).toEqual(pinned);
	expect(nameOf(pinned)).toBe('Qwen3-0.6B');
});
