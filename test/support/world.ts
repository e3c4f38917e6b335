import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { inject } from 'vitest';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { readConfig } from '#lib/server/config.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import type { Role } from '#lib/domain/permission.ts';
import type { Result } from '#lib/domain/problem.ts';
import { createDatabase, TEMPLATE } from './database.ts';
import { passwordHash } from './password.ts';

/** The value of a result; a problem fails the test with its words. */
export function valueOf<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail} ${JSON.stringify(result.problem.errors ?? '')}`);
	return result.value;
}

/** The code of the problem a result must be. */
export function problemOf(result: Result<unknown>): string {
	return result.ok ? 'no problem' : result.problem.code;
}

/** A database of its own with an open application over it. */
export type World = {
	app: App;
	url: string;
	dataDir: string;
	admin: Actor;
	/** Makes a user; with a project also a member of it. */
	person: (name: string, membership?: { slug: string; role: Role }) => Promise<Actor>;
	/** Makes a project with these settings and, if given, imports rows into round 1. */
	project: (settings?: { slug?: string; overlap?: number; leaseSeconds?: number; systemPrompt?: string; rows?: unknown[] }) => Promise<{ slug: string; id: string }>;
	importRows: (slug: string, rows: unknown[], options?: { skipBad?: boolean; dryRun?: boolean }) => ReturnType<typeof importText>;
	/** Rows of a statement, for looking at what the record holds. */
	query: <T extends Record<string, unknown>>(text: string) => Promise<T[]>;
	close: () => Promise<void>;
};

async function* once(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
	yield typeof text === 'string' ? Buffer.from(text) : text;
}

/** Imports a file given as text or bytes and waits for its end. */
export async function importText(app: App, actor: Actor, slug: string, text: string | Uint8Array, options: { format?: 'jsonl' | 'csv'; skipBad?: boolean; dryRun?: boolean } = {}) {
	const begun = await importPairs(app, actor, { slug, said: { format: options.format ?? 'jsonl' }, skipBad: options.skipBad ?? false, dryRun: options.dryRun ?? false, source: once(text) });
	return begun.ok ? begun.value.done : begun;
}

/** Opens a world. Close it in `afterAll`. */
export async function createWorld(settings: Record<string, string> = {}): Promise<World> {
	const url = await createDatabase(inject('adminUrl'), `test_${randomUUID().replaceAll('-', '')}`, TEMPLATE);
	const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-world-'));
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'silent', ...settings }), 'test');
	const query = <T extends Record<string, unknown>>(text: string) => rowsOf<T>(app.db, sql.raw(text));

	async function user(name: string, isAdmin: boolean): Promise<Actor> {
		const rows = await rowsOf<{ id: string }>(app.db, sql`insert into users (is_admin, password_hash) values (${isAdmin}, ${await passwordHash()}) returning id`);
		const userId = rows[0]?.id ?? '';
		await app.db.execute(sql`insert into user_profiles (user_id, email, name) values (${userId}, ${`${name}-${userId.slice(-6)}@example.test`}, ${name})`);
		return { userId, isAdmin, via: 'token', scopes: null };
	}
	const admin = await user('admin', true);
	const importRows: World['importRows'] = (slug, rows, options) => importText(app, admin, slug, rows.map((row) => JSON.stringify(row)).join('\n'), options);

	let projects = 0;

	return {
		app,
		url,
		dataDir,
		admin,
		importRows,
		query,
		person: async (name, membership) => {
			const actor = await user(name, false);
			if (membership) valueOf(await putMember(app, admin, { slug: membership.slug, userId: actor.userId, role: membership.role }));
			return actor;
		},
		project: async ({ slug = `p-${randomUUID().slice(0, 8)}`, rows, ...rest } = {}) => {
			// The lot by which questions are held out is the same in every run: no test hangs on it by luck.
			const lot = `${++projects}`;
			const made = valueOf(await createProject(app, admin, { slug, name: slug, overlap: 1, seeds: { seed: `seed ${lot}`, splitSalt: `salt ${lot}` }, ...rest }));
			if (rows && rows.length > 0) valueOf(await importRows(slug, rows));
			return { slug, id: made.id };
		},
		close: async () => {
			// Whatever a test did: what is kept beside the record agrees with it.
			const wrong = await query(MISCOUNTED);
			await app.close();
			await rm(dataDir, { recursive: true, force: true });
			if (wrong.length > 0) throw new Error(`prompt_counts does not say what the record holds: ${JSON.stringify(wrong)}`);
		}
	};
}

/** Projects of which `prompt_counts` and a count over their prompts differ. */
const MISCOUNTED = `select * from (
		select p.project_id::text, count(*) filter (where g.split = 'train') as train, count(*) filter (where g.split = 'dev') as dev, count(*) filter (where g.split = 'test') as test,
			count(*) filter (where not exists (select 1 from comparisons c where c.prompt_id = p.id)) as uncompared
		from prompts p join prompt_groups g on g.id = p.group_id group by p.project_id) counted
	full join (select project_id::text, train, dev, test, uncompared from prompt_counts where train + dev + test > 0) kept using (project_id)
	where (counted.train, counted.dev, counted.test, counted.uncompared) is distinct from (kept.train, kept.dev, kept.test, kept.uncompared)`;

/** Comes back when some transaction of the world waits for another's lock: the next lock then shows in which order they are taken. */
export const untilOneWaits = (world: World): Promise<void> => untilWaiting(world, 1);

/** Comes back when so many transactions of the world wait for others' locks. */
export async function untilWaiting(world: World, many: number): Promise<void> {
	for (let waits = 0; waits < many; ) {
		waits = (await world.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))[0]?.n ?? 0;
	}
}

/** Rows `{prompt, chosen, rejected}` that differ from each other. */
export function pairRows(count: number, tag = 'q'): { prompt: string; chosen: string; rejected: string }[] {
	return Array.from({ length: count }, (_, i) => ({
		prompt: `Question ${tag}${i}?`,
		chosen: `A careful answer to ${tag}${i}, with a condition.`,
		rejected: `You will certainly win ${tag}${i}.`
	}));
}

/** Rows `{messages, responses}` without a stated preference. */
export function comparisonRows(count: number, tag = 'c'): { messages: { role: string; content: string }[]; responses: string[] }[] {
	return Array.from({ length: count }, (_, i) => ({
		messages: [{ role: 'user', content: `Question ${tag}${i}?` }],
		responses: [`Answer one to ${tag}${i}.`, `Another answer to ${tag}${i}.`]
	}));
}
