/** A command of `plumbline`. */
export type Command = {
	/** Its words, as typed. */
	words: readonly string[];
	/** Names of what follows, for the help: `EMAIL`. */
	takes: readonly string[];
	summary: string;
	/** Paragraph of its own help. */
	help: string;
	/** Gives the exit code. @throws Trouble for what the person can put right */
	run: (given: readonly string[], say: (line: string) => void) => Promise<number>;
};
