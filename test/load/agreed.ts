import postgres from 'postgres';

/** Fills all three places of comparisons with judgments by three people, who agree about four times in five. Gives how many judgments that made. */
export async function fillJudgments(url: string, of: { projectId: string; roundId: string; userIds: readonly [string, string, string]; comparisons: number }): Promise<number> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	try {
		return await sql.begin(async (tx) => {
			await tx`create temporary table judged on commit drop as
				select s.id as slot, s.comparison_id as comparison, (array[${of.userIds[0]}::uuid, ${of.userIds[1]}::uuid, ${of.userIds[2]}::uuid])[s.position + 1] as judge, new_id() as task, new_id() as judgment,
					case when random() < 0.8 then 'a' else (array['a', 'b', 'tie', 'both_bad'])[1 + floor(random() * 4)::int] end as verdict
				from slots s where s.round_id = ${of.roundId} and s.comparison_id in (
					select c.id from comparisons c where c.round_id = ${of.roundId} and c.filled = 0 and not exists (select 1 from tasks t where t.comparison_id = c.id) order by c.order_key limit ${of.comparisons})`;
			await tx`insert into tasks (id, project_id, round_id, comparison_id, purpose, slot_id, annotator_id, state, lease_token_hash, fencing, expires_at, side_order)
				select task, ${of.projectId}, ${of.roundId}, comparison, 'counting', slot, judge, 'done', 'x', 1, now(), case when random() < 0.5 then 'ab' else 'ba' end from judged`;
			await tx`insert into judgments (id, project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, strength, duration_ms)
				select judgment, ${of.projectId}, comparison, 'pair', task, 'workspace', 'counting', 'person', judge, verdict, case when verdict in ('a', 'b') then 'clearly' end, 20000 + (random() * 60000)::int from judged`;
			await tx`update slots s set task_id = judged.task, annotator_id = judged.judge, judgment_id = judged.judgment from judged where s.id = judged.slot`;
			await tx`update comparisons c set filled = 3, status = 'complete' where c.id in (select comparison from judged)`;
			const [row] = await tx<{ n: number }[]>`select count(*)::int as n from judged`;
			return row?.n ?? 0;
		});
	} finally {
		await sql.end();
	}
}
