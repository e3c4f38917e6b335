/** Figures of one step under the engine's names; what was no number is left out. */
export type StepFigures = Readonly<Record<string, number>>;

/** Whether a line tells of training: an evaluation's has no learning rate, and a step whose loss was no number has that still. */
export function tellsOfTraining(figures: StepFigures): boolean {
	return 'loss' in figures || 'learning_rate' in figures;
}

/** What stands for a step after another line of it. Trained again, after a resume, it is told anew: nothing of the first time stays. An evaluation adds to it. */
export function figuresAfter(before: StepFigures | undefined, line: StepFigures): StepFigures {
	return tellsOfTraining(line) ? line : { ...before, ...line };
}
