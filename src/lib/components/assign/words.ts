import { count, moment } from '#lib/components/shell/format.ts';
import { thing } from '#lib/components/shell/things.ts';
import type { AssignmentFilter, AssignmentState } from '#lib/domain/assignment.ts';
import type { Suitability } from '#lib/server/db/assignments.ts';
import * as m from '#lib/paraglide/messages.js';

const STATES: Record<AssignmentState, { name: () => string; tone: 'active' | 'warn' | 'ok' | 'neutral' }> = {
	running: { name: m.assign_state_running, tone: 'active' },
	late: { name: m.assign_state_late, tone: 'warn' },
	done: { name: m.assign_state_done, tone: 'ok' },
	ended: { name: m.assign_state_ended, tone: 'neutral' }
};

/** How a batch stands: its word and tone. */
export const stateOf = (state: AssignmentState) => STATES[state];

/** What a batch was made of, in words. */
export function filterWords({ matter, tag, search, limit }: AssignmentFilter): string {
	const parts = [
		matter === undefined ? '' : m.assign_filter_matter({ word: matter }),
		tag === undefined ? '' : m.assign_filter_tag({ word: tag }),
		search === undefined ? '' : m.assign_filter_search({ word: search }),
		limit === undefined ? '' : m.assign_filter_limit({ n: count(limit) })
	].filter(Boolean);
	return parts.length === 0 ? m.assign_all_pairs() : parts.join(m.assign_filter_join());
}

/** When a batch is due. */
export const dueWords = (dueAt: string | null): string => (dueAt === null ? m.assign_no_due() : m.assign_due({ date: moment(dueAt) }));

/** What of a batch a person can be given and why not the rest; empty where it is all of it. */
export function cannotWords({ fit, walled, unskilled, done }: Suitability): string {
	const all = fit + walled + unskilled + done;
	if (fit === all) return '';
	const why = [walled > 0 ? m.assign_walled({ count: walled }) : '', unskilled > 0 ? m.assign_unskilled({ count: unskilled }) : '', done > 0 ? m.assign_done_before({ count: done }) : ''].filter(Boolean);
	return `${m.assign_cannot({ fit: count(fit), all: count(all) })} ${why.join(m.comments_join())}`;
}

/** How many pairs wait, told up to a cap. */
export function waitingWords(waiting: number, inTens = false, cap = 500): string {
	if (inTens && waiting <= cap) return m.assign_waits_tens({ n: count(waiting), thing: thing(waiting) });
	return waiting > cap ? m.assign_waits_many({ n: count(cap), thing: thing(cap) }) : m.assign_waits({ count: waiting, thing: thing(waiting) });
}
