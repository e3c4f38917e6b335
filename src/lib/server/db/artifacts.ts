import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { ArtifactFacts, MediaType } from '../../domain/artifact.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { maySee, maySeePrompt } from './walls.ts';

/** An image or document of a project. */
export type Artifact = ArtifactFacts & { sha256: string };

type Row = { sha256: string; media_type: MediaType; bytes: string; width: number | null; height: number | null };
const toArtifact = (row: Row): Artifact => ({ sha256: row.sha256, mediaType: row.media_type, bytes: Number(row.bytes), width: row.width, height: row.height });
const columns = sql`a.sha256, a.media_type, a.bytes, a.width, a.height`;

/** Enters an artifact; false when the project had it already. */
export async function insert(tx: Tx, of: { projectId: string; createdBy: string; artifact: Artifact }): Promise<boolean> {
	const { sha256, mediaType, bytes, width, height } = of.artifact;
	const rows = await rowsOf<{ sha256: string }>(
		tx,
		sql`insert into artifacts (project_id, sha256, media_type, bytes, width, height, created_by)
			values (${of.projectId}, ${sha256}, ${mediaType}, ${bytes}, ${width}, ${height}, ${of.createdBy}) on conflict do nothing returning sha256`
	);
	return rows.length > 0;
}

/** One artifact of a project, whoever asks: for use cases that have checked who. */
export async function get(db: Executor, projectId: string, sha256: string): Promise<Artifact | null> {
	const rows = await rowsOf<Row>(db, sql`select ${columns} from artifacts a where a.project_id = ${projectId} and a.sha256 = ${sha256}`);
	return rows[0] ? toArtifact(rows[0]) : null;
}

/** Which of these the project has, and what they are. */
export async function known(db: Executor, projectId: string, hashes: readonly string[]): Promise<Map<string, MediaType>> {
	if (hashes.length === 0) return new Map();
	const rows = await rowsOf<{ sha256: string; media_type: MediaType }>(db, sql`select sha256, media_type from artifacts where project_id = ${projectId} and sha256 in ${hashes}`);
	return new Map(rows.map((row) => [row.sha256, row.media_type]));
}

/** What somebody may see of a project's artifacts: all but what a wall hides, or what their tasks hold. */
export type Sight = 'project' | 'own_tasks';

const inPrompt = sql`exists (select 1 from prompt_artifacts x where x.prompt_id = p.id and x.sha256 = a.sha256)`;
const inAnswers = sql`exists (select 1 from response_artifacts x where x.response_id in (c.response_a_id, c.response_b_id) and x.sha256 = a.sha256)`;

/**
 * One artifact, if the person may see an item that holds it: no item of a matter
 * they are walled off from, no answer beside their own. `unattached`: also
 * while no item holds it.
 */
export async function visible(db: Executor, of: { projectId: string; sha256: string; userId: string; sight: Sight; unattached: boolean }): Promise<Artifact | null> {
	const ofTasks = sql`exists (select 1 from tasks t join comparisons c on c.id = t.comparison_id join prompts p on p.id = c.prompt_id
		where t.annotator_id = ${of.userId} and t.project_id = a.project_id and (${inPrompt} or ${inAnswers}) and ${maySee(of.userId)})`;
	const ofProject = sql`(
		exists (select 1 from prompt_artifacts x join prompts p on p.id = x.prompt_id where x.sha256 = a.sha256 and p.project_id = a.project_id and ${maySeePrompt(of.userId)})
		or exists (select 1 from response_artifacts x join responses r on r.id = x.response_id join prompts p on p.id = r.prompt_id
			where x.sha256 = a.sha256 and p.project_id = a.project_id and ${maySeePrompt(of.userId)}
				and (exists (select 1 from comparisons c where r.id in (c.response_a_id, c.response_b_id) and ${maySee(of.userId)})
					or not exists (select 1 from comparisons c where r.id in (c.response_a_id, c.response_b_id)))))`;
	const nowhere = sql`(not exists (select 1 from prompt_artifacts x join prompts p on p.id = x.prompt_id where x.sha256 = a.sha256 and p.project_id = a.project_id)
		and not exists (select 1 from response_artifacts x join responses r on r.id = x.response_id join prompts p on p.id = r.prompt_id where x.sha256 = a.sha256 and p.project_id = a.project_id))`;
	const rows = await rowsOf<Row>(
		db,
		sql`select ${columns} from artifacts a where a.project_id = ${of.projectId} and a.sha256 = ${of.sha256}
			and (${of.sight === 'project' ? ofProject : ofTasks} ${of.unattached ? sql`or ${nowhere}` : sql``})`
	);
	return rows[0] ? toArtifact(rows[0]) : null;
}

/** The parts of a list of messages (a jsonb column or expression). */
const partsOf = (messages: SQL): SQL =>
	sql`jsonb_array_elements(${messages}) as message(value) cross join lateral jsonb_array_elements(case jsonb_typeof(message.value->'content') when 'array' then message.value->'content' else '[]' end) as part(value)`;

/** Notes which prompts and answers of an import hold which artifacts. Within its publishing, after its rows are there. */
export async function attachImported(tx: Tx, importId: string): Promise<void> {
	await tx.execute(sql`insert into prompt_artifacts (prompt_id, sha256)
		select distinct p.id, part.value->>'artifact' from import_rows r join imports i on i.id = r.import_id
		join prompts p on p.project_id = i.project_id and p.content_hash = r.prompt_hash
		cross join lateral ${partsOf(sql`r.messages`)}
		where r.import_id = ${importId} and part.value ? 'artifact' on conflict do nothing`);
	await tx.execute(sql`insert into response_artifacts (response_id, sha256)
		select distinct made.id, part.value->>'artifact' from import_rows r join imports i on i.id = r.import_id
		join prompts p on p.project_id = i.project_id and p.content_hash = r.prompt_hash
		cross join lateral jsonb_array_elements(r.responses) as given(value)
		join responses made on made.prompt_id = p.id and made.content_hash = given.value->>'hash'
		cross join lateral ${partsOf(sql`given.value->'messages'`)}
		where r.import_id = ${importId} and part.value ? 'artifact' on conflict do nothing`);
}
