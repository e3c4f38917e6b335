import type { WebhookEvent } from '#lib/domain/webhook-event.ts';
import * as m from '#lib/paraglide/messages.js';

const EVENTS: Record<WebhookEvent, () => string> = {
	'import.published': m.webhook_event_import,
	'snapshot.frozen': m.webhook_event_snapshot,
	'run.started': m.webhook_event_run_started,
	'run.failed': m.webhook_event_run_failed,
	'run.cancelled': m.webhook_event_run_cancelled,
	'checkpoint.registered': m.webhook_event_checkpoint,
	'evaluation.finished': m.webhook_event_evaluation,
	'evaluation.failed': m.webhook_event_evaluation_failed,
	'export.finished': m.webhook_event_export,
	'export.failed': m.webhook_event_export_failed,
	'server.failed': m.webhook_event_server_failed,
	'checkpoint.proposed': m.webhook_event_proposed,
	'checkpoint.unsigned': m.webhook_event_unsigned,
	'checkpoint.decided': m.webhook_event_decided,
	'round.filled': m.webhook_event_round,
	'round.waits': m.webhook_event_waits,
	'automation.asks': m.webhook_event_asks,
	'automation.declined': m.webhook_event_declined,
	'automation.refused': m.webhook_event_refused,
	'judgment.voided': m.webhook_event_void,
	'guideline.changed': m.webhook_event_guideline
};

/** What happened, in the reader's language. */
export function eventWords(event: string): string {
	return EVENTS[event as WebhookEvent]?.() ?? m.webhook_event_test();
}

const TROUBLES: Readonly<Record<string, () => string>> = {
	unreachable: m.webhook_trouble_unreachable,
	no_answer: m.webhook_trouble_no_answer,
	redirects: m.webhook_trouble_redirects,
	address: m.webhook_trouble_address,
	insecure: m.webhook_trouble_insecure,
	secret_unreadable: m.webhook_trouble_secret
};

/** How a receiver answered the last try, or why it did not. */
export function answerWords({ answered, trouble }: { answered: number | null; trouble: string | null }): string {
	if (answered !== null) return m.webhook_answered({ status: String(answered) });
	return trouble === null ? '' : (TROUBLES[trouble]?.() ?? trouble);
}
