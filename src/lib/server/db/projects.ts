import { and, desc, eq, sql } from 'drizzle-orm';
import { completeForm } from '../../domain/judging-form.ts';
import type { JudgingForm } from '../../domain/judging-form.ts';
import type { JudgingPolicy } from '../../domain/judging-policy.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { guidelines, judgingForms, projects, systemPrompts } from './schema/project.ts';

/** A project to be made. Seed and salt come from the caller: they are drawn once. */
export type NewProject = {
	slug: string;
	name: string;
	locale: string;
	overlap: number;
	objective: string;
	seed: string;
	splitSalt: string;
	splitShares: { train: number; dev: number; test: number };
	leaseSeconds: number;
};

/** Makes a project row. */
export async function insert(tx: Tx, project: NewProject): Promise<string> {
	const rows = await tx.insert(projects).values(project).returning({ id: projects.id });
	return rows[0]?.id ?? '';
}

/** A text in a version, as guidelines and system prompts are. */
export type VersionedText = { id: string; version: number; body: string; contentHash: string };

async function newest(db: Executor, table: typeof guidelines | typeof systemPrompts, projectId: string): Promise<VersionedText | null> {
	const rows = await db
		.select({ id: table.id, version: table.version, body: table.body, contentHash: table.contentHash })
		.from(table)
		.where(eq(table.projectId, projectId))
		.orderBy(desc(table.version))
		.limit(1);
	return rows[0] ?? null;
}

/** The guideline in force; null before the first. */
export async function guideline(db: Executor, projectId: string): Promise<VersionedText | null> {
	return newest(db, guidelines, projectId);
}

/** The system prompt in force; null where the project has none. */
export async function systemPrompt(db: Executor, projectId: string): Promise<VersionedText | null> {
	return newest(db, systemPrompts, projectId);
}

/** Hashes of every guideline version that judgments of these rounds were made under, sorted. */
export async function guidelineHashes(db: Executor, roundIds: readonly string[]): Promise<string[]> {
	const rows = await rowsOf<{ content_hash: string }>(
		db,
		sql`select distinct g.content_hash from judgments j join comparisons c on c.id = j.comparison_id join guidelines g on g.id = j.guideline_id
			where c.round_id in ${[...roundIds]} order by 1`
	);
	return rows.map((row) => row.content_hash);
}

/** Judgments of the workspace in these rounds by the guideline they were made under (null: none). */
export async function guidelineUse(db: Executor, roundIds: readonly string[]): Promise<{ sha256: string | null; judgments: number }[]> {
	return rowsOf(
		db,
		sql`select g.content_hash as sha256, count(*)::int as judgments from judgments j join comparisons c on c.id = j.comparison_id left join guidelines g on g.id = j.guideline_id
			where c.round_id in ${[...roundIds]} and j.origin = 'workspace' group by 1 order by 1 nulls last`
	);
}

/** Adds the next version of the guideline. */
export async function addGuideline(tx: Tx, projectId: string, text: { body: string; contentHash: string; createdBy: string | null }): Promise<number> {
	const rows = await tx
		.insert(guidelines)
		.values({ projectId, ...text, version: sql`(select coalesce(max(version), 0) + 1 from guidelines where project_id = ${projectId})` })
		.returning({ version: guidelines.version });
	return rows[0]?.version ?? 0;
}

/** The judging form in force; null where the project never composed one. */
export async function judgingForm(db: Executor, projectId: string): Promise<{ version: number; form: JudgingForm } | null> {
	const rows = await db.select({ version: judgingForms.version, form: judgingForms.form }).from(judgingForms).where(eq(judgingForms.projectId, projectId)).orderBy(desc(judgingForms.version)).limit(1);
	return rows[0] ? { version: rows[0].version, form: completeForm(rows[0].form) } : null;
}

/** Adds the next version of the judging form. */
export async function addJudgingForm(tx: Tx, projectId: string, of: { form: JudgingForm; contentHash: string; createdBy: string }): Promise<number> {
	const rows = await tx
		.insert(judgingForms)
		.values({ projectId, ...of, version: sql`(select coalesce(max(version), 0) + 1 from judging_forms where project_id = ${projectId})` })
		.returning({ version: judgingForms.version });
	return rows[0]?.version ?? 0;
}

/** Sets how the project checks its judging. */
export async function setJudgingPolicy(tx: Tx, projectId: string, policy: JudgingPolicy): Promise<void> {
	await tx.update(projects).set({ judgingPolicy: policy }).where(eq(projects.id, projectId));
}

/** Sets whether questions that come are grouped by their matter. */
export async function setMatterIsGroup(tx: Tx, projectId: string, matterIsGroup: boolean): Promise<void> {
	await tx.update(projects).set({ matterIsGroup }).where(eq(projects.id, projectId));
}

/** Adds the next version of the system prompt. */
export async function addSystemPrompt(tx: Tx, projectId: string, text: { body: string; contentHash: string }): Promise<number> {
	const rows = await tx
		.insert(systemPrompts)
		.values({ projectId, ...text, version: sql`(select coalesce(max(version), 0) + 1 from system_prompts where project_id = ${projectId})` })
		.returning({ version: systemPrompts.version });
	return rows[0]?.version ?? 0;
}

/** Serialises what must not happen twice at once in one project (publishing imports, opening rounds) until the transaction ends. */
export async function serialise(tx: Tx, projectId: string): Promise<void> {
	await tx.select({ id: projects.id }).from(projects).where(and(eq(projects.id, projectId))).for('no key update');
}
