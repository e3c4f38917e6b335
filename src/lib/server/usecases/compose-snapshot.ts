import { fitDawidSkene, VoteCollection, weigher } from '../../domain/dawid-skene.ts';
import { deliberate, judgeOf } from '../../domain/deliberation.ts';
import type { HearingRule } from '../../domain/deliberation.ts';
import type { LengthBias } from '../../domain/length-bias.ts';
import type { MapOptions } from '../../domain/mapping.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { selectsRows } from '../../domain/snapshot-rule.ts';
import type { SnapshotRule } from '../../domain/snapshot-rule.ts';
import { counts, verdictsOf } from '../../domain/verdict.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import * as bundles from '../db/bundles.ts';
import type { NamedBundle } from '../db/bundles.ts';
import type { Tx } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as candidates from '../db/snapshot-candidates.ts';
import * as snapshots from '../db/snapshots.ts';
import type { RowLine } from '../db/snapshots.ts';
import * as votes from '../db/votes.ts';
import { givingWay } from '../give-way.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { resolveRule } from './asked-rule.ts';
import type { ResolvedRule, RuleInput } from './asked-rule.ts';
import { SnapshotCount } from './count-rows.ts';
import { byDocuments } from './page-documents.ts';
import { renderPrompt } from './render-prompt.ts';
import { selectRows } from './select-rows.ts';
import { SnapshotBatch } from './snapshot-batch.ts';

/** What a client asks a snapshot to be. */
export type SnapshotInput = RuleInput & { slug: string; rounds?: number[] | undefined };

/** A snapshot in the making: its rows wait in the transaction's temporary tables, unless only counts were wanted. */
export type ComposedSnapshot = ResolvedRule & { project: Access['project']; rounds: Round[]; counted: SnapshotCount; /** Length bias before rows were left out by lot. */ before: LengthBias };

/** What is held at a time: prompts, and bytes of texts read or of rows written (one that is longer by itself). The memory that freezing needs, whatever the size of the record. */
export const FREEZE_PAGE = { prompts: 200, bytes: 4_000_000 };
/** Comparisons read at a time where no text is. */
const NARROW_PAGE = 5000;

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
export async function composeSnapshot(tx: Tx, actor: Actor, input: SnapshotInput, wants: { lines: boolean; page?: typeof FREEZE_PAGE }): Promise<Result<ComposedSnapshot>> {
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
	const { prompts: limit, bytes } = wants.page ?? FREEZE_PAGE;
	const batch = new SnapshotBatch(tx, bytes);
	const line = wants.lines ? (row: RowLine) => batch.row(row) : null;
	for (let after: string | null = null; ; ) {
		const page: NamedBundle[] = await bundles.page(tx, { roundIds, after, limit, bytes });
		if (page.length === 0) break;
		const parts = await byDocuments(tx, project.id, page, bytes);
		if (!parts.ok) return parts;
		const found = [];
		for (const part of parts.value) {
			const documentTexts = await part.texts();
			for (const bundle of part.bundles) {
				await giveWay();
				const rendered = await renderPrompt(bundle, objective, { ...options, documentTexts }, counted, { line, candidates: selects, next: () => (seq += 1) });
				batch.fates(rendered.fates);
				found.push(...rendered.candidates);
			}
		}
		if (wants.lines || selects) await batch.flush();
		if (selects) await candidates.add(tx, found);
		after = page.at(-1)?.promptId ?? null;
	}
	const before = counted.lengthBias.result();
	if (selects) await selectRows(tx, rule, counted);
	return ok({ ...resolved.value, project, rounds: chosen.value, counted, before });
}
