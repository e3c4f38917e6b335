import { along, isText, rest, unread } from './shape.ts';
import type { ImportShape } from './shape.ts';

const TURN = /\n\n(Human|Assistant):/gu;
const LAST = '\n\nAssistant:';

/** Whether a text is a dialogue in one string. */
const isDialogue = (value: unknown): value is string => isText(value) && /^\s*Human:/u.test(value) && value.includes(LAST);

/** The turns of a dialogue in one string. */
function turnsOf(text: string): { role: 'user' | 'assistant'; content: string }[] {
	const whole = text.startsWith('\n\n') ? text : `\n\n${text.trimStart()}`;
	const marks = [...whole.matchAll(TURN)];
	return marks.map((mark, i) => ({ role: mark[1] === 'Human' ? ('user' as const) : ('assistant' as const), content: whole.slice(mark.index + mark[0].length, marks[i + 1]?.index).trim() }));
}

/**
 * Anthropic's HH-RLHF and what was published after it: `chosen` and `rejected`
 * are each a whole dialogue in one string, which are the same up to an answer
 * (huggingface.co/datasets/Anthropic/hh-rlhf). The question is what both share up
 * to the last turn of a person; from there each goes on by itself.
 */
export const hhRlhf: ImportShape = {
	name: 'hh_rlhf',
	fits: (record) => isDialogue(record['chosen']) && isDialogue(record['rejected']) && record['prompt'] === undefined,
	read: (record) => {
		for (const side of ['chosen', 'rejected'] as const) if (!isDialogue(record[side])) return unread(side, 'must be a dialogue that begins with “Human:” and has an “Assistant:”');
		const [chosen, rejected] = [turnsOf(String(record['chosen'])), turnsOf(String(record['rejected']))];
		const most = Math.min(chosen.length, rejected.length) - 1;
		let shared = 0;
		while (shared < most && chosen[shared]?.role === rejected[shared]?.role && chosen[shared]?.content === rejected[shared]?.content) shared += 1;
		while (shared > 0 && chosen[shared - 1]?.role !== 'user') shared -= 1;
		if (shared === 0) return unread('rejected', 'does not begin as “chosen” does: the two answer different questions');
		return { ok: true, fields: { ...along(record), messages: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) }, names: { messages: 'chosen' }, unread: rest(record, ['chosen', 'rejected']) };
	}
};
