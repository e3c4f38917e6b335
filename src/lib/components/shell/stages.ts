import * as m from '#lib/paraglide/messages.js';

/** The loop, in its order. The same words head the pages, the addresses and the API. */
export const STAGES = ['prompts', 'comparisons', 'judgments', 'snapshot', 'run', 'checkpoint', 'evaluation', 'next_round'] as const;
export type Stage = (typeof STAGES)[number];

const NAMES: Record<Stage, () => string> = {
	prompts: m.stage_prompts,
	comparisons: m.stage_comparisons,
	judgments: m.stage_judgments,
	snapshot: m.stage_snapshot,
	run: m.stage_run,
	checkpoint: m.stage_checkpoint,
	evaluation: m.stage_evaluation,
	next_round: m.stage_next_round
};

/** A stage's name in the reader's language. */
export function stageName(stage: Stage): string {
	return NAMES[stage]();
}

/** Where a stage is: who judges goes to the desk, all else stands on the project's home. */
export function stageHref(slug: string, stage: Stage, mayJudge: boolean): string {
	return stage === 'judgments' && mayJudge ? `/projects/${slug}/compare` : `/projects/${slug}#${stage.replace('_', '-')}`;
}

/** The first part of a page's address in a project, and its stage; what serves several has none. */
const SECTIONS: { [section: string]: Stage } = {
	import: 'prompts',
	'near-duplicates': 'prompts',
	desensitisation: 'prompts',
	generations: 'comparisons',
	compare: 'judgments',
	adjudicate: 'judgments',
	agreement: 'judgments',
	assignments: 'judgments',
	checks: 'judgments',
	form: 'judgments',
	guideline: 'judgments',
	history: 'judgments',
	me: 'judgments',
	snapshots: 'snapshot',
	runs: 'run',
	sweeps: 'run',
	checkpoints: 'checkpoint',
	ranking: 'checkpoint',
	serving: 'checkpoint',
	playground: 'checkpoint',
	suite: 'evaluation',
	gate: 'evaluation',
	rounds: 'next_round'
};

/** The stage a page belongs to. */
export function stageOf(routeId: string | null): Stage | null {
	if (!routeId) return null;
	const section = /\[slug\]\/([\w-]+)/.exec(routeId)?.[1];
	return section === undefined ? null : (SECTIONS[section] ?? null);
}
