import type { JudgingForm } from '../../domain/judging-form.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as guidelines from '../db/guidelines.ts';
import * as progress from '../db/progress.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { ownLeft, toldInTens } from './counts-told.ts';
import { roundProgress } from './round-progress.ts';
import type { RoundProgress } from './round-progress.ts';

/** Pairs after which a person's pace says something about what is left. */
const PACE_FROM = 3;

/** What the compare page shows around the pair. */
export type CompareDesk = {
	project: { slug: string; name: string; locale: string };
	mine: { judged: number; left: number | null; secondsEach: number | null };
	/** How far everybody together is. */
	progress: RoundProgress;
	guideline: { version: number; body: string } | null;
	/** Newest version of the guideline that the person knows; null: they have judged under none. */
	guidelineKnown: number | null;
	form: JudgingForm | null;
	leaseSeconds: number;
};

/** The desk of somebody who judges: what is done, what is left, the guideline. `left` is null when it is 500 or more. */
export async function compareDesk(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<CompareDesk>> {
	const access = await allow(app.db, actor, { slug }, 'task.judge');
	if (!access.ok) return access;
	const { project, role } = access.value;
	if (!role) return fail('forbidden', 'Only members of the project judge. Give yourself the role of annotator or reviewer first.');
	const round = await rounds.newest(app.db, project.id);
	const inTens = toldInTens(actor, access.value);
	const [mine, left, together, guideline, guidelineKnown, form] = await Promise.all([
		progress.of(app.db, round.id, actor.userId),
		ownLeft(app.db, { round, userId: actor.userId, inTens }),
		roundProgress(app.db, project, round, inTens),
		projects.guideline(app.db, project.id),
		guidelines.knownTo(app.db, project.id, actor.userId),
		projects.judgingForm(app.db, project.id)
	]);
	return ok({
		project: { slug: project.slug, name: project.name, locale: project.locale },
		mine: { judged: mine.judged, left, secondsEach: mine.judged >= PACE_FROM && mine.durationMs > 0 ? mine.durationMs / mine.judged / 1000 : null },
		progress: together,
		guideline: guideline ? { version: guideline.version, body: guideline.body } : null,
		guidelineKnown,
		form: form?.form ?? null,
		leaseSeconds: project.leaseSeconds
	});
}
