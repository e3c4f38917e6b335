import { setTimeout as sleep } from 'node:timers/promises';
import { nameOnOwn } from '#lib/domain/suite/own-questions.ts';
import { DemoTrouble } from '../api.ts';
import type { Api } from '../api.ts';
import { sparingly } from '../print.ts';
import { readForm } from '../utility.ts';
import type { CheckNames } from './project.ts';

type SuiteRun = { status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'; done: number; total: number; problem: { message: string } | null };
type Answer = { question: string; answer: string; passes: boolean | null };
type Told = { answers: Answer[] };

/** What one model was found to do, question by question: one where it did, nought where not. */
export type Behaviour = { name: string; overCommitting: Map<string, number>; vague: Map<string, number>; loops: Map<string, number>; cutOff: Map<string, number>; utility: Map<string, number>; words: Map<string, number> };

const POLL_MS = 2000;

const runsOf = async (api: Api, id: string): Promise<SuiteRun[]> => (await api.get<{ evaluations: SuiteRun[] }>(`/checkpoints/${id}/evaluations`)).evaluations;

/** Has a checkpoint answer the suite unless it does or did. A trained one is asked by itself. */
export async function startChecks(api: Api, id: string): Promise<void> {
	const [last] = await runsOf(api, id);
	if (!last || last.status === 'failed' || last.status === 'cancelled') await api.post(`/checkpoints/${id}/evaluations`);
}

/**
 * Waits until a checkpoint has been run through the suite.
 * @throws DemoTrouble when that failed, or was never begun
 */
export async function untilChecked(api: Api, id: string): Promise<void> {
	const say = sparingly(20_000);
	for (;;) {
		const [last] = await runsOf(api, id);
		if (!last) throw new DemoTrouble('No run through the suite was queued for the checkpoint.');
		if (last.status === 'succeeded') return;
		if (last.status === 'failed' || last.status === 'cancelled') throw new DemoTrouble(`The run through the suite ${last.status}: ${last.problem?.message ?? 'for no stated reason.'}`);
		say(() => `  checks: ${last.status}, ${last.done} of ${last.total} answers`);
		await sleep(POLL_MS);
	}
}

/** The same on some of the questions alone. */
export function onQuestions(behaviour: Behaviour, questions: ReadonlySet<string>): Behaviour {
	const among = (values: ReadonlyMap<string, number>): Map<string, number> => new Map([...values].filter(([question]) => questions.has(question)));
	const { name, overCommitting, vague, loops, cutOff, utility, words } = behaviour;
	return { name, overCommitting: among(overCommitting), vague: among(vague), loops: among(loops), cutOff: among(cutOff), utility: among(utility), words: among(words) };
}

/** Reads what a checkpoint said to the test questions, the record's and the suite's own, and what the checks found, and holds the same answers against the stated utility. */
export async function readBehaviour(api: Api, of: { id: string; name: string }, checks: CheckNames): Promise<Behaviour> {
	const told = async (check: string): Promise<Answer[]> => (await Promise.all([check, nameOnOwn(check)].map((name) => api.get<Told>(`/checkpoints/${of.id}/evaluations/answers?check=${encodeURIComponent(name)}`)))).flatMap(({ answers }) => answers);
	const failing = async (check: string): Promise<Map<string, number>> => new Map((await told(check)).flatMap(({ question, passes }) => (passes === null ? [] : [[question, passes ? 0 : 1]])));
	const answers = await told(checks.overCommitment);
	return {
		name: of.name,
		overCommitting: await failing(checks.overCommitment),
		vague: await failing(checks.vagueness),
		loops: await failing(checks.loop),
		cutOff: await failing(checks.unfinished),
		utility: new Map(answers.map(({ question, answer }) => [question, readForm(answer).utility])),
		words: new Map(answers.map(({ question, answer }) => [question, answer.split(/\s+/).filter(Boolean).length]))
	};
}
