/** Names of a tool's questions that ask for a judgment: those that ask which answer is better before others. */
const ASKING = [/prefer|better|best|rank|pairwise|compar|choose|偏好|更好|选择/iu, /choice|label|verdict|quality|overall|标签/iu];

/**
 * Which of the questions that a tool asks of an item is the one whose answers are
 * judgments: the only one; of several the only one whose name asks which answer is
 * better, else the only one whose name asks for a judgment, else the only one that
 * `judges`; where several names ask so, the only one of them that \`judges\`: beside a preference
 * the other asks why. Undefined: there is none. Null: there are several. \`isOpen\`: nothing was answered there.
 */
export function judgingQuestion(questions: readonly string[], judges: (question: string) => boolean, isOpen: (question: string) => boolean = () => false): string | null | undefined {
	if (questions.length < 2) return questions[0];
	for (const asks of [...ASKING.map((words) => (question: string) => words.test(question)), judges]) {
		const found = questions.filter(asks);
		const judging = found.filter(judges);
		if (found.length === 1 || (found.length > 0 && found.every(isOpen))) return found[0];
		if (found.length > 0) return judging.length === 1 ? judging[0] : null;
	}
	return undefined;
}

/** What a refusal says would be right. */
export const SEVERAL = 'several questions hold a judgment, and none of their names says which asks for the preference: name it so in the tool (“preference”)';
