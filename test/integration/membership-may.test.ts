import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { may, PERMISSIONS, ROLES } from '#lib/domain/permission.ts';
import type { Action } from '#lib/domain/permission.ts';
import { membershipMay } from '#lib/server/db/membership-may.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

it('asks of a membership in a statement what the table of permissions says of its role', async () => {
	for (const action of Object.keys(PERMISSIONS) as Action[]) {
		const rows = await rowsOf<{ role: string; may: boolean }>(world.app.db, sql`select m.role, ${membershipMay(sql`m`, action)} as may from unnest(array[${sql.join(ROLES.map((role) => sql`${role}::text`), sql`, `)}]) m (role)`);
		expect(rows, action).toEqual(ROLES.map((role) => ({ role, may: may({ role, isAdmin: false }, action) })));
	}
});
