import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { inject } from 'vitest';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { identify } from '#lib/server/auth/identify.ts';
import { readConfig } from '#lib/server/config.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import type { DemoAccount } from '../../drizzle/seed/accounts.ts';
import { createDatabase, TEMPLATE } from './database.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An installation at its first start: migrated, nobody there. */
export async function freshInstallation() {
	const url = await createDatabase(inject('adminUrl'), `test_${randomUUID().replaceAll('-', '')}`, TEMPLATE);
	const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-seed-'));
	const env = { DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'silent' };
	const app = await createApp(readConfig(env), 'test');
	return {
		app,
		dataDir,
		file: join(dataDir, 'demo-accounts.json'),
		accounts: async () => JSON.parse(await readFile(join(dataDir, 'demo-accounts.json'), 'utf8')) as DemoAccount[],
		query: <T extends Record<string, unknown>>(text: string) => rowsOf<T>(app.db, sql.raw(text)),
		/** Runs a script of the checkout against this installation; `killWhen` true ends it with SIGKILL. */
		script: async (args: string[], killWhen?: () => Promise<boolean>) => {
			const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
			let output = '';
			child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
			child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
			const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
			while (killWhen && child.exitCode === null && child.signalCode === null) {
				if (await killWhen()) child.kill('SIGKILL');
				await sleep(1);
			}
			return { code: await ended, output };
		},
		close: async () => {
			await app.close();
			await rm(dataDir, { recursive: true, force: true });
		}
	};
}
export type Installation = Awaited<ReturnType<typeof freshInstallation>>;

/** Who a token of the demo's accounts stands for. */
export const actorOf = async (app: App, token: string): Promise<Actor> => {
	const { actor } = await identify(app, { cookie: null, authorization: `Bearer ${token}` });
	if (!actor) throw new Error('the token opens nothing');
	return actor;
};
