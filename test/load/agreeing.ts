import postgres from 'postgres';
import { fillJudgments } from './agreed.ts';
import { makeAnnotators } from './annotators.ts';
import { quantile } from './cpu.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';

const JUDGMENTS = Number(process.env['BENCH_AGREED'] ?? 100_000);
/** Comparisons in the round for each that is judged: the record holds more than what agreement reads. */
const AROUND = 3;
const TIMES = 11;

/** Agreement over 100,000 judgments by three people, as the page asks for it: intervals and all. */
export async function agreeing({ url, base }: Ground): Promise<void> {
	const comparisons = Math.ceil(JUDGMENTS / 3);
	const project = { slug: 'agreed', ...(await fillComparisons(url, { slug: 'agreed', comparisons: AROUND * comparisons, overlap: 3 })) };
	const people = await makeAnnotators(url, project.projectId, 3);
	const judgments = await fillJudgments(url, { ...project, userIds: people.map(({ userId }) => userId) as [string, string, string], comparisons });
	const sql = postgres(url, { max: 1 });
	await sql`update memberships set role = 'owner' where user_id = ${people[0]?.userId ?? ''}`;
	await sql`vacuum analyze`;
	await sql.end();
	const seconds: number[] = [];
	for (let i = 0; i < TIMES; i++) {
		const began = performance.now();
		const response = await fetch(`${base}/api/v1/projects/${project.slug}/agreement?round=1`, { headers: { authorization: `Bearer ${people[0]?.token ?? ''}` } });
		if (response.status !== 200) throw new Error(`agreement: ${response.status} ${await response.text()}`);
		const read = (await response.json()) as { judgments: number };
		seconds.push((performance.now() - began) / 1000);
		if (read.judgments !== judgments) throw new Error(`agreement was asked of ${judgments} judgments and counted ${read.judgments}`);
	}
	console.log(`Agreement on ${judgments} judgments: median ${quantile(seconds, 0.5).toFixed(2)} s of ${TIMES}, ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s.`);
}
