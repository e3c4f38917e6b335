import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { knownDatabaseUrl } from '../../scripts/start/known-database.mjs';
import { provideTinyModel } from '../../workers/engine/swift/base-models.ts';
import { provisionEnvironment } from '../../workers/engine/swift/environment.ts';

const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

async function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer();
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}

/** A model of a hundred thousand parameters: a browser test must train for real, but not for minutes. */
async function tinyModel(dir: string): Promise<string> {
	const environment = await provisionEnvironment({ device: 'cpu' });
	if (!environment.ok) throw new Error(`${environment.problem.message} ${environment.problem.hint}`);
	const model = await provideTinyModel(environment.value, join(dir, 'tiny'), { cacheDir: join(dir, 'cache') });
	if (!model.ok) throw new Error(model.problem.message);
	await writeFile(join(model.value.path, 'plumbline.json'), JSON.stringify({ modelType: model.value.modelType, template: model.value.template }));
	return model.value.path;
}

/** A folder that files may be brought in from. */
async function exportsFolder(dir: string): Promise<string> {
	const folder = join(dir, 'exports');
	await mkdir(join(folder, '2024'), { recursive: true });
	const row = (n: number) => JSON.stringify({ prompt: `Of a folder, ${n}?`, chosen: 'Only if.', rejected: 'Always.' });
	await writeFile(join(folder, '2024', 'first.jsonl'), [row(1), row(2)].join('\n'));
	await writeFile(join(folder, '2024', 'second.jsonl'), [row(3), 'not a row'].join('\n'));
	return folder;
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

/** Starts the whole thing as a newcomer would (`npm start`: database, demo, web, worker) in a folder of its own, and stops it afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-e2e-'));
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const data = join(dir, 'data');
	const child = spawn(process.execPath, [START], {
		env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', ORIGIN: url, PLUMBLINE_DATA_DIR: data, PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1', PLUMBLINE_IMPORT_ROOTS: `exports=${await exportsFolder(dir)}`, PLUMBLINE_BASE_MODEL: await tinyModel(dir) },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const deadline = Date.now() + 300_000;
	while (!(await fetch(`${url}/readyz`).then((response) => response.ok, () => false))) {
		if (child.exitCode !== null || Date.now() > deadline) throw new Error(`npm start did not get ready:\n${output.slice(-3000)}`);
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	process.env['PLUMBLINE_E2E_URL'] = url;
	process.env['PLUMBLINE_E2E_DATABASE'] = process.env['DATABASE_URL'] || (knownDatabaseUrl(data) ?? '');
	process.env['PLUMBLINE_E2E_ACCOUNTS'] = await readFile(join(data, 'demo-accounts.json'), 'utf8');
	return async () => {
		child.kill('SIGTERM');
		await ended(child);
		await rm(dir, { recursive: true, force: true });
	};
}
