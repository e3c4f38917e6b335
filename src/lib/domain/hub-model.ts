/** Hubs that a base model can come from, as their names stand before the colon of a location. */
export const HUBS = ['hf', 'modelscope'] as const;
export type Hub = (typeof HUBS)[number];

/** A model on a hub, at one commit: a branch or a tag could be another model tomorrow. */
export type HubModel = { hub: Hub; repo: string; commit: string };

/** What a base model's folder says of it. */
export type ModelFacts = {
	/** As its card names it; null where it has none. */
	licence: string | null;
	/** The folder's own chat template, one of the engine's by name, or none. */
	template: 'own' | 'engine' | null;
};

/** Reads `hf:owner/name@commit` or `modelscope:owner/name@commit`; null when it is not so, or the commit is not whole. */
export function parseHubModel(text: string): HubModel | null {
	const [, hub, repo, commit] = /^(hf|modelscope):((?!\.)[\w.-]{1,96}\/(?!\.)[\w.-]{1,96})@([0-9a-f]{40})$/.exec(text) ?? [];
	return hub === undefined || repo === undefined || commit === undefined ? null : { hub: hub as Hub, repo, commit };
}
