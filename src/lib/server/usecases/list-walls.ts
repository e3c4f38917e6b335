import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as members from '../db/members.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';

/** A wall as its managers read it. */
export type WallLine = { id: string; name: string; matter: string; since: string; until: string | null };

/** Walls of a project and the matters that could have one. Nobody is told of a wall that stands before themselves, nor of its matter. */
export async function listWalls(app: Pick<App, 'db'>, actor: Actor, input: { slug: string }): Promise<Result<{ walls: WallLine[]; matters: string[] }>> {
	const access = await allow(app.db, actor, input, 'walls.manage');
	if (!access.ok) return access;
	const { id } = access.value.project;
	const matters = await walls.matters(app.db, id, actor.userId);
	const found = await walls.list(app.db, id, actor.userId);
	const names = await members.names(app.db, found.map((wall) => wall.userId));
	return ok({ walls: found.map((wall) => ({ id: wall.id, name: names.get(wall.userId) ?? wall.userId, matter: wall.matter, since: wall.createdAt, until: wall.liftedAt })), matters });
}
