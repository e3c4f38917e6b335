import postgres from 'postgres';

/**
 * Fills a migrated database with comparisons by bare SQL: prompts with two short
 * answers, three places each, in random queue order, fifty tags. Texts have the length of
 * real answers, so that pages of tables and of memory are as in earnest.
 */
export async function fillComparisons(url: string, of: { slug: string; comparisons: number; overlap: number }): Promise<{ projectId: string; roundId: string }> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	try {
		const [project] = await sql<{ id: string }[]>`
			insert into projects (slug, name, overlap, seed, split_salt, split_shares) values (${of.slug}, ${of.slug}, ${of.overlap}, 'bench', 'bench', '{"train":0.75,"dev":0.05,"test":0.2}') returning id`;
		const projectId = project?.id ?? '';
		const [round] = await sql<{ id: string }[]>`insert into rounds (project_id, number, comparisons) values (${projectId}, 1, ${of.comparisons}) returning id`;
		const roundId = round?.id ?? '';
		await sql`insert into guidelines (project_id, version, body, content_hash) values (${projectId}, 1, ${'Compare the two answers. '.repeat(40)}, 'bench')`;
		const batch = 50_000;
		for (let from = 0; from < of.comparisons; from += batch) {
			const to = Math.min(from + batch, of.comparisons) - 1;
			await sql.begin(async (tx) => {
				await tx`create temporary table n on commit drop as select i, new_id() as g, new_id() as p, new_id() as a, new_id() as b, new_id() as c, (random() * 4503599627370495)::bigint as k from generate_series(${from}::int, ${to}::int) i`;
				await tx`insert into prompt_groups (id, project_id, key, split) select g, ${projectId}, 'g' || i, case when i % 5 = 0 then 'test' else 'train' end from n`;
				await tx`insert into prompts (id, project_id, group_id, content_hash, tags) select p, ${projectId}, g, 'p' || i, array['tag ' || i % 50] from n`;
				await tx`insert into prompt_texts (prompt_id, messages) select p, jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || i || ' ' || repeat('about a contract that was not kept ', 4))) from n`;
				await tx`insert into responses (id, prompt_id, content_hash, source) select a, p, 'a' || i, 'import' from n union all select b, p, 'b' || i, 'import' from n`;
				await tx`insert into response_texts (response_id, messages) select r, jsonb_build_array(jsonb_build_object('role', 'assistant', 'content', repeat('An answer with conditions and a next step. ', 8) || i || case when r = a then ', first' else ', second' end)) from n cross join lateral (values (a), (b)) v(r)`;
				await tx`insert into comparisons (id, project_id, round_id, prompt_id, mode, response_a_id, response_b_id, content_hash, overlap, order_key, policy, propensity)
					select c, ${projectId}, ${roundId}, p, 'pair', a, b, 'c' || i, ${of.overlap}, k, 'as_imported', 1 from n`;
				await tx`insert into audiences (id, project_id, requires) select audience_of(${projectId}, '{}', null, null), ${projectId}, '{}' on conflict do nothing`;
				await tx`insert into slots (comparison_id, round_id, audience_id, overlap, position, order_key) select c, ${roundId}, audience_of(${projectId}, '{}', null, null), ${of.overlap}, s, k from n cross join generate_series(0, ${of.overlap - 1}) s`;
			});
		}
		await sql`vacuum analyze`;
		return { projectId, roundId };
	} finally {
		await sql.end();
	}
}
