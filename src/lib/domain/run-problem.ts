/** Why a run, an evaluation or a generation failed or waits, in words for the page. */
export type RunProblem = {
	/** Stable code, e.g. `out_of_memory`. */
	code: string;
	/** What happened, one sentence. */
	message: string;
	/** What to do about it. */
	hint?: string;
	/** How often it has happened, where a limit is set on that. */
	times?: number;
	/** How often in a row something that it needs was out of reach. */
	waits?: number;
};
