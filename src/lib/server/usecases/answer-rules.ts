import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import * as desensitisation from '../db/desensitisation.ts';
import type { Generation } from '../db/generations.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';
import { rulesOf } from './project-rules.ts';

/** What is to be hidden in an answer that comes now; null: nothing. A problem where that cannot be read here: then no answer may be kept. */
export type AnswerRules = () => Promise<Result<ProjectRules | null>>;

/**
 * What a project hides in answers that people will judge: they go the way of every import (numbers, words and patterns).
 * Lists and key are read and opened once, and again when an owner has changed the settings. Answers for a suite are
 * measured, word for word, and shown to nobody who judges: nothing is hidden in them.
 */
export function answerRules(app: Pick<App, 'db' | 'secrets'>, { projectId, suiteVersionId }: Pick<Generation, 'projectId' | 'suiteVersionId'>): AnswerRules {
	if (suiteVersionId !== null) return () => Promise.resolve(ok(null));
	let known: { version: number; rules: ProjectRules | null } | null = null;
	return async () => {
		// Asked first: rules that come with the next version are at worst read once more.
		const version = await desensitisation.version(app.db, projectId);
		if (known?.version === version) return ok(known.rules);
		const read = await rulesOf(app, projectId);
		if (read.ok) known = { version, rules: read.value };
		return read;
	};
}
