import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './cpu.ts';

/** How long each claim took, in milliseconds, at a steady pace. */
export type Pace = { times: number[]; p50: number; p95: number };

/** The figures of claims, of one stretch of time or of several together. */
export function paceOf(...stretches: readonly number[][]): Pace {
	const times = stretches.flat();
	return { times, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/**
 * Lets people claim and judge at a steady pace, whatever else the server does,
 * until `ended`. Each waits between two pairs as long as it takes that all of them together make
 * `perSecond`.
 */
export async function judgeSteadily(base: string, of: { slug: string; tokens: readonly string[]; perSecond: number }, ended: Promise<unknown>): Promise<Pace> {
	const times: number[] = [];
	const done = { yes: false };
	const end = () => void (done.yes = true);
	ended.then(end, end);
	const every = (of.tokens.length * 1000) / of.perSecond;
	await Promise.all(
		of.tokens.map(async (token, index) => {
			const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
			await sleep((index * every) / of.tokens.length);
			while (!done.yes) {
				const began = performance.now();
				const claimed = await fetch(`${base}/api/v1/projects/${of.slug}/tasks/claim`, { method: 'POST', headers, body: '{}' });
				if (claimed.status !== 200) throw new Error(`claim: ${claimed.status} ${await claimed.text()}`);
				const task = (await claimed.json()) as { taskId: string; leaseToken: string };
				times.push(performance.now() - began);
				const body = JSON.stringify({ leaseToken: task.leaseToken, verdict: Math.random() < 0.5 ? 'left' : 'right', durationMs: 40_000 });
				const judged = await fetch(`${base}/api/v1/tasks/${task.taskId}/judgment`, { method: 'POST', headers: { ...headers, 'idempotency-key': randomUUID() }, body });
				if (judged.status !== 201) throw new Error(`judgment: ${judged.status} ${await judged.text()}`);
				await judged.arrayBuffer();
				await sleep(Math.max(0, every - (performance.now() - began)));
			}
		})
	);
	return paceOf(times);
}
