import { count } from '#lib/components/shell/format.ts';
import { LAUNCHER_NAMES } from '#lib/components/run/words.ts';
import type { WaitingFor } from '#lib/domain/waiting-for.ts';
import * as m from '#lib/paraglide/messages.js';

/** Why a run has not begun, one sentence. */
export function waitingWords(waiting: WaitingFor): string {
	switch (waiting.code) {
		case 'paused':
			return m.run_waits_paused();
		case 'stage':
			return m.run_waits_stage({ objective: waiting.objective.toUpperCase() });
		case 'no_launcher':
			return m.run_waits_no_launcher({ launcher: LAUNCHER_NAMES[waiting.launcher]() });
		case 'no_label':
			return m.run_waits_no_label({ labels: waiting.labels.join(', ') });
		case 'no_worker':
			return m.home_waiting_no_worker();
		case 'draining':
			return m.home_waiting_draining();
		case 'too_few_gpus':
			return waiting.most === 0 ? m.home_waiting_no_gpu() : m.home_waiting_too_few_gpus({ gpus: count(waiting.gpus) });
		case 'served':
			return m.home_waiting_served();
		case 'busy':
			return m.home_waiting_busy();
		case 'no_engine':
			return m.home_waiting_no_engine();
		case 'engine_installing':
			return m.home_waiting_installing({ done: count(waiting.done), total: count(waiting.total) });
		case 'in_line':
			return m.home_waiting_in_line({ count: waiting.ahead, n: count(waiting.ahead) });
		case 'starting':
			return m.home_waiting_starting();
	}
}
