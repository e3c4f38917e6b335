import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { makeAnnotators } from './annotators.ts';
import { copyRows } from './copy.ts';
import { peakMb, residentMb } from './cpu.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';
import { judgeSteadily, paceOf } from './steady.ts';
import type { Pace } from './steady.ts';

const PAIRS = Number(process.env['BENCH_PAIRS'] ?? 1_000_000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 8);
/** As three hundred people judge who take a quarter of a minute for a pair. */
const PER_SECOND = 20;

/** Preference pairs as JSON Lines, with texts as long as short real ones. */
async function writePairs(path: string, pairs: number): Promise<void> {
	function* lines() {
		const answer = 'An answer with conditions and a next step. '.repeat(8);
		for (let i = 0; i < pairs; i++) yield `${JSON.stringify({ prompt: `Question ${i} ${'about a contract that was not kept '.repeat(4)}`, chosen: `${answer}${i}`, rejected: `${i} ${answer}` })}\n`;
	}
	await pipeline(Readable.from(lines()), createWriteStream(path));
}

type Sending = { slug: string; token: string; file: string };

/** Sends a file from another process; gives the import's id when all of it was received. */
async function send(base: string, of: Sending): Promise<string> {
	const address = `${base}/api/v1/projects/${of.slug}/imports?format=jsonl`;
	const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'send-file.ts'), address, of.token, of.file]);
	return (JSON.parse(stdout) as { id: string }).id;
}

/** Waits until everything of an import is there. */
async function published(base: string, id: string, token: string): Promise<void> {
	for (;;) {
		const now = (await (await fetch(`${base}/api/v1/imports/${id}`, { headers: { authorization: `Bearer ${token}` } })).json()) as { status: string; message: string | null };
		if (now.status === 'published') return;
		if (now.status !== 'staging') throw new Error(`import: ${now.status} ${now.message ?? ''}`);
		await sleep(200);
	}
}

/**
 * A million preference pairs brought in over HTTP while people judge, beside
 * PostgreSQL's own COPY of the rows that came of them into the same tables with
 * the same constraints; the memory of the web process, and how much longer claims
 * took meanwhile.
 */
export async function importing(ground: Ground): Promise<void> {
	const { url, base, web } = ground;
	const place = await fillComparisons(url, { slug: 'judged', comparisons: Math.max(10_000, Math.min(100_000, PAIRS / 10)), overlap: 3 });
	const people = await makeAnnotators(url, place.projectId, 5);
	const owner = people.pop();
	const sql = postgres(url, { max: 1 });
	await sql`update memberships set role = 'owner' where user_id = ${owner?.userId ?? ''}`;
	await mkdir(ground.dataDir, { recursive: true });
	const file = join(ground.dataDir, 'pairs.jsonl');
	await writePairs(file, PAIRS);
	const megabytes = (await stat(file)).size / 1e6;

	// As in a server that has run for five minutes: its log files are there to be written over.
	await sql`checkpoint`;
	const pace = { slug: 'judged', tokens: people.map(({ token }) => token), perSecond: PER_SECOND };
	await judgeSteadily(base, pace, sleep(SECONDS * 1000));
	const beforehand = await judgeSteadily(base, pace, sleep(SECONDS * 3000));
	const before = residentMb(web);
	const token = owner?.token ?? '';
	const began = performance.now();
	const since = () => (performance.now() - began) / 1000;
	const sending = send(base, { slug: 'judged', token, file });
	const inReceiving = await judgeSteadily(base, pace, sending);
	const id = await sending;
	const received = since();
	const inPublishing = await judgeSteadily(base, pace, published(base, id, token));
	const took = since();
	const peak = peakMb(web);
	const meanwhile = paceOf(inReceiving.times, inPublishing.times);
	// Before and after: the machine may have had more or less to do meanwhile.
	const alone = paceOf(beforehand.times, (await judgeSteadily(base, pace, sleep(SECONDS * 3000))).times);

	await sql.end();
	const rate = (seconds: number) => `${Math.round(PAIRS / seconds)} pairs/s`;
	console.log(`Import of ${PAIRS} preference pairs (${megabytes.toFixed(0)} MB, three places each), while ${PER_SECOND} pairs a second are judged in the same project:`);
	console.log(`  received after ${received.toFixed(1)} s, published after ${took.toFixed(1)} s: ${rate(took)}`);
	console.log(`  web process: ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at the peak`);
	const times = ({ p50, p95 }: Pace) => `${p50.toFixed(1)} / ${p95.toFixed(1)} ms`;
	console.log(`  claim p50 / p95: ${times(alone)} before and after (${alone.times.length} claims), ${times(meanwhile)} meanwhile (${meanwhile.times.length}): p95 × ${(meanwhile.p95 / alone.p95).toFixed(2)}`);
	console.log(`    while the file was received ${times(inReceiving)}, while it was published ${times(inPublishing)}`);

	const ofImport = `prompt_id in (select id from prompts where import_id = '${id}')`;
	const comparisons = `select id from comparisons where ${ofImport}`;
	const other = await ground.another('copied');
	await copyRows({ from: url, to: other, tables: [{ table: 'users' }, { table: 'projects' }, { table: 'rounds' }, { table: 'imports' }, { table: 'audiences' }] });
	const copied = await copyRows({
		from: url,
		to: other,
		tables: [
			{ table: 'prompt_groups', where: `id in (select group_id from prompts where import_id = '${id}')` },
			{ table: 'prompts', where: `import_id = '${id}'` },
			{ table: 'prompt_texts', where: ofImport },
			{ table: 'responses', where: ofImport },
			{ table: 'response_texts', where: `response_id in (select id from responses where ${ofImport})` },
			{ table: 'comparisons', where: ofImport },
			// As they were made: some are judged meanwhile.
			{ table: 'slots', where: `comparison_id in (${comparisons})`, columns: 'id, comparison_id, round_id, audience_id, overlap, position, order_key' },
			{ table: 'judgments', where: `comparison_id in (${comparisons}) and origin = 'import'` }
		]
	});
	console.log(`  COPY of the same rows into the same tables: ${copied.toFixed(1)} s, ${rate(copied)}; the import has ${(copied / took).toFixed(2)} of its speed`);
}
