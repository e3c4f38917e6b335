/**
 * What a webhook can be told of, and the audit entries that say so. The record is the only source: an event is an entry
 * that was written in the transaction that did it, so none is told that did not happen, and none that happened is missed.
 */
export const WEBHOOK_EVENTS = {
	'import.published': ['import.publish'],
	'snapshot.frozen': ['snapshot.freeze'],
	'run.started': ['run.start'],
	'run.failed': ['run.failed'],
	'run.cancelled': ['run.cancelled'],
	'checkpoint.registered': ['checkpoint.register'],
	'evaluation.finished': ['evaluation.finish', 'evaluation.nothing', 'suite.finish'],
	'evaluation.failed': ['evaluation.fail'],
	'checkpoint.proposed': ['checkpoint.propose'],
	'checkpoint.unsigned': ['checkpoint.decline', 'checkpoint.withdraw'],
	'checkpoint.decided': ['checkpoint.decide'],
	'export.finished': ['export.finish'],
	'export.failed': ['export.fail'],
	'server.failed': ['model_server.give_up'],
	'round.filled': ['round.open', 'round.fill'],
	'round.waits': ['round.waits'],
	'automation.asks': ['automation.ask'],
	'automation.declined': ['automation.decline'],
	'automation.refused': ['automation.refused'],
	'judgment.voided': ['judgment.void'],
	'guideline.changed': ['guideline.put']
} as const satisfies Record<string, readonly string[]>;

/** Something that a webhook can be told of. */
export type WebhookEvent = keyof typeof WEBHOOK_EVENTS;

/** All of them, in the order in which they come about. */
export const WEBHOOK_EVENT_NAMES = Object.keys(WEBHOOK_EVENTS) as WebhookEvent[];

/** The event that an audit entry is; null where none is told of it. */
export function eventOf(action: string): WebhookEvent | null {
	return WEBHOOK_EVENT_NAMES.find((name) => (WEBHOOK_EVENTS[name] as readonly string[]).includes(action)) ?? null;
}

/** Seconds from one try to the next: a restart is soon over, a server that is gone over the weekend is not. */
const PAUSES = [10, 60, 300, 1800, 7200, 21_600, 86_400] as const;

/** How often one event is sent at most. */
export const MOST_TRIES = PAUSES.length + 1;

/** Seconds until the next try after so many failed ones; null: it is given up. */
export function nextTryAfter(tries: number): number | null {
	return PAUSES[tries - 1] ?? null;
}
