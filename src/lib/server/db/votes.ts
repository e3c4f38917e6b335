import { sql } from 'drizzle-orm';
import type { BundleComparison, BundleJudgment } from '../../domain/prompt-bundle.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Tx } from './client.ts';
import { judgeKey, judgmentKind } from './judgment-kind.ts';
import { rowsOf } from './rows.ts';

/** A comparison with what was said of it, without a word of prompt or answer. */
export type NarrowComparison = BundleComparison & { contentHash: string };

type Row = { id: string; content_hash: string; mode: Mode; overlap: number; judgments: BundleJudgment[] };

/** Comparisons on train prompts of these rounds after a given one, with their judgments: narrow rows only, in order of id. */
export async function page(tx: Tx, of: { roundIds: readonly string[]; after: string | null; limit: number }): Promise<NarrowComparison[]> {
	const rounds = sql.join(of.roundIds.map((id) => sql`${id}::uuid`), sql`, `);
	const rows = await rowsOf<Row>(
		tx,
		sql`select c.id, c.content_hash, c.mode, c.overlap, coalesce(said.judgments, '[]'::jsonb) as judgments
			from (select c.* from comparisons c join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
				where c.round_id in (${rounds}) and g.split = 'train' and c.status not in ('identical', 'gold') and (${of.after}::uuid is null or c.id > ${of.after}::uuid) order by c.id limit ${of.limit}) c
			left join lateral (select jsonb_agg(jsonb_build_object('key', j.id, 'verdict', j.verdict, 'kind', ${judgmentKind}, 'origin', j.origin, 'judge', ${judgeKey}, 'criteria', j.criteria) order by j.id) as judgments
				from judgments j where j.comparison_id = c.id) said on true
			order by c.id`
	);
	return rows.map((row) => ({ key: row.id, contentHash: row.content_hash, mode: row.mode, a: '', b: null, overlap: row.overlap, judgments: row.judgments }));
}
