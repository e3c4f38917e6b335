import { v4 as newKey } from 'uuid';
import { canonicalJson } from '#lib/domain/canonical-json.ts';
import type { JudgingForm, ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownSpan } from '#lib/domain/span.ts';
import type { JudgmentView } from '#lib/server/usecases/read-judgment.ts';
import { emptyDraft, keepDraft, recallDraft } from '#lib/components/judge/device.ts';
import type { Draft } from '#lib/components/judge/device.ts';
import { withSpan } from '#lib/components/judge/marks.ts';
import { asksIn, given, missing, withCriterion, withReason } from '#lib/components/judge/opinion.ts';
import type { Opinion } from '#lib/components/judge/opinion.ts';
import type { Verdict } from '#lib/components/judge/outbox.ts';
import { Stopwatch } from '#lib/components/judge/stopwatch.ts';
import { sendCorrection } from './api.ts';

/** A judgment as what its judge said, to begin its correction with. */
export function held(judgment: JudgmentView): Opinion {
	const { shown, strength, reasons, rationale } = judgment;
	return {
		verdict: shown.verdict ?? 'cannot_judge',
		strength,
		criteria: (shown.criteria ?? {}) as Draft['criteria'],
		reasons: reasons ?? [],
		spans: shown.spans ?? [],
		rewrite: shown.rewrite,
		rationale: rationale ?? ''
	};
}

/** A judgment that is made again by who made it: what it held, what is changed of it, and where it goes. */
export class Correction {
	verdict = $state.raw<Verdict>('cannot_judge');
	strength = $state.raw<Strength | null>(null);
	rationale = $state('');
	criteria = $state.raw<Draft['criteria']>({});
	reasons = $state.raw<string[]>([]);
	spans = $state.raw<ShownSpan[]>([]);
	rewrite = $state.raw<ShownRewrite | null>(null);
	/** Why it is corrected. */
	reason = $state('');
	sending = $state(false);
	trouble = $state.raw<{ code: string; detail: string } | null>(null);
	/** What was begun and left on this device came back. */
	resumed = $state(false);

	readonly form: JudgingForm;
	readonly before: Opinion;
	readonly #judgment: JudgmentView;
	readonly #userId: string;
	readonly #watch = new Stopwatch();
	#sent: { body: string; key: string; ms: number } = { body: '', key: '', ms: 0 };

	constructor(of: { judgment: JudgmentView; userId: string }) {
		this.#judgment = of.judgment;
		this.#userId = of.userId;
		this.form = asksIn(of.judgment.mode, of.judgment.formInForce);
		this.before = held(of.judgment);
		this.#fill(this.before);
		this.verdict = this.before.verdict;
		this.strength = this.before.strength;
	}

	/** Begins in the browser: time is measured, and what was left unfinished here comes back. */
	open(): () => void {
		this.#watch.start();
		void recallDraft(this.#userId, this.#name)
			.catch(() => null)
			.then((draft) => {
				// Typed while the device was asked: then that is newer.
				if (!draft || this.changed) return;
				this.#fill(draft.body);
				this.resumed = this.changed;
			});
		return this.#watch.listen();
	}

	get #name(): string {
		return `correction:${this.#judgment.id}`;
	}

	get now(): Opinion {
		const { verdict, strength, rationale, criteria, reasons, spans, rewrite } = this;
		return { verdict, strength, rationale, criteria, reasons, spans, rewrite };
	}

	/** Whether it says anything else than the judgment that stands. */
	get changed(): boolean {
		const said = (opinion: Opinion): string => canonicalJson({ ...given(this.form, opinion), reasons: opinion.reasons.toSorted() });
		return said(this.now) !== said(this.before);
	}

	/** Fields that the form requires and that are not there. */
	get missing(): string[] {
		return missing(this.form, this.#judgment.mode, this.now);
	}

	#fill({ rationale, criteria, reasons, spans, rewrite }: Draft): void {
		Object.assign(this, { rationale, criteria, reasons, spans, rewrite });
	}

	/** Keeps on this device what is changed: a closed tab loses nothing but the verdict, which is one key. */
	keep(): void {
		const { verdict: _, strength: __, ...draft } = this.now;
		void keepDraft(this.#userId, this.#name, { body: this.changed ? draft : emptyDraft(), revision: 0, saved: false }).catch(() => undefined);
	}

	/** Forgets what was begun: the judgment stands as it is. */
	forget(): void {
		void keepDraft(this.#userId, this.#name, { body: emptyDraft(), revision: 0, saved: false }).catch(() => undefined);
	}

	judge(verdict: Verdict, strength: Strength | null): void {
		this.verdict = verdict;
		this.strength = this.form.strength && (verdict === 'left' || verdict === 'right') ? strength : null;
	}

	compare(key: string, verdict: ShownCriterionVerdict | null): void {
		this.criteria = withCriterion(this.criteria, key, verdict);
		this.keep();
	}

	toggleReason(key: string): void {
		this.reasons = withReason(this.reasons, key);
		this.keep();
	}

	mark(span: ShownSpan): void {
		this.spans = withSpan(this.spans, span);
		this.keep();
	}

	unmark(index: number): void {
		this.spans = this.spans.filter((_, at) => at !== index);
		this.keep();
	}

	mend(rewrite: ShownRewrite | null): void {
		this.rewrite = rewrite;
		this.keep();
	}

	/** Sends it in the place of the judgment; gives the new one's id, or null with `trouble`. */
	async send(of: { language: string; clientVersion: string }): Promise<string | null> {
		if (this.sending) return null;
		const reason = this.reason.trim();
		const said = { ...given(this.form, this.now), ...(reason ? { reason } : {}), ...of };
		const body = canonicalJson(said);
		// The same words again are the same attempt: a broken connection corrects nothing twice.
		if (this.#sent.body !== body) this.#sent = { body, key: newKey(), ms: this.#watch.ms };
		this.sending = true;
		this.trouble = null;
		const answer = await sendCorrection(this.#userId, this.#judgment.id, { ...said, durationMs: this.#sent.ms }, this.#sent.key);
		this.sending = false;
		if ('judgmentId' in answer) {
			this.forget();
			return answer.judgmentId;
		}
		this.trouble = answer;
		return null;
	}
}
