import * as v from 'valibot';

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

/** A repository of a hub, and a branch, tag or commit of it, as somebody writes them. */
export const RepoSchema = v.pipe(v.string(), v.trim(), v.regex(/^(?!\.)[\w.-]{1,96}\/(?!\.)[\w.-]{1,96}$/, 'owner/name, as the hub writes it'));
export const RevisionSchema = v.pipe(v.string(), v.trim(), v.regex(/^(?!\.|-)[\w./-]{1,100}$/, 'a branch, a tag or a commit'));

/** What is wrong with a data set's revision; null: nothing, or the hub names its commit. */
export function revisionProblem({ hub, revision }: { hub: Hub; revision: string }): string | null {
	return hub === 'modelscope' && !/^[0-9a-f]{40}$/.test(revision) ? 'all 40 characters of a commit: ModelScope names none for a branch' : null;
}

/** What each hub calls the branch that a model has where nobody says another. */
export const MAIN_BRANCH: Readonly<Record<Hub, string>> = { hf: 'main', modelscope: 'master' };

/** A model's own name, without its owner's. */
export const nameOf = ({ repo }: Pick<HubModel, 'repo'>): string => repo.slice(repo.indexOf('/') + 1);

/** A model as somebody asks for it: a branch or a tag is pinned to its commit when the hub is asked what it has; without one it is the main branch. */
export const HubRequest = v.strictObject({ hub: v.picklist(HUBS, HUBS.join(' or ')), repo: RepoSchema, revision: v.optional(RevisionSchema) });
export type HubRequest = v.InferOutput<typeof HubRequest>;

/** How a model of the list stands: asked for, looked up at the hub, and, where somebody wanted that at once, fetched to a worker's host. */
export const MODEL_STATUSES = ['asked', 'looking', 'found', 'wanted', 'fetching', 'ready', 'failed'] as const;
export type ModelStatus = (typeof MODEL_STATUSES)[number];

/** What a hub says of a model before it is fetched. */
export type HubFacts = {
	licence: string | null;
	/** Whether it carries a chat template of its own. */
	template: boolean;
	/** Whether the hub asks that its terms be accepted first. */
	gated: boolean;
};

/** The place of a model at a commit, as a checkpoint's row has it. */
export const locationOf = ({ hub, repo, commit }: HubModel): string => `${hub}:${repo}@${commit}`;
