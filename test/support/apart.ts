import { sql } from 'drizzle-orm';
import type { Actor } from '#lib/server/auth/actor.ts';
import { secretHash } from '#lib/server/auth/secrets.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as tasks from '#lib/server/db/tasks.ts';
import type { World } from './world.ts';

/** A live task that stands apart, without waiting for the draw. */
export async function leaseApart(world: World, actor: Actor, of: { comparisonId: string; purpose: 'gold' | 'repeat' | 'adjudication' }): Promise<{ taskId: string; leaseToken: string }> {
	const leaseToken = `token of ${of.comparisonId}`;
	const [place] = await rowsOf<{ project_id: string; round_id: string }>(world.app.db, sql`select project_id, round_id from comparisons where id = ${of.comparisonId}`);
	const { taskId } = await world.app.db.transaction((tx) =>
		tasks.leaseApart(tx, { ...of, projectId: place?.project_id ?? '', roundId: place?.round_id ?? '', userId: actor.userId, via: actor.via, sideOrder: 'ab', leaseTokenHash: secretHash(leaseToken), leaseSeconds: 900, claimKey: null })
	);
	return { taskId, leaseToken };
}

/** A judgment that stands apart (gold, repeat), as the desk would leave it, on the comparison of another judgment of the person or of a given one. */
export async function judgedApart(world: World, actor: Actor, of: { comparisonId: string; purpose: 'gold' | 'repeat'; verdict: string; sideOrder?: 'ab' | 'ba'; supersedes?: string }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		world.app.db,
		sql`with c as (select * from comparisons where id = ${of.comparisonId}),
			t as (insert into tasks (project_id, round_id, comparison_id, purpose, annotator_id, state, lease_token_hash, fencing, expires_at, side_order)
				select project_id, round_id, id, ${of.purpose}, ${actor.userId}, 'done', 'none', 1, now(), ${of.sideOrder ?? 'ba'} from c returning *)
			insert into judgments (project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, duration_ms, supersedes_id)
			select t.project_id, t.comparison_id, c.mode, t.id, 'workspace', ${of.purpose}, 'person', ${actor.userId}, ${of.verdict}, 5000, ${of.supersedes ?? null}::uuid from t, c returning id`
	);
	return rows[0]?.id ?? '';
}
