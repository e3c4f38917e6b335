import { decimal } from '#lib/components/shell/format.ts';
import type { AskedPolicy } from '#lib/domain/generation-plan.ts';
import type { GenerationView } from '#lib/server/usecases/read-generation.ts';
import * as m from '#lib/paraglide/messages.js';

/** A status as word and tone: colour never speaks alone. */
export const STATUS: Record<GenerationView['status'], { word: () => string; tone: 'neutral' | 'active' | 'ok' | 'bad' }> = {
	queued: { word: m.generation_status_queued, tone: 'neutral' },
	running: { word: m.generation_status_running, tone: 'active' },
	succeeded: { word: m.generation_status_succeeded, tone: 'ok' },
	failed: { word: m.generation_status_failed, tone: 'bad' },
	cancelled: { word: m.generation_status_cancelled, tone: 'neutral' }
};

/** What a policy makes of the answers: its name and one sentence. */
export const POLICY: Record<AskedPolicy, { name: () => string; note: () => string }> = {
	every_pair: { name: m.generation_policy_every_pair, note: m.generation_policy_every_pair_note },
	champion_challenger: { name: m.generation_policy_champion, note: m.generation_policy_champion_note },
	spread: { name: m.generation_policy_spread, note: m.generation_policy_spread_note },
	random_pairs: { name: m.generation_policy_random, note: m.generation_policy_random_note },
	adaptive: { name: m.generation_policy_adaptive, note: m.generation_policy_adaptive_note },
	each_answer: { name: m.generation_policy_each, note: m.generation_policy_each_note }
};

/** The policy's name, also of rows that say it as a text. */
export const policyName = (policy: string): string => (policy in POLICY ? POLICY[policy as AskedPolicy].name() : policy);

const MISSED: Record<string, () => string> = {
	upload_stays_here: m.generation_missed_upload,
	empty_answer: m.generation_missed_empty,
	answer_too_large: m.generation_missed_large,
	endpoint_refused: m.generation_missed_refused,
	endpoint_failed: m.generation_missed_failed,
	endpoint_busy: m.generation_missed_busy,
	endpoint_timeout: m.generation_missed_timeout
};

/** Why a question got no answer. */
export const missedWords = (code: string): string => (MISSED[code] ?? m.generation_missed_other)();

/** “CNY 1.24”; cents of a cent where it is that little. */
export const price = (amount: number, currency: string | null): string => `${currency ?? ''} ${decimal(amount, amount !== 0 && amount < 0.1 ? 4 : 2)}`.trim();

export const SPLITS = ['train', 'dev', 'test'] as const;
/** What questions of a split are for. */
export const SPLIT: Record<(typeof SPLITS)[number], () => string> = { train: m.generation_split_train, dev: m.generation_split_dev, test: m.generation_split_test };
