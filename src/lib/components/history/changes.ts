import { criterionVerdictName } from '#lib/components/judge/criterion-names.ts';
import { given } from '#lib/components/judge/opinion.ts';
import type { Opinion } from '#lib/components/judge/opinion.ts';
import type { JudgingForm } from '#lib/domain/judging-form.ts';
import type { Mode } from '#lib/domain/verdict.ts';
import * as m from '#lib/paraglide/messages.js';
import { saidVerdict } from './words.ts';

/** One thing that a correction says otherwise. Without `from` and `to`, what changed is too long to be said in a line. */
export type Change = { name: string; from?: string; to?: string; how?: string };

const NOTHING = '—';

/** What a correction says otherwise than the judgment it takes the place of, in the form's words. */
export function changes(form: JudgingForm, mode: Mode, before: Opinion, now: Opinion): Change[] {
	const [old, fresh] = [given(form, before), given(form, now)];
	const said: Change[] = [];
	const differ = (name: string, from: string, to: string): void => void (from !== to && said.push({ name, from, to }));
	const edited = (name: string, from: unknown, to: unknown): void => {
		if (JSON.stringify(from) === JSON.stringify(to)) return;
		said.push({ name, how: from === undefined ? m.correct_added() : to === undefined ? m.correct_removed() : m.correct_edited() });
	};
	differ(m.history_verdict(), saidVerdict(old.verdict, old.strength), saidVerdict(fresh.verdict, fresh.strength));
	for (const { key, name } of form.criteria) {
		const verdict = (of: typeof old): string => (of.criteria?.[key] === undefined ? NOTHING : criterionVerdictName(mode, of.criteria[key]));
		differ(name, verdict(old), verdict(fresh));
	}
	const reasons = (of: typeof old): string => form.reasons.flatMap(({ key, name }) => (of.reasons?.includes(key) ? [name] : [])).join(m.members_join()) || NOTHING;
	differ(m.form_reasons(), reasons(old), reasons(fresh));
	edited(m.judgment_rationale(), old.rationale, fresh.rationale);
	edited(m.judgment_marks(), old.spans, fresh.spans);
	edited(m.judgment_rewrite(), old.rewrite, fresh.rewrite);
	return said;
}
