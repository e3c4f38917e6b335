import type { ExportPlan } from '../checkpoint-export.ts';
import type { CardFacts } from '../data-card/data-card.ts';
import type { EvaluationResults } from '../evaluation-results.ts';
import type { GateVerdict } from '../gate-verdict.ts';
import type { SequentialLook } from '../sequential-look.ts';
import type { WinVote, WinRate } from '../win-rate.ts';

/** A checkpoint as a report names it. */
export type ReportedCheckpoint = { id: string; name: string; kind: 'base' | 'adapter' | 'full'; sha256: string | null };

/** A comparison on a test prompt with its words, desensitised. */
export type ReportedExample = { won: boolean; votes: WinVote[]; prompt: string; candidate: string; parent: string };

/**
 * What a report is made of: all of it frozen with the decision or never changed
 * after, so that the same decision always gives the same bytes.
 */
export type ReportFacts = {
	project: { slug: string; name: string };
	decision: {
		id: string;
		decision: 'promote' | 'reject' | 'more_data' | 'roll_back';
		/** Null when it was erased. */
		reason: string | null;
		reasonHash: string;
		/** ISO 8601. */
		at: string;
		gateVersion: number | null;
		overridden: boolean;
		fourEyes: boolean;
		signatures: { name: string; role: string; at: string }[];
		/** What was gone back from. */
		from: ReportedCheckpoint | null;
		/** The form that was promoted, measured beside the checkpoint where its weights are others; null: as it was trained. */
		form: { plan: ExportPlan; sha256: string; results: EvaluationResults | null } | null;
	};
	model: ReportedCheckpoint & { bytes: number | null; step: number | null; files: { path: string; bytes: number; sha256: string }[]; run: { id: string; objective: string; settings: Readonly<Record<string, unknown>>; startedBy: string } | null };
	/** From the checkpoint to the base model. */
	lineage: (ReportedCheckpoint & { runId: string | null; snapshotSha256: string | null })[];
	/** Null: the base model, or the manifest is no longer readable. */
	data: CardFacts | null;
	evaluation: EvaluationResults | null;
	people: (WinRate & { waiting: number; identical: number }) | null;
	look: SequentialLook | null;
	gate: GateVerdict | null;
	examples: ReportedExample[];
	/** Questions trained on that are held out since. */
	overlaps: number;
};
