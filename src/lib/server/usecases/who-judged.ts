import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import { addCounts } from '../../domain/desensitisation/counts.ts';
import type { JudgedBy, PeopleShare } from '../../domain/judged-by.ts';
import type { Manifest } from '../../domain/manifest.ts';
import type { Tx } from '../db/client.ts';
import * as desensitisation from '../db/desensitisation.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import type { ComposedSnapshot } from './compose-snapshot.ts';

/** Roles and skills of who judged, as they are at this moment: numbers alone, most votes first. */
async function peopleOf(tx: Tx, projectId: string, votes: ReadonlyMap<string, number>): Promise<Pick<JudgedBy['people'], 'roles' | 'skills'>> {
	const standing = new Map((await members.standingOf(tx, projectId, [...votes.keys()])).map((one) => [one.userId, one]));
	const [roles, skills] = [new Map<string, PeopleShare>(), new Map<string, PeopleShare>()];
	const add = (to: Map<string, PeopleShare>, name: string, n: number) => {
		const { people, votes: before } = to.get(name) ?? { people: 0, votes: 0 };
		to.set(name, { name, people: people + 1, votes: before + n });
	};
	for (const [userId, n] of votes) {
		add(roles, standing.get(userId)?.role ?? 'former', n);
		for (const skill of new Set(standing.get(userId)?.skills ?? [])) add(skills, skill, n);
	}
	const sorted = (shares: Map<string, PeopleShare>) => [...shares.values()].sort((x, y) => y.votes - x.votes || (x.name < y.name ? -1 : 1));
	return { roles: sorted(roles), skills: sorted(skills) };
}

/** Who judged, for a manifest. */
export async function whoJudged(tx: Tx, { project, rounds, rule, counted }: ComposedSnapshot): Promise<JudgedBy> {
	const { people, ...votes } = counted.judgedBy.result({ criterion: rule.criterion !== null });
	const [shares, guidelines] = await Promise.all([peopleOf(tx, project.id, counted.judgedBy.people()), projects.guidelineUse(tx, rounds.map(({ id }) => id))]);
	return { ...votes, people: { ...people, ...shares }, guidelines };
}

/** What was looked for and hidden when the rounds' rows came in, for a manifest. */
export async function hiddenAtImport(tx: Tx, { rounds }: Pick<ComposedSnapshot, 'rounds'>): Promise<NonNullable<Manifest['desensitised']>> {
	const imports = await desensitisation.ofImports(tx, rounds.map(({ id }) => id));
	const looked = imports.filter((counts) => counts !== null);
	return { looked: looked.length === 0 ? 'none' : looked.length < imports.length ? 'some' : 'all', found: looked.reduce<FindingCounts>(addCounts, {}) };
}
