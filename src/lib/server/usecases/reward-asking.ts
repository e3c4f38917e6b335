import { contentHash } from '../../domain/canonical-json.ts';
import { documentsOf, holdsImage } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import { REWARD_TEMPLATE } from '../../domain/suite/judge-question.ts';
import { renderMessages } from '../../domain/training-row.ts';
import type { DocumentTexts, RowMessage } from '../../domain/training-row.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';

/** A conversation with its two answers, as the reward model read such rows in training. */
export type RewardPair = { messages: RowMessage[]; chosen: RowMessage[]; rejected: RowMessage[] };

/** Why a reward model is not to score a pair: it learned from the question, or reads no images. */
type NotScored = 'judge_learned' | 'judge_reads_text';

/** A pair that a reward model is to score, under the hash of all that it reads. */
export type RewardAsking = { key: string; promptId: string; checkpointId: string; pair: RewardPair; notScored: NotScored | null };

/** Two answers to a prompt, as they are stored. */
export type PairToJudge = { promptId: string; messages: Message[]; a: string; b: string };

/** What a reward model must be known for before it is asked. */
export type RewardJudge = { checkpointId: string; sha256: string; learned: ReadonlySet<string>; documentTexts: DocumentTexts };

/** Reads what there is to know of a reward model that is to judge answers to these prompts. */
export async function rewardJudge(db: Executor, of: { projectId: string; checkpointId: string }, prompts: readonly { promptId: string; messages: readonly Message[] }[]): Promise<RewardJudge> {
	const checkpoint = await checkpoints.get(db, of.checkpointId);
	const learned = await overlaps.learnedPrompts(db, of.checkpointId, [...new Set(prompts.map(({ promptId }) => promptId))]);
	const documentTexts = await artifactTexts.bodies(db, of.projectId, documentsOf(prompts.flatMap(({ messages }) => messages)));
	return { checkpointId: of.checkpointId, sha256: checkpoint?.sha256 ?? of.checkpointId, learned, documentTexts };
}

/** A pair for a reward model. Nothing is hidden from it: it runs on a worker of this installation, and learned from the words as they are stored. */
export function rewardAsking(by: RewardJudge, { promptId, messages, a, b }: PairToJudge): RewardAsking {
	const read = (turns: readonly Message[]) => renderMessages(turns, by.documentTexts).messages;
	const pair = { messages: read(messages), chosen: read([{ role: 'assistant', content: a }]), rejected: read([{ role: 'assistant', content: b }]) };
	const notScored = by.learned.has(promptId) ? 'judge_learned' : holdsImage(messages) ? 'judge_reads_text' : null;
	// A verdict from before the question was found to be one that it learned from is none any more: the key is another.
	const key = contentHash({ checkpoint: by.sha256, template: REWARD_TEMPLATE, question: pair, ...(notScored ? { notScored } : {}) });
	return { key, promptId, checkpointId: by.checkpointId, pair, notScored };
}
