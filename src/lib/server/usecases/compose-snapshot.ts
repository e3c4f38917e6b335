import { fitDawidSkene, VoteCollection, weigher } from '../../domain/dawid-skene.ts';
import { deliberate, judgeOf } from '../../domain/deliberation.ts';
import type { HearingRule } from '../../domain/deliberation.ts';
import type { LengthBias } from '../../domain/length-bias.ts';
import { documentsOf } from '../../domain/message.ts';
import type { MapOptions } from '../../domain/mapping.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { selectsRows } from '../../domain/snapshot-rule.ts';
import type { SnapshotRule } from '../../domain/snapshot-rule.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import { counts, verdictsOf } from '../../domain/verdict.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import * as bundles from '../db/bundles.ts';
import type { NamedBundle } from '../db/bundles.ts';
import type { Tx } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as candidates from '../db/snapshot-candidates.ts';
import * as snapshots from '../db/snapshots.ts';
import * as votes from '../db/votes.ts';
import { givingWay } from '../give-way.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { resolveRule } from './asked-rule.ts';
import type { ResolvedRule, RuleInput } from './asked-rule.ts';
import { SnapshotCount } from './count-rows.ts';
import { renderPrompt } from './render-prompt.ts';
import { selectRows } from './select-rows.ts';

/** What a client asks a snapshot to be. */
export type SnapshotInput = RuleInput & { slug: string; rounds?: number[] | undefined };

/** A snapshot in the making: its rows wait in the transaction's temporary tables, unless only counts were wanted. */
export type ComposedSnapshot = ResolvedRule & { project: Access['project']; rounds: Round[]; counted: SnapshotCount; /** Length bias before rows were left out by lot. */ before: LengthBias };

/** Prompts read at a time: the memory that freezing needs, whatever the size of the record. */
const PAGE = 200;
/** Comparisons read at a time where no text is. */
const NARROW_PAGE = 5000;

/**
 * What the documents of a page of prompts say. Refused while one is still to be
 * read: the same judgments must give the same rows, now or in a minute.
 */
async function documentTexts(tx: Tx, projectId: string, page: readonly NamedBundle[]): Promise<Result<DocumentTexts>> {
	const hashes = documentsOf(page.flatMap((bundle) => [bundle.messages, ...bundle.responses.map(({ messages }) => messages), ...bundle.comparisons.flatMap(({ judgments }) => judgments.flatMap(({ rewrite }) => (rewrite ? [rewrite.messages] : [])))].flat()));
	const waiting = await artifactTexts.waiting(tx, projectId, hashes);
	if (waiting > 0) return fail('conflict', `${waiting} of its documents are still being read by a worker. Freeze again in a minute.`, { facts: { retryAfter: 30 } });
	return ok(await artifactTexts.bodies(tx, projectId, hashes));
}

function chooseRounds(all: readonly Round[], wanted: readonly number[] | undefined): Result<Round[]> {
	const newest = all.at(-1);
	if (!newest) return fail('not_found', 'The project has no round.');
	if (wanted === undefined) return ok([newest]);
	const chosen = all.filter((round) => wanted.includes(round.number));
	const missing = wanted.find((number) => !all.some((round) => round.number === number));
	if (missing !== undefined) return wrongField('rounds', `there is no round ${missing}; there are 1 to ${newest.number}`);
	return chosen.length === 0 ? wrongField('rounds', 'name at least one round') : ok(chosen);
}

/** How votes are weighed: judges' errors as train prompts show them, never those that measure. */
async function weighers(tx: Tx, roundIds: readonly string[], rule: SnapshotRule): Promise<NonNullable<HearingRule['weighers']>> {
	const collected: Record<Mode, VoteCollection> = { pair: new VoteCollection(), single: new VoteCollection() };
	for (let after: string | null = null; ; ) {
		const page: votes.NarrowComparison[] = await votes.page(tx, { roundIds, after, limit: NARROW_PAGE });
		for (const comparison of page) {
			const { finding, ballots } = deliberate(comparison, { ...rule, aggregation: 'majority' });
			if (finding.kind === 'undecided' && finding.why === 'incomplete') continue;
			const cast = ballots.filter(({ judgment }) => judgment.kind !== 'adjudication').map(({ judgment, verdict }) => ({ judge: judgeOf(judgment), verdict }));
			collected[comparison.mode].add(comparison.contentHash, cast);
		}
		if (page.length < NARROW_PAGE) break;
		after = page.at(-1)?.key ?? null;
	}
	const weigh = (mode: Mode) => {
		const model = fitDawidSkene(collected[mode], verdictsOf(mode).filter(counts));
		return model && weigher(model);
	};
	return { pair: weigh('pair'), single: weigh('single') };
}

/**
 * Composes a snapshot from one moment of the record (semantics 11 to 13): the
 * rule is checked, votes are weighed where it asks for that, prompts are
 * rendered page by page, rows are left out by lot where it asks for that.
 * Previewing and freezing are this one path.
 */
export async function composeSnapshot(tx: Tx, actor: Actor, input: SnapshotInput, wants: { lines: boolean }): Promise<Result<ComposedSnapshot>> {
	const access = await allow(tx, actor, { slug: input.slug }, 'snapshot.create');
	if (!access.ok) return access;
	const { project } = access.value;
	const resolved = await resolveRule(tx, project.id, input);
	if (!resolved.ok) return resolved;
	const { objective, rule } = resolved.value;
	const chosen = chooseRounds(await rounds.list(tx, project.id), input.rounds);
	if (!chosen.ok) return chosen;
	const roundIds = chosen.value.map((round) => round.id);
	const options: MapOptions = { ...rule, ...(rule.aggregation === 'dawid_skene' ? { weighers: await weighers(tx, roundIds, rule) } : {}) };
	const selects = selectsRows(rule);
	const counted = new SnapshotCount();
	const giveWay = givingWay();
	let seq = 0;
	await snapshots.openRows(tx);
	if (selects) await candidates.open(tx);
	for (let after: string | null = null; ; ) {
		const page: NamedBundle[] = await bundles.page(tx, { roundIds, after, limit: PAGE });
		const documents = await documentTexts(tx, project.id, page);
		if (!documents.ok) return documents;
		const rendered = [];
		for (const bundle of page) {
			await giveWay();
			rendered.push(renderPrompt(bundle, objective, { ...options, documentTexts: documents.value }, counted, { lines: wants.lines, candidates: selects, next: () => (seq += 1) }));
		}
		if (wants.lines || selects) await snapshots.addRows(tx, rendered.flatMap(({ rows }) => rows), rendered.flatMap(({ fates }) => fates));
		if (selects) await candidates.add(tx, rendered.flatMap((one) => one.candidates));
		if (page.length < PAGE) break;
		after = page.at(-1)?.promptId ?? null;
	}
	const before = counted.lengthBias.result();
	if (selects) await selectRows(tx, rule, counted);
	return ok({ ...resolved.value, project, rounds: chosen.value, counted, before });
}
