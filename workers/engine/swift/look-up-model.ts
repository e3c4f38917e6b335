import type { Hub, HubFacts } from '#lib/domain/hub-model.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { askingEnv, explainHub, isOffline } from './hub-models.ts';
import { lastJsonLine, runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** What a hub has under a name: pinned, weighed, and with its licence. */
export type LookedUp = { commit: string; bytes: number; facts: HubFacts };

/** Asks a hub what it has, by its own package, and of a branch or tag at which commit that is; nothing is fetched. */
export async function lookUpModel(environment: EngineEnvironment, { hub, repo, revision }: { hub: Hub; repo: string; revision: string }, options: ScriptOptions): Promise<Outcome<LookedUp>> {
	if (isOffline()) return problem('model_missing', 'This worker is offline (HF_HUB_OFFLINE): it cannot ask the hub which commit that is.', 'Give all 40 characters of a commit whose files lie in the cache folder, or let the worker reach the hub once.');
	const result = await runScript(environment, 'look_up_model.py', [hub, repo, revision], { ...options, env: { ...askingEnv(), ...options.env } });
	options.signal?.throwIfAborted();
	const found = result.code === 0 ? lastJsonLine<{ commit: string; bytes: number } & HubFacts>(result) : undefined;
	if (!found) return problem(...explainHub(hub, result.stderr, 'look up').problem);
	const { commit, bytes, licence, template, gated } = found;
	return value({ commit, bytes, facts: { licence, template, gated } });
}
