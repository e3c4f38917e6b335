import { v4 as newKey } from 'uuid';
import type { ClaimedAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import type { ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownVerdict } from '#lib/domain/verdict.ts';
import type { DecisionBody } from './api.ts';
import { claimAdjudication, decide, renew } from './api.ts';

/** What a key or click chose; `cannot_judge` is no decision. */
export type Decisive = Exclude<ShownVerdict, 'cannot_judge'>;

export type Status = { kind: 'loading' } | { kind: 'ready' } | { kind: 'none' } | { kind: 'offline' } | { kind: 'problem'; code: string; detail: string };

/** A decision that is being made; kept on this device until it is sent. */
export type Begun = { verdict: Decisive | null; strength: Strength | null; criteria: Record<string, ShownCriterionVerdict>; reasons: string[]; rationale: string; rewrite: ShownRewrite | null };

const NOTHING: Begun = { verdict: null, strength: null, criteria: {}, reasons: [], rationale: '', rewrite: null };

/** What was just done, for the line that says so. */
export type Done = { outcome: 'decided' | 'sent_back'; overturned: number };

const OVER = new Set(['already_decided', 'lease_lost', 'walled', 'not_found', 'key_reused', 'forbidden']);

const KEPT = 'plumbline:adjudication:';

/** The reviewer's desk: which pair waits for a decision, what is typed, and where it goes. */
export class Adjudication {
	status = $state.raw<Status>({ kind: 'loading' });
	current = $state.raw<ClaimedAdjudication | null>(null);
	begun = $state.raw<Begun>(NOTHING);
	sending = $state(false);
	/** Why the last attempt did not go through. */
	trouble = $state.raw<{ code: string; detail: string } | null>(null);
	done = $state.raw<Done | null>(null);

	readonly #userId: string;
	readonly #slug: string;
	readonly #beatMs: number;
	#key = '';
	#since = 0;
	#beat: ReturnType<typeof setInterval> | undefined;

	constructor(of: { userId: string; slug: string; leaseSeconds: number }) {
		this.#userId = of.userId;
		this.#slug = of.slug;
		this.#beatMs = (of.leaseSeconds * 1000) / 3;
	}

	/** Begins work in the browser: the lease is renewed while the page is open. */
	open(): void {
		this.#beat = setInterval(() => void this.#renew(), this.#beatMs);
		void this.next();
	}

	/** Whether this pair is out of the reviewer's hands: trying again would say the same. */
	get over(): boolean {
		return this.trouble !== null && OVER.has(this.trouble.code);
	}

	/** Leaves the desk; the lease stays, and the same pair comes back. */
	close(): void {
		clearInterval(this.#beat);
	}

	async next(): Promise<void> {
		this.status = { kind: 'loading' };
		this.current = null;
		const answer = await claimAdjudication(this.#userId, this.#slug);
		if (answer.kind === 'failed') this.status = { kind: 'offline' };
		else if (answer.kind === 'problem') this.status = answer;
		else if (answer.value === null) this.status = { kind: 'none' };
		else this.#open(answer.value);
	}

	#open(claimed: ClaimedAdjudication): void {
		this.current = claimed;
		this.status = { kind: 'ready' };
		this.trouble = null;
		this.begun = recall(claimed.adjudicationId);
		this.#key = newKey();
		this.#since = performance.now();
	}

	/** Changes a part of the decision and keeps it on this device: a closed tab loses nothing. */
	change(part: Partial<Begun>): void {
		this.begun = { ...this.begun, ...part };
		if (this.current) keep(this.current.adjudicationId, this.begun);
	}

	/** Gives one aspect a verdict, or none. */
	compare(key: string, verdict: ShownCriterionVerdict | null): void {
		const { [key]: _, ...others } = this.begun.criteria;
		this.change({ criteria: verdict === null ? others : { ...others, [key]: verdict } });
	}

	/** Chooses a reason, or takes it back. */
	toggleReason(key: string): void {
		const { reasons } = this.begun;
		this.change({ reasons: reasons.includes(key) ? reasons.filter((one) => one !== key) : [...reasons, key] });
	}

	async #renew(): Promise<void> {
		const { current } = this;
		if (!current || this.sending) return;
		const answer = await renew(this.#userId, current.adjudicationId, current.leaseToken);
		if (answer.kind === 'problem' && answer.code === 'lease_lost' && this.current === current) this.trouble = answer;
	}

	/** Decides as chosen, with the reason that was typed. */
	async decide(): Promise<boolean> {
		const { verdict, rationale, strength, criteria, reasons, rewrite } = this.begun;
		if (verdict === null || rationale.trim() === '') return false;
		const body: DecisionBody = { verdict, rationale: rationale.trim(), durationMs: Math.min(Math.round(performance.now() - this.#since), 86_400_000) };
		if (strength !== null) body.strength = strength;
		if (Object.keys(criteria).length > 0) body.criteria = criteria;
		if (reasons.length > 0) body.reasons = reasons;
		if (rewrite !== null) body.rewrite = rewrite;
		return this.#send(body);
	}

	/** Sends the pair back to those who judged it. */
	sendBack(words: string): Promise<boolean> {
		return this.#send({ sendBack: words.trim() });
	}

	async #send(body: DecisionBody | { sendBack: string }): Promise<boolean> {
		const { current } = this;
		if (!current || this.sending) return false;
		this.sending = true;
		this.trouble = null;
		const answer = await decide(this.#userId, current.adjudicationId, { leaseToken: current.leaseToken, ...body }, this.#key);
		this.sending = false;
		if (answer.kind !== 'ok') {
			this.trouble = answer.kind === 'failed' ? { code: 'offline', detail: '' } : answer;
			return false;
		}
		keep(current.adjudicationId, null);
		this.done = { outcome: answer.value?.outcome ?? 'decided', overturned: answer.value?.overturned ?? 0 };
		await this.next();
		return true;
	}
}

function recall(id: string): Begun {
	try {
		return { ...NOTHING, ...(JSON.parse(localStorage.getItem(KEPT + id) ?? '{}') as Partial<Begun>) };
	} catch {
		return NOTHING;
	}
}

function keep(id: string, begun: Begun | null): void {
	try {
		if (begun === null) localStorage.removeItem(KEPT + id);
		else localStorage.setItem(KEPT + id, JSON.stringify(begun));
	} catch {
		// A browser that keeps nothing: what is typed stays on the page.
	}
}
