import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { choosePort } from '../../scripts/start/free-port.mjs';
import { cacheFolder } from '../../workers/engine/swift/environment.ts';
import { findPython } from '../../workers/engine/swift/find-python.ts';

const run = promisify(execFile);
/** The S3 part of moto and its server, without what its other services need. */
const PACKAGES = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];

/** A Python environment of its own for the server, made once (about 20 s, 140 MB) and kept in the cache. */
async function environment(): Promise<string> {
	const dir = join(cacheFolder(), 'test-s3-5.2.5');
	if (existsSync(join(dir, '.complete'))) return dir;
	const python = await findPython();
	if (!python.ok) throw new Error('test:s3 needs Python 3.11 or 3.12 with venv');
	await mkdir(cacheFolder(), { recursive: true });
	await rm(dir, { recursive: true, force: true });
	const building = `${dir}.building-${process.pid}`;
	await run(python.value.path, ['-m', 'venv', building]);
	await run(join(building, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], { timeout: 300_000 });
	await writeFile(join(building, '.complete'), '');
	await rename(building, dir);
	return dir;
}

/** A real S3 server on this machine, and the credentials it takes put into this process's environment, where the client looks for them. */
export async function startS3(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
	const dir = await environment();
	const port = await choosePort();
	// Started as a module: the scripts of a moved environment name the folder it was made in.
	const server = spawn(join(dir, 'bin', 'python'), ['-c', 'from moto.server import main; main()', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
	const endpoint = `http://127.0.0.1:${port}`;
	for (let tries = 0; !(await fetch(`${endpoint}/moto-api/`).then((answer) => answer.ok, () => false)); tries++) {
		if (server.exitCode !== null || tries > 300) throw new Error('the S3 server did not start');
		await sleep(100);
	}
	Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_EC2_METADATA_DISABLED: 'true' });
	return {
		endpoint,
		stop: async () => {
			const ended = once(server, 'exit');
			server.kill();
			await ended;
		}
	};
}
