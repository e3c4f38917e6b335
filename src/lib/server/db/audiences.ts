import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { qualifies } from './walls.ts';

/** The audience of a prompt (row alias with project_id, requires, language, matter): what makes a place writes it there. */
export const audienceOf = (p: SQL): SQL => sql`audience_of(${p}.project_id, ${p}.requires, ${p}.language, ${p}.matter)`;

/** Makes the audiences of an import's prompts that the project does not have yet; before any place of theirs. */
export async function insertOfImport(tx: Tx, importId: string): Promise<void> {
	await tx.execute(sql`insert into audiences (id, project_id, requires, language, matter)
		select distinct ${audienceOf(sql`p`)}, p.project_id, p.requires, p.language, p.matter from prompts p join staged_prompts sp on sp.prompt_id = p.id and sp.fresh where p.import_id = ${importId}
		on conflict do nothing`);
}

/** Audiences (of the round's project) that a member belongs to, as an array that is made once a statement. */
export const openTo = (userId: string | SQL, roundId: string | SQL): SQL => sql`array(
	select k.id from rounds r join audiences k on k.project_id = r.project_id join memberships m on m.project_id = r.project_id and m.user_id = ${userId}
	where r.id = ${roundId} and ${qualifies(sql`m`, sql`k`)})`;
