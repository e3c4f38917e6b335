import { sql } from 'drizzle-orm';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { championLine, everChampion } from '../../domain/champion.ts';
import type { ChampionStep } from '../../domain/champion.ts';
import * as checkpoints from './checkpoints.ts';
import type { Checkpoint } from './checkpoints.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

async function stepsOf(db: Executor, projectId: string): Promise<ChampionStep[]> {
	return rowsOf<ChampionStep & Record<string, unknown>>(db, sql`select d.checkpoint_id as "checkpointId", d.decision from decisions d join checkpoints c on c.id = d.checkpoint_id where c.project_id = ${projectId} order by d.id`);
}

/** What leads a project: the newest promoted checkpoint that was not gone back from, else the base model. The next round starts from it. */
export async function championOf(db: Executor, projectId: string): Promise<Checkpoint> {
	const base = await checkpoints.baseOf(db, projectId);
	const id = championLine(base.id, await stepsOf(db, projectId)).at(-1) ?? base.id;
	if (id === base.id) return base;
	const found = await checkpoints.get(db, id);
	if (!found) throw new Error(`champion ${id} is gone`);
	return found;
}

/** The export in which a checkpoint was promoted last, where that one's weights are others than the checkpoint's, and its form; null: as it was trained. */
export async function formOf(db: Executor, checkpointId: string): Promise<{ id: string; plan: ExportPlan } | null> {
	const rows = await rowsOf<{ id: string | null; plan: ExportPlan }>(
		db,
		sql`select x.id, x.plan from decisions d left join decision_terms t on t.decision_id = d.id left join checkpoint_exports x on x.id = t.export_id and x.changed
			where d.checkpoint_id = ${checkpointId} and d.decision in ('promote', 'roll_back') order by d.id desc limit 1`
	);
	const [last] = rows;
	return last && last.id !== null ? { id: last.id, plan: last.plan } : null;
}

/** Everything that ever led a project and does not now, newest first: what it can go back to. */
export async function earlierChampions(db: Executor, projectId: string): Promise<Checkpoint[]> {
	const base = await checkpoints.baseOf(db, projectId);
	const steps = await stepsOf(db, projectId);
	const now = championLine(base.id, steps).at(-1);
	const ids = everChampion(base.id, steps).filter((id) => id !== now);
	const all = await checkpoints.list(db, projectId);
	return ids.flatMap((id) => all.find((one) => one.id === id) ?? []).reverse();
}
