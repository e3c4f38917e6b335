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

/** The stage a page belongs to. */
export function stageOf(routeId: string | null): Stage | null {
	if (!routeId) return null;
	if (routeId.includes('[slug]/compare')) return 'judgments';
	if (routeId.includes('/import') || routeId.includes('/near-duplicates')) return 'prompts';
	if (routeId.includes('/snapshots')) return 'snapshot';
	if (routeId.includes('/runs') || routeId.includes('/sweeps')) return 'run';
	if (routeId.includes('/checkpoints') || routeId.includes('/ranking')) return 'checkpoint';
	if (routeId.includes('/suite')) return 'evaluation';
	if (routeId.includes('/rounds')) return 'next_round';
	return null;
}
