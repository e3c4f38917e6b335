/** Roles in a project. The site's admin may act as owner everywhere. */
export const ROLES = ['annotator', 'reviewer', 'engineer', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a text is a role's name. */
export function isRole(text: string): text is Role {
	return (ROLES as readonly string[]).includes(text);
}

/**
 * Who may do what: the only table that says so. `admin` stands for the site's
 * admin alone; everything an owner may do, the admin may too. A token's scopes
 * are names of these actions.
 */
export const PERMISSIONS = {
	'project.create': ['admin'],
	'project.read': ['annotator', 'reviewer', 'engineer', 'owner'],
	'project.configure': ['owner'],
	'guideline.read': ['annotator', 'reviewer', 'engineer', 'owner'],
	'members.read': ['reviewer', 'engineer', 'owner'],
	'members.manage': ['owner'],
	'import.create': ['engineer', 'owner'],
	'import.read': ['reviewer', 'engineer', 'owner'],
	/** Folders and buckets that files are brought in from, with their keys, and for which projects. */
	'import_source.manage': ['admin'],
	/** Models of hubs that new projects may begin with, and the hubs' tokens. */
	'model.manage': ['admin'],
	/** What is to be kept out of the record: the lists name people and firms. */
	'desensitisation.manage': ['owner'],
	/** What was found, as it was masked. */
	'finding.review': ['engineer', 'owner'],
	/** What stood there before: every look is in the audit. */
	'original.read': ['owner'],
	'artifact.read': ['annotator', 'reviewer', 'engineer', 'owner'],
	/** Models elsewhere, with their keys. */
	'endpoint.manage': ['owner'],
	'webhook.manage': ['owner'],
	'automation.manage': ['owner'],
	'automation.read': ['reviewer', 'engineer', 'owner'],
	'endpoint.read': ['engineer', 'owner'],
	/** Having models answer; who judges must not know which did. */
	'generation.start': ['engineer', 'owner'],
	'generation.read': ['engineer', 'owner'],
	/** Which servers serve which checkpoint. */
	'deployment.manage': ['engineer', 'owner'],
	'deployment.read': ['reviewer', 'engineer', 'owner'],
	/** Keys of applications, who is answered by a candidate, and whether words of the traffic are kept. */
	'gateway.manage': ['owner'],
	'task.judge': ['annotator', 'reviewer'],
	'judgment.void': ['reviewer', 'owner'],
	'judgment.read': ['reviewer', 'engineer', 'owner'],
	/** One's own record: it stays one's own whatever the role becomes. */
	'judgment.own': ['annotator', 'reviewer', 'engineer', 'owner'],
	'judgment.adjudicate': ['reviewer', 'owner'],
	'gold.manage': ['reviewer', 'owner'],
	'walls.manage': ['reviewer', 'owner'],
	'comment.read': ['annotator', 'reviewer', 'engineer', 'owner'],
	'comment.write': ['annotator', 'reviewer', 'owner'],
	/** Giving work to people, and seeing how it goes. */
	'assignment.manage': ['reviewer', 'owner'],
	/** One's own assigned work, and handing it to somebody else for a while. */
	'assignment.own': ['annotator', 'reviewer', 'owner'],
	'agreement.read': ['reviewer', 'engineer', 'owner'],
	'round.read': ['reviewer', 'engineer', 'owner'],
	'snapshot.create': ['engineer', 'owner'],
	'snapshot.read': ['reviewer', 'engineer', 'owner'],
	'snapshot.data': ['engineer', 'owner'],
	'run.start': ['engineer', 'owner'],
	'run.cancel': ['engineer', 'owner'],
	'run.read': ['reviewer', 'engineer', 'owner'],
	'checkpoint.read': ['reviewer', 'engineer', 'owner'],
	'checkpoint.decide': ['reviewer', 'owner'],
	/** What every new checkpoint's answers are checked for. */
	'suite.manage': ['engineer', 'owner'],
	/** The whole record of a project at once. */
	'archive.export': ['owner'],
	'archive.import': ['admin'],
	/** Workers, their load and the line, of the whole site: whoever has one of these roles in some project. */
	'fleet.read': ['engineer', 'owner'],
	'fleet.manage': ['admin'],
	'user.manage': ['admin'],
	/** Who did what in a project, as far as they may see what it was done to. */
	'audit.read': ['reviewer', 'owner'],
	'audit.verify': ['admin']
} as const satisfies Record<string, readonly (Role | 'admin')[]>;

export type Action = keyof typeof PERMISSIONS;

/** Names of all actions, as scopes of a token use them. */
export const ACTIONS = Object.keys(PERMISSIONS) as Action[];

/** Whether a text names an action. */
export function isAction(text: string): text is Action {
	return Object.hasOwn(PERMISSIONS, text);
}

/** Whether a person with this role (null: no member) may do it. Scopes are checked apart. */
export function may(who: { role: Role | null; isAdmin: boolean }, action: Action): boolean {
	const allowed: readonly string[] = PERMISSIONS[action];
	if (who.isAdmin && (allowed.includes('admin') || allowed.includes('owner'))) return true;
	return who.role !== null && allowed.includes(who.role);
}

/** Roles that may do it, for a sentence that says who can help. */
export function rolesFor(action: Action): string[] {
	return [...PERMISSIONS[action]];
}
