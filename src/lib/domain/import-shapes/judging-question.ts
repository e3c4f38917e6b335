/** Names of a tool's questions that ask for a judgment: those that ask which answer is better before others. */
const ASKING = [/prefer|better|best|rank|pairwise|compar|choose|偏好|更好|选择/iu, /choice|label|verdict|quality|overall|标签/iu];

/**
 * Which of the questions that a tool asks of an item is the one whose answers are
 * judgments: the only one; of several the only one whose name asks which answer is
 * better, else the only one whose name asks for a judgment, else the only one that
 * `judges`. Undefined: there is none. Null: there are several.
 */
export function judgingQuestion(questions: readonly string[], judges: (question: string) => boolean): string | null | undefined {
	if (questions.length < 2) return questions[0];
	for (const asks of [...ASKING.map((words) => (question: string) => words.test(question)), judges]) {
		const found = questions.filter(asks);
		if (found.length > 0) return found.length === 1 ? found[0] : null;
	}
	return undefined;
}

/** What a refusal says would be right. */
export const SEVERAL = 'several questions hold a judgment, and none of their names says which asks for the preference: name it so in the tool (“preference”)';
