import { createHash, randomUUID } from 'node:crypto';
import postgres from 'postgres';

/**
 * The same claim and judgment by bare SQL: prepared statements of postgres.js on
 * one connection each, without HTTP, token, validation and drizzle. What is left
 * of the difference is what the product adds.
 */
export async function judgeRaw(url: string, of: { roundId: string; projectId: string; userIds: readonly string[]; seconds: number }): Promise<{ judgments: number; clientCpuMs: number; seconds: number }> {
	const sql = postgres(url, { max: of.userIds.length });
	const end = performance.now() + of.seconds * 1000;
	const began = performance.now();
	const cpu = process.cpuUsage();
	let judgments = 0;
	try {
		await Promise.all(
			of.userIds.map(async (user) => {
				for (let cursor = -1; performance.now() < end; ) {
					const task = await sql.begin(async (tx) => {
						await tx`insert into annotator_progress (round_id, user_id) values (${of.roundId}, ${user}) on conflict (round_id, user_id) do update set cursor = annotator_progress.cursor`;
						const [slot] = await tx<{ id: string; comparison_id: string; order_key: string }[]>`select s.id, s.comparison_id, s.order_key from slots s
							where s.round_id = ${of.roundId} and s.audience_id = (select id from audiences where project_id = ${of.projectId} limit 1) and s.judgment_id is null and s.order_key > ${cursor}
								and (s.task_id is null or (select t.expires_at from tasks t where t.id = s.task_id) <= now())
								and (select true from slots mine where mine.comparison_id = s.comparison_id and mine.annotator_id = ${user} and mine.id <> s.id limit 1) is null
								and (select true from judgments j where j.comparison_id = s.comparison_id and j.judge_user_id = ${user} limit 1) is null
							order by s.order_key, s.position limit 1 for update of s skip locked`;
						if (!slot) throw new Error('nothing to claim');
						cursor = Number(slot.order_key);
						const hash = createHash('sha256').update(randomUUID()).digest('hex');
						const [made] = await tx<{ id: string }[]>`with name as materialized (select new_id() as id),
							taken as (update slots s set task_id = name.id, annotator_id = ${user}, fencing = fencing + 1 from name where s.id = ${slot.id} returning s.comparison_id, s.fencing),
							moved as (update annotator_progress set cursor = ${cursor} where round_id = ${of.roundId} and user_id = ${user}),
							audited as (insert into audit_entries (actor_id, actor_kind, action, project_id, subject_kind, subject_id) select ${user}, 'token', 'task.claim', ${of.projectId}, 'task', name.id::text from name)
							insert into tasks (id, project_id, round_id, comparison_id, purpose, slot_id, annotator_id, lease_token_hash, fencing, expires_at, side_order)
							select name.id, ${of.projectId}, ${of.roundId}, taken.comparison_id, 'counting', ${slot.id}, ${user}, ${hash}, taken.fencing, now() + interval '15 minutes', 'ab' from name, taken returning id`;
						return { id: made?.id ?? '', slotId: slot.id, comparisonId: slot.comparison_id };
					});
					await sql.begin(async (tx) => {
						const [comparison] = await tx<{ filled: number; overlap: number }[]>`select filled, overlap from comparisons where id = ${task.comparisonId} for no key update`;
						await tx`select id from slots where comparison_id = ${task.comparisonId} order by position for update`;
						const [judged] = await tx<{ id: string }[]>`insert into judgments (project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, idempotency_key, body_hash)
							values (${of.projectId}, ${task.comparisonId}, 'pair', ${task.id}, 'workspace', 'counting', 'person', ${user}, 'a', ${randomUUID()}, 'x') returning id`;
						const filled = (comparison?.filled ?? 0) + 1;
						await tx`with pointed as (update slots set judgment_id = ${judged?.id ?? ''} where id = ${task.slotId}),
							counted as (update comparisons set filled = ${filled}, status = ${filled >= (comparison?.overlap ?? 0) ? 'complete' : 'open'} where id = ${task.comparisonId}),
							done as (update tasks set state = 'done' where id = ${task.id}),
							tallied as (update annotator_progress set judged = judged + 1, counted = counted + 1 where round_id = ${of.roundId} and user_id = ${user})
							insert into audit_entries (actor_id, actor_kind, action, project_id, subject_kind, subject_id) values (${user}, 'token', 'judgment.submit', ${of.projectId}, 'judgment', ${judged?.id ?? ''})`;
					});
					judgments += 1;
				}
			})
		);
		const used = process.cpuUsage(cpu);
		return { judgments, clientCpuMs: (used.user + used.system) / 1000, seconds: (performance.now() - began) / 1000 };
	} finally {
		await sql.end();
	}
}
