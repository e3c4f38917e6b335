import { createHash, randomBytes, randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { quantile } from './cpu.ts';

/** Makes annotators of a project with a token each. */
export async function makeAnnotators(url: string, projectId: string, count: number): Promise<{ userId: string; token: string }[]> {
	const sql = postgres(url, { max: 1 });
	try {
		const made = [];
		for (let i = 0; i < count; i++) {
			const token = `plb_${randomBytes(32).toString('base64url')}`;
			const [user] = await sql<{ id: string }[]>`insert into users (is_admin) values (false) returning id`;
			const userId = user?.id ?? '';
			await sql`insert into user_profiles (user_id, email, name) values (${userId}, ${`${randomUUID()}@bench.test`}, 'Annotator')`;
			await sql`insert into api_tokens (user_id, token_hash, last_used_at) values (${userId}, ${createHash('sha256').update(token).digest('hex')}, now())`;
			await sql`insert into memberships (project_id, user_id, role) values (${projectId}, ${userId}, 'annotator')`;
			made.push({ userId, token });
		}
		return made;
	} finally {
		await sql.end();
	}
}

export type Judged = { judgments: number; seconds: number; claim: { p50: number; p95: number }; submit: { p50: number; p95: number } };

/** Lets annotators claim and judge over HTTP, one pair after the other, for some seconds. */
export async function judgeFor(base: string, slug: string, tokens: readonly string[], seconds: number): Promise<Judged> {
	const claims: number[] = [];
	const submits: number[] = [];
	const end = performance.now() + seconds * 1000;
	const began = performance.now();
	const timed = async (into: number[], path: string, headers: Record<string, string>, body: unknown, status: number) => {
		const start = performance.now();
		const response = await fetch(`${base}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
		const answer = (await response.json()) as { taskId: string; leaseToken: string };
		if (response.status !== status) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
		into.push(performance.now() - start);
		return answer;
	};
	await Promise.all(
		tokens.map(async (token) => {
			const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
			while (performance.now() < end) {
				const task = await timed(claims, `/projects/${slug}/tasks/claim`, headers, {}, 200);
				const body = { leaseToken: task.leaseToken, verdict: Math.random() < 0.5 ? 'left' : 'right', rationale: 'The other one promises an outcome.', durationMs: 40_000 };
				await timed(submits, `/tasks/${task.taskId}/judgment`, { ...headers, 'idempotency-key': randomUUID() }, body, 201);
			}
		})
	);
	const times = (values: number[]) => ({ p50: quantile(values, 0.5), p95: quantile(values, 0.95) });
	return { judgments: submits.length, seconds: (performance.now() - began) / 1000, claim: times(claims), submit: times(submits) };
}
