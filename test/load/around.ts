import postgres from 'postgres';

/**
 * What lies around the judgments of a project that has been used for long, by
 * bare SQL: one judged comparison in ten is disputed, one judgment in a hundred
 * has a rewritten answer, every judged comparison came with a preference that an
 * import stated.
 */
export async function fillAround(url: string, of: { projectId: string; roundId: string; userId: string }): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	try {
		await sql.begin(async (tx) => {
			await tx`update comparisons set disputed = true where round_id = ${of.roundId} and status = 'complete' and order_key % 10 = 0`;
			await tx`insert into judgment_texts (judgment_id, salt, rewrite)
				select id, 'bench', '{"of": "a", "messages": [{"role": "assistant", "content": "An answer as it should be."}]}' from judgments j where j.project_id = ${of.projectId} and j.id in (
					select id from (select id, row_number() over (order by id) as n from judgments where project_id = ${of.projectId}) x where n % 100 = 0)`;
			const [brought] = await tx<{ id: string }[]>`insert into imports (project_id, round_id, created_by, format, file_name, status, finished_at)
				values (${of.projectId}, ${of.roundId}, ${of.userId}, 'jsonl', 'preferences.jsonl', 'published', now()) returning id`;
			await tx`insert into judgments (project_id, comparison_id, mode, origin, judge_kind, judge_ref, verdict)
				select ${of.projectId}, id, 'pair', 'import', 'import', ${brought?.id ?? ''}, 'a' from comparisons where round_id = ${of.roundId} and status = 'complete'`;
		});
	} finally {
		await sql.end();
	}
}
