import { randomUUID } from 'node:crypto';
import type { Person } from './people.ts';

export type Verdict = 'left' | 'right' | 'tie' | 'both_bad' | 'good' | 'bad' | 'cannot_judge';

/** What an annotator sees of a pair, as plain text; `right` null: one answer that is judged alone. */
export type Shown = { prompt: string; left: string; right: string | null };

/** Decides on a pair; the same person decides the same pair the same way. */
export type Decide = (who: string, shown: Shown) => Verdict;

/** What one annotator did. */
export type Judged = { name: string; verdicts: Record<Verdict, number>; surplus: number };

type Message = { role: string; content: string | { type: string; text?: string }[] };
type Task = { taskId: string; leaseToken: string; prompt: { messages: Message[] }; left: { messages: Message[] }; right: { messages: Message[] } | null };

const text = ({ messages }: { messages: Message[] }): string =>
	messages.map(({ content }) => (typeof content === 'string' ? content : content.map((part) => part.text ?? '').join(''))).join('\n\n');

/** Claims and judges until the server says that there is nothing left for this person. */
async function judgeAll(person: Person, slug: string, decide: Decide, onJudged: () => void): Promise<Judged> {
	const judged: Judged = { name: person.name, verdicts: { left: 0, right: 0, tie: 0, both_bad: 0, good: 0, bad: 0, cannot_judge: 0 }, surplus: 0 };
	for (;;) {
		const claim = await person.api.post<Task>(`/projects/${slug}/tasks/claim`, {}, { 'idempotency-key': randomUUID() });
		const task = claim.body;
		if (task === null) return judged;
		const verdict = decide(person.email, { prompt: text(task.prompt), left: text(task.left), right: task.right ? text(task.right) : null });
		const answer = await person.api.post<{ counted: boolean }>(`/tasks/${task.taskId}/judgment`, { leaseToken: task.leaseToken, verdict }, { 'idempotency-key': randomUUID() });
		judged.verdicts[verdict] += 1;
		if (answer.body?.counted === false && verdict !== 'cannot_judge') judged.surplus += 1;
		onJudged();
	}
}

/** Everybody judges at the same time until nothing is left. `onProgress` hears the number so far. */
export async function judgeTogether(people: readonly Person[], slug: string, decide: Decide, onProgress: (total: number) => void): Promise<Judged[]> {
	let total = 0;
	return Promise.all(people.map((person) => judgeAll(person, slug, decide, () => onProgress(++total))));
}
