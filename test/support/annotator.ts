import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRng } from '#lib/domain/rng.ts';
import { persistent } from './api.ts';
import type { Api, ApiAnswer, ProblemBody } from './api.ts';

type Claimed = { taskId: string; leaseToken: string; prompt: { messages: { role: string; content: string }[] } };
type Submitted = { judgmentId: string; counted: boolean };

/** What happened to everybody, kept outside the clients: it outlives a client that is killed. */
export type Ledger = {
	/** Judgments that the server said it has taken, by id. */
	acknowledged: Map<string, { person: number; prompt: string; verdict: string }>;
	seen: Record<'claims' | 'submits' | 'late' | 'uncounted' | 'skips' | 'abandoned' | 'repeated' | 'secondKey' | 'brokenOff' | 'alreadyJudged' | 'retriedClaims' | 'retries', number>;
	/** Answers that no client may ever get. */
	wrong: string[];
};

export function emptyLedger(): Ledger {
	return { acknowledged: new Map(), seen: { claims: 0, submits: 0, late: 0, uncounted: 0, skips: 0, abandoned: 0, repeated: 0, secondKey: 0, brokenOff: 0, alreadyJudged: 0, retriedClaims: 0, retries: 0 }, wrong: [] };
}

/** Shares of a client's tasks that go each way; the rest are judged at once. */
export type Habits = { late: number; abandon: number; breakOff: number; skip: number; cannotJudge: number; twice: number };

export type Annotator = { person: number; api: Api; slug: string; seed: string; habits: Habits; lapseMs: number; ledger: Ledger; over: () => boolean };

const VERDICTS = ['left', 'right', 'tie', 'both_bad'] as const;

/** One window of one person: claims and judges until `over`. Killed in between, it begins anew and knows nothing of before. */
export async function annotate(of: Annotator): Promise<void> {
	const rng = createRng(of.seed);
	while (!of.over()) {
		try {
			if (await oneTask(of, () => rng.next())) continue;
		} catch (error) {
			of.ledger.wrong.push(`person ${of.person}: ${String(error)}`);
			return;
		}
		await sleep(60);
	}
}

function expectStatus(of: Annotator, what: string, answer: ApiAnswer, allowed: number[]): void {
	if (!allowed.includes(answer.status)) of.ledger.wrong.push(`${what} of person ${of.person}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** Takes one task its way; false when there was none. */
async function oneTask(of: Annotator, chance: () => number): Promise<boolean> {
	const { ledger, habits } = of;
	const api = persistent(of.api, () => (ledger.seen.retries += 1));
	const claim = await api<Claimed>('POST', `/projects/${of.slug}/tasks/claim`, { key: randomUUID() });
	// 409: the claim's answer was lost with the process, and its lease has lapsed or gone since.
	expectStatus(of, 'claim', claim, [200, 204, 409, 429]);
	if (claim.status === 409) ledger.seen.retriedClaims += 1;
	if (claim.status !== 200) return false;
	ledger.seen.claims += 1;

	const roll = chance();
	const { abandon, breakOff, skip, late, cannotJudge } = habits;
	if (roll < abandon) {
		ledger.seen.abandoned += 1;
		return true;
	}
	if (roll < abandon + skip) {
		const skipped = await api('POST', `/tasks/${claim.body.taskId}/skip`, { body: { leaseToken: claim.body.leaseToken, reason: 'not_my_field' } });
		expectStatus(of, 'skip', skipped, [200, 409]);
		if (skipped.status === 200) ledger.seen.skips += 1;
		return true;
	}
	const isLate = roll < abandon + skip + late;
	if (isLate) await sleep(of.lapseMs);
	const verdict = chance() < cannotJudge ? 'cannot_judge' : (VERDICTS[Math.floor(chance() * VERDICTS.length)] ?? 'left');
	await submit(of, claim.body, verdict, { isLate, twice: chance() < habits.twice, breakOff: chance() < breakOff ? chance() : null });
	return true;
}

async function submit(of: Annotator, task: Claimed, verdict: string, how: { isLate: boolean; twice: boolean; breakOff: number | null }): Promise<void> {
	const { ledger, person } = of;
	const path = `/tasks/${task.taskId}/judgment`;
	const body = { leaseToken: task.leaseToken, verdict };
	const key = randomUUID();
	if (how.breakOff !== null) {
		// Killed while the request is on its way: nobody knows whether it arrived.
		ledger.seen.brokenOff += 1;
		const controller = new AbortController();
		const sending = of.api('POST', path, { body, key, signal: controller.signal }).catch(() => null);
		await sleep(how.breakOff * 12);
		controller.abort();
		await sending;
		return;
	}
	const api = persistent(of.api, () => (ledger.seen.retries += 1));
	const [answer, again] = await Promise.all([api<Submitted & ProblemBody>('POST', path, { body, key }), how.twice ? api<Submitted>('POST', path, { body, key }) : null]);
	expectStatus(of, 'submit', answer, [201, 409]);
	if (answer.status === 409) {
		// The same pair was judged in another window, or an answer that was lost had been taken under another lease.
		if (!['already_judged', 'already_decided', 'lease_lost'].includes(answer.body.code)) ledger.wrong.push(`submit of person ${person}: ${JSON.stringify(answer.body)}`);
		ledger.seen.alreadyJudged += 1;
		return;
	}
	if (answer.status !== 201) return;
	ledger.seen.submits += 1;
	if (how.isLate) ledger.seen.late += 1;
	if (!answer.body.counted && verdict !== 'cannot_judge') ledger.seen.uncounted += 1;
	ledger.acknowledged.set(answer.body.judgmentId, { person, prompt: task.prompt.messages.at(-1)?.content ?? '', verdict });
	if (!again) return;
	ledger.seen.repeated += 1;
	if (again.status !== 201 || again.body.judgmentId !== answer.body.judgmentId) ledger.wrong.push(`the same key twice: ${JSON.stringify([answer.body, again.body])}`);
	const other = await api<ProblemBody>('POST', path, { body, key: randomUUID() });
	ledger.seen.secondKey += 1;
	if (other.status !== 409) ledger.wrong.push(`another key for a judged task: ${other.status} ${JSON.stringify(other.body)}`);
}
