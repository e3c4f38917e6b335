import postgres from 'postgres';

/** Gives a person a long past: judgments in slots of their own, and a queue cursor behind them, as claiming in order leaves it. */
export async function veteran(url: string, of: { projectId: string; roundId: string; userId: string; judgments: number }): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	try {
		await sql.begin(async (tx) => {
			await tx`create temporary table past on commit drop as
				select s.id as slot, s.comparison_id as comparison, s.order_key, new_id() as task, new_id() as judgment from slots s
				where s.round_id = ${of.roundId} and s.position = 2 and s.task_id is null and s.judgment_id is null order by s.order_key limit ${of.judgments}`;
			await tx`insert into tasks (id, project_id, round_id, comparison_id, purpose, slot_id, annotator_id, state, lease_token_hash, fencing, expires_at, side_order)
				select task, ${of.projectId}, ${of.roundId}, comparison, 'counting', slot, ${of.userId}, 'done', 'x', 1, now(), 'ab' from past`;
			await tx`insert into judgments (id, project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict)
				select judgment, ${of.projectId}, comparison, 'pair', task, 'workspace', 'counting', 'person', ${of.userId}, 'a' from past`;
			await tx`update slots s set task_id = past.task, annotator_id = ${of.userId}, judgment_id = past.judgment from past where s.id = past.slot`;
			await tx`update comparisons c set filled = filled + 1 from past where c.id = past.comparison`;
			await tx`insert into annotator_progress (round_id, user_id, judged, cursor) select ${of.roundId}, ${of.userId}, count(*), max(order_key) from past`;
		});
		await sql`analyze`;
	} finally {
		await sql.end();
	}
}
