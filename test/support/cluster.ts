import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCluster } from '../../scripts/start/postgres.mjs';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { createDatabase, TEMPLATE } from './database.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		adminUrl: string;
	}
}

/** Starts one PostgreSQL for all test files and migrates one template; every file copies it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
	const cluster = await startCluster({ dir, fast: true });
	await createDatabase(cluster.adminUrl, TEMPLATE, null);
	await migrateDatabase(cluster.url(TEMPLATE));
	project.provide('adminUrl', cluster.adminUrl);
	return async () => {
		await cluster.stop();
		await rm(dir, { recursive: true, force: true });
	};
}
