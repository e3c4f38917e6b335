import { join } from 'node:path';
import type { TrainingRecipe } from '#lib/domain/training-recipe.ts';

/** What one of the machines of a training wrote: the first one's engine tells of the run, and each may say why it ended. */
export type NodeLog = { node: number; path: string };

/** Where the engines of a training write what they say, the first machine's before the others'. */
export function nodeLogs(dir: string, { strategy, nodes }: Pick<TrainingRecipe, 'strategy' | 'nodes'>): [NodeLog, ...NodeLog[]] {
	const others = Array.from({ length: strategy === 'single' ? 0 : nodes - 1 }, (_, index) => ({ node: index + 1, path: join(dir, `engine.${index + 1}.log`) }));
	return [{ node: 0, path: join(dir, 'engine.log') }, ...others];
}

/** A line of another machine's engine, as it stands in the run's log. */
export const ofNode = (node: number, line: string): string => `[node ${node}] ${line}`;
