import { request } from 'node:http';
import { writeFileSync } from 'node:fs';
import postgres from 'postgres';
import { fillJudgments } from './agreed.ts';
import { makeAnnotators } from './annotators.ts';
import { copyOut } from './copy.ts';
import { peakMb, quantile, residentMb } from './cpu.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';

const COMPARISONS = Number(process.env['BENCH_COMPARISONS'] ?? 1_000_000);
const BATCH = 50_000;
const TIMES = 3;

/** A call that may take as long as it takes; nobody keeps the bytes of its answer but the first megabyte. */
function call(url: string, of: { method: string; token: string; body?: unknown }): Promise<{ status: number; text: string; bytes: number; seconds: number }> {
	const began = performance.now();
	return new Promise((resolve, reject) => {
		const sent = request(url, { method: of.method, headers: { authorization: `Bearer ${of.token}`, 'content-type': 'application/json' } }, (answer) => {
			let text = '';
			let bytes = 0;
			answer.on('data', (chunk: Buffer) => {
				bytes += chunk.byteLength;
				if (bytes < 1e6) text += chunk.toString();
			});
			answer.on('error', reject);
			answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, bytes, seconds: (performance.now() - began) / 1000 }));
		});
		sent.on('error', reject);
		sent.end(of.body === undefined ? undefined : JSON.stringify(of.body));
	});
}

/** The peak that `peakMb` gives is counted anew from here. */
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** What the training rows of a snapshot are made of, as PostgreSQL gives it out. */
const bareRows = (id: string): string => `
	select pt.messages, w.messages as chosen, l.messages as rejected from snapshot_comparisons s join comparisons c on c.id = s.comparison_id join prompt_texts pt on pt.prompt_id = c.prompt_id
	join response_texts w on w.response_id = case s.verdict when 'a' then c.response_a_id else c.response_b_id end
	join response_texts l on l.response_id = case s.verdict when 'a' then c.response_b_id else c.response_a_id end
	where s.snapshot_id = '${id}' and s.split = 'train' and s.outcome = 'row'`;

/** Freezes so many comparisons with three judgments each, and takes the training rows out. */
async function freezeAndExport({ url, base, web }: Ground, comparisons: number): Promise<void> {
	const slug = `frozen-${comparisons}`;
	const place = await fillComparisons(url, { slug, comparisons, overlap: 3 });
	const people = await makeAnnotators(url, place.projectId, 4);
	const [one, two, three, owner] = people.map(({ userId }) => userId) as [string, string, string, string];
	for (let done = 0; done < comparisons; done += BATCH) await fillJudgments(url, { ...place, userIds: [one, two, three], comparisons: Math.min(BATCH, comparisons - done) });
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	await sql`update memberships set role = 'owner' where user_id = ${owner}`;
	await sql`vacuum analyze`;
	const token = people[3]?.token ?? '';
	const before = residentMb(web);
	forgetPeak(web);
	const frozen = await call(`${base}/api/v1/projects/${slug}/snapshots`, { method: 'POST', token, body: { objective: 'dpo' } });
	if (frozen.status !== 201) throw new Error(`snapshot: ${frozen.status} ${frozen.text}`);
	const peak = peakMb(web);
	const { id, rows } = JSON.parse(frozen.text) as { id: string; rows: { train: number } };
	// Else COPY's plan would be made without knowing what the freeze has just written.
	await sql`analyze snapshot_comparisons`;
	await sql.end();
	forgetPeak(web);
	const exports = [];
	const copies = [];
	let bytes = 0;
	for (let i = 0; i < TIMES; i++) {
		const taken = await call(`${base}/api/v1/snapshots/${id}/data?format=ms-swift&split=train`, { method: 'GET', token });
		if (taken.status !== 200) throw new Error(`export: ${taken.status} ${taken.text}`);
		exports.push(taken.seconds);
		bytes = taken.bytes;
		const copy = await copyOut(url, bareRows(id));
		if (copy.rows !== rows.train) throw new Error(`COPY gave ${copy.rows} rows out, the export ${rows.train}`);
		copies.push(copy.seconds);
	}
	const [ours, bare] = [quantile(exports, 0.5), quantile(copies, 0.5)];
	console.log(`Snapshot of ${comparisons} comparisons with three judgments each: frozen in ${frozen.seconds.toFixed(1)} s, ${Math.round(comparisons / frozen.seconds)} comparisons/s; web process ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at the peak`);
	console.log(`  ms-swift export of its ${rows.train} training rows (${(bytes / 1e6).toFixed(0)} MB): ${ours.toFixed(2)} s, × ${(ours / bare).toFixed(2)} of COPY (SELECT …) TO STDOUT of the same rows (${bare.toFixed(2)} s); ${peakMb(web).toFixed(0)} MB at the peak`);
}

/** A million comparisons made into a snapshot and its rows taken out, and a tenth of them: the memory must be the same. */
export async function exporting(ground: Ground): Promise<void> {
	await freezeAndExport(ground, Math.round(COMPARISONS / 10));
	await freezeAndExport(ground, COMPARISONS);
}
