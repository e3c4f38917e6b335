import { createProject } from '#lib/server/usecases/create-project.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** What a judge says of a question: which answer, or neither. */
export type Opinion = 'careful' | 'vague' | 'tie' | 'both_bad' | 'cannot_judge';

/** A project whose random choices are those of every other world's project with the same seed. */
export async function seededProject(world: World, of: { overlap: number; seed: string; systemPrompt?: string; guideline?: string; slug?: string }): Promise<{ slug: string; id: string }> {
	const slug = of.slug ?? `s-${of.seed}`;
	const { systemPrompt, guideline } = of;
	const made = valueOf(await createProject(world.app, world.admin, { slug, name: slug, overlap: of.overlap, systemPrompt, guideline, seeds: { seed: of.seed, splitSalt: `salt ${of.seed}` } }));
	return { slug, id: made.id };
}

/** Questions 0 … count - 1 with an answer that says "careful" and one that says "vague". */
export function questions(count: number, from = 0): { prompt: string; responses: string[] }[] {
	return Array.from({ length: count }, (_, i) => ({ prompt: `Question number ${from + i}?`, responses: [`A careful answer to ${from + i}.`, `A vague answer to ${from + i}.`] }));
}

/** Lets a person judge everything there is for them, each question by its number. Gives the ids of their judgments by question. */
export async function judgeAll(world: World, slug: string, actor: Actor, opinion: (question: number) => Opinion): Promise<Map<number, string>> {
	const judged = new Map<number, string>();
	for (;;) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		if (!task) return judged;
		const question = Number(/(\d+)\?$/.exec(String(task.prompt.messages.at(-1)?.content))?.[1]);
		const said = opinion(question);
		const leftIs = JSON.stringify(task.left).includes('careful') ? 'careful' : 'vague';
		const verdict = said === 'careful' || said === 'vague' ? (said === leftIs ? 'left' : 'right') : said;
		const { judgmentId } = valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict }));
		judged.set(question, judgmentId);
	}
}
