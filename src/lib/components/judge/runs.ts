/** A stretch of one answer; `only`: the other one does not have it. */
export type Run = { text: string; only: boolean };

/** Runs by line, to be shown as paragraphs; joined with line ends they are the text. */
export function lines(given: readonly Run[]): Run[][] {
	const result: Run[][] = [[]];
	for (const { text, only } of given) {
		text.split('\n').forEach((part, index) => {
			if (index > 0) result.push([]);
			if (part !== '') result.at(-1)?.push({ text: part, only });
		});
	}
	return result;
}
