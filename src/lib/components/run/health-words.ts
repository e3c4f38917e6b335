import { decimal, duration, percent } from '#lib/components/shell/format.ts';
import type { HealthRule } from '#lib/domain/run-health.ts';
import * as m from '#lib/paraglide/messages.js';

type Facts = Record<string, unknown>;
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN);

/** Each health rule by name, with what it saw and what to try. */
export const HEALTH_WORDS: Record<HealthRule, { name: () => string; saw: (facts: Facts) => string; advice: () => string }> = {
	loss_not_a_number: { name: m.health_loss_not_a_number, saw: () => m.health_loss_not_a_number_saw(), advice: m.health_loss_not_a_number_try },
	chosen_falls: { name: m.health_chosen_falls, saw: (facts) => m.health_chosen_falls_saw({ from: decimal(number(facts['from']), 1), to: decimal(number(facts['to']), 1) }), advice: m.health_chosen_falls_try },
	right_at_once: { name: m.health_right_at_once, saw: (facts) => m.health_right_at_once_saw({ share: percent(number(facts['accuracy'])) }), advice: m.health_right_at_once_try },
	far_from_reference: { name: m.health_far_from_reference, saw: (facts) => m.health_far_from_reference_saw({ nats: decimal(number(facts['nats']), 0) }), advice: m.health_far_from_reference_try },
	no_progress: { name: m.health_no_progress, saw: (facts) => m.health_no_progress_saw({ from: decimal(number(facts['from']), 4), to: decimal(number(facts['to']), 4) }), advice: m.health_no_progress_try },
	gpu_idle: { name: m.health_gpu_idle, saw: (facts) => m.health_gpu_idle_saw({ share: percent(number(facts['use'])) }), advice: m.health_gpu_idle_try },
	stands_still: { name: m.health_stands_still, saw: (facts) => m.health_stands_still_saw({ time: duration(number(facts['seconds'])) }), advice: m.health_stands_still_try },
	disk_nearly_full: { name: m.health_disk_nearly_full, saw: (facts) => m.health_disk_nearly_full_saw({ gb: decimal(number(facts['freeBytes']) / 1e9, 1) }), advice: m.health_disk_nearly_full_try }
};
