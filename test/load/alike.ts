import postgres from 'postgres';
import { createApp } from '../../src/lib/server/app.ts';
import { readConfig } from '../../src/lib/server/config.ts';
import { createRng } from '../../src/lib/domain/rng.ts';
import { findNextDuplicates } from '../../src/lib/server/usecases/find-duplicates.ts';
import { provisionSimilarity } from '../../workers/similarity/environment.ts';
import { startSketcher } from '../../workers/similarity/sketcher.ts';
import { makeAnnotators } from './annotators.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';

const QUESTIONS = Number(process.env['BENCH_QUESTIONS'] ?? 20_000);
const WORDS = 'tenant landlord lease notice rent deposit court claim damages contract party clause breach remedy loan credit surety guarantee interest default bank borrower insurer policy risk share board vote merger employee wage dismissal patent licence royalty tax duty penalty appeal evidence witness'.split(' ');

/** Half of them of one mould with two words changed, half of words in any order, one in a hundred nearly as the one before. */
function* questions(): Generator<string> {
	const rng = createRng('alike');
	const word = (): string => WORDS[rng.int(WORDS.length)] ?? '';
	let last = '';
	for (let i = 0; i < QUESTIONS; i++) {
		if (i % 100 === 99) yield `${last} Please?`;
		else yield (last = i % 2 === 0 ? `What is, in the law of this country, the difference between ${word()} and ${word()} in case ${i}?` : `${Array.from({ length: 18 }, word).join(' ')} ${i}?`);
	}
}

/** How long a worker looks for questions that are nearly the same, and whether a thousand of them cost the same at the end as at the beginning. */
export async function lookingAlike({ url, base, dataDir }: Ground): Promise<void> {
	const place = await fillComparisons(url, { slug: 'alike', comparisons: 10, overlap: 1 });
	const [owner] = await makeAnnotators(url, place.projectId, 1);
	const sql = postgres(url, { max: 1 });
	await sql`update memberships set role = 'owner' where user_id = ${owner?.userId ?? ''}`;
	const body = [...questions()].map((prompt) => JSON.stringify({ prompt })).join('\n');
	const headers = { authorization: `Bearer ${owner?.token ?? ''}`, 'content-type': 'application/x-ndjson' };
	const { id } = (await (await fetch(`${base}/api/v1/projects/alike/imports?format=jsonl`, { method: 'POST', headers, body })).json()) as { id: string };
	const state = async () => (await sql<{ status: string }[]>`select status from imports where id = ${id}`)[0]?.status ?? '';
	while ((await state()) === 'staging') await new Promise((resolve) => setTimeout(resolve, 200));
	if ((await state()) !== 'published') throw new Error(`import: ${await state()}`);

	const environment = await provisionSimilarity();
	if (!environment.ok) throw new Error(environment.problem.message);
	const sketcher = await startSketcher(environment.value.python);
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'warn' }), 'cli');
	const began = performance.now();
	const at: { seconds: number; looked: number }[] = [{ seconds: 0, looked: 0 }];
	const watch = setInterval(() => {
		void sql<{ n: number }[]>`select looked as n from near_duplicate_scans where project_id = ${place.projectId}`.then(([row]) => at.push({ seconds: (performance.now() - began) / 1000, looked: row?.n ?? 0 }));
	}, 500);
	while (await findNextDuplicates(app, sketcher, new AbortController().signal));
	clearInterval(watch);
	const took = (performance.now() - began) / 1000;
	const [pairs] = await sql<{ n: number }[]>`select count(*)::int as n from near_duplicates where project_id = ${place.projectId}`;
	sketcher.stop();
	await app.close();
	await sql.end();
	const reached = (share: number) => at.find(({ looked }) => looked >= share * QUESTIONS)?.seconds ?? took;
	const rate = (from: number, to: number) => ((to - from) * QUESTIONS) / ((to === 1 ? took : reached(to)) - reached(from));
	console.log(`Nearly the same among ${QUESTIONS} questions: ${took.toFixed(1)} s, ${(QUESTIONS / took).toFixed(0)} a second (the first fifth ${rate(0, 0.2).toFixed(0)}, the last ${rate(0.8, 1).toFixed(0)}), ${pairs?.n ?? 0} pairs.`);
}
