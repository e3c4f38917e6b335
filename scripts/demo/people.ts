import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApi, DemoTrouble } from './api.ts';
import type { Api } from './api.ts';

type Account = { email: string; name: string; role: string; password: string; token: string };

/** Somebody of the demo at the API. */
export type Person = { name: string; email: string; password: string; api: Api };

/** Who takes part in a round. */
export type People = { admin: Person; engineer: Person; reviewer: Person; annotators: Person[] };

/**
 * The demo's people, from the file that the first start wrote.
 * @throws DemoTrouble when there is no such file or somebody is missing in it
 */
export async function readPeople(address: string, dataDir: string): Promise<People> {
	const file = join(dataDir, 'demo-accounts.json');
	const text = await readFile(file, 'utf8').catch(() => null);
	if (text === null) throw new DemoTrouble(`${file} cannot be read. It is written by the first npm start (without PLUMBLINE_DEMO=0); name another data folder with PLUMBLINE_DATA_DIR.`);
	const accounts = JSON.parse(text) as Account[];
	const having = (role: string): Person[] => accounts.filter((account) => account.role === role).map(({ name, email, password, token }) => ({ name, email, password, api: createApi(address, token) }));
	const [admin] = having('admin');
	const [engineer] = having('engineer');
	const [reviewer] = having('reviewer');
	const annotators = having('annotator');
	if (!admin || !engineer || !reviewer || annotators.length === 0) throw new DemoTrouble(`${file} lacks an administrator, an engineer, a reviewer or annotators.`);
	return { admin, engineer, reviewer, annotators };
}
