import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { may, ROLES } from '../../domain/permission.ts';
import type { Action } from '../../domain/permission.ts';

/**
 * Whether a membership's role may do it, as a condition in a statement: the table of permissions, asked of many people
 * at once. Null where `m` is an outer join's missing row. What the site's admin may do besides is the statement's own.
 */
export function membershipMay(m: SQL, action: Action): SQL {
	const roles = ROLES.filter((role) => may({ role, isAdmin: false }, action));
	if (roles.length === 0) return sql`false`;
	// Names of our own list, written out: the planner then knows them.
	return sql`${m}.role in (${sql.raw(roles.map((role) => `'${role}'`).join(', '))})`;
}
