import type { Role } from '#lib/domain/permission.ts';
import * as m from '#lib/paraglide/messages.js';

const NAMES: Record<Role, () => string> = { annotator: m.members_role_annotator, reviewer: m.members_role_reviewer, engineer: m.members_role_engineer, owner: m.members_role_owner };
const HELP: Record<Role, () => string> = {
	annotator: m.members_role_annotator_help,
	reviewer: m.members_role_reviewer_help,
	engineer: m.members_role_engineer_help,
	owner: m.members_role_owner_help
};

/** A role's name in the reader's language. */
export function roleName(role: Role): string {
	return NAMES[role]();
}

/** What somebody in this role does, one sentence. */
export function roleHelp(role: Role): string {
	return HELP[role]();
}
