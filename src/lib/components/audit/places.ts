import type { AuditAct } from '#lib/domain/audit-acts.ts';
import type { Action } from '#lib/domain/permission.ts';
import type { AuditView } from '#lib/server/usecases/read-audit.ts';

const ACT_PAGES: Partial<Record<AuditAct, string>> = {
	'gate.put': 'gate',
	'four_eyes.put': 'gate',
	'suite.put': 'suite',
	'automation.put': 'automation',
	'policy.put': 'checks',
	'gold.put': 'checks',
	'gold.retire': 'checks',
	'form.put': 'form',
	'guideline.put': 'guideline',
	'desensitisation.put': 'desensitisation'
};
/** Pages of one thing, by what the entry is about. */
const OWN_PAGES: Record<string, (id: string) => string> = {
	run: (id) => `runs/${id}`,
	checkpoint: (id) => `checkpoints/${id}`,
	snapshot: (id) => `snapshots/${id}`,
	sweep: (id) => `sweeps/${id}`,
	model_server: (id) => `serving/${id}`,
	judgment: (id) => `history/${id}`
};
/** Pages that list it among others; `needs`: not everybody who reads of such an act may open it. */
const LISTS: Record<string, { page: string; needs?: Action }> = {
	user: { page: 'members' },
	wall: { page: 'members' },
	group: { page: 'assignments' },
	assignment: { page: 'assignments' },
	delegation: { page: 'assignments' },
	import: { page: 'import' },
	deployment: { page: 'serving' },
	endpoint: { page: 'endpoints' },
	webhook: { page: 'webhooks' },
	near_duplicate: { page: 'near-duplicates', needs: 'import.create' }
};

/** What answered a training or a suite has no page of its own: it is read with its checkpoint. The suite's is of no single one. */
function generationPage({ act, subject, checkpointId }: Pick<AuditView, 'act' | 'subject' | 'checkpointId'>): string {
	if (checkpointId !== null) return `checkpoints/${checkpointId}`;
	return act === 'generation.fail' ? 'generations' : `generations/${subject.id}`;
}

/** Page of what an act was done to, under the project's; null: it has none, or none that this reader may open. */
export function placeOf(one: Pick<AuditView, 'act' | 'subject' | 'checkpointId'>, can: Readonly<Record<Action, boolean>>): string | null {
	const { act, subject, checkpointId } = one;
	if (subject.kind === 'generation') return generationPage(one);
	const page = ACT_PAGES[act] ?? OWN_PAGES[subject.kind]?.(subject.id);
	if (page !== undefined) return page;
	if (checkpointId !== null) return `checkpoints/${checkpointId}`;
	const list = LISTS[subject.kind];
	return list && (list.needs === undefined || can[list.needs]) ? list.page : null;
}
