import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ending, EXIT, misused } from './ending.ts';

/** What `plumbline login` keeps: one token an address, and which address is meant when none is named. */
type Kept = { current: string | null; servers: Record<string, { token: string; email: string }> };

/** Where a command's calls go, and who makes them. */
export type Access = { address: string; token: string };

export const DEFAULT_ADDRESS = 'http://127.0.0.1:3000';

/** The file of `plumbline login`, in the user's own folder of settings. */
export function credentialsFile(env: NodeJS.ProcessEnv): string {
	const folder = process.platform === 'win32' ? env['APPDATA'] : env['XDG_CONFIG_HOME'];
	return join(folder || join(homedir(), '.config'), 'plumbline', 'credentials.json');
}

/** An address without what follows the host, so that one server has one entry. @throws Ending */
export function readAddress(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw misused(`“${text}” is no address. Name it as http://host:port or https://host.`);
	return url.origin;
}

async function readKept(file: string): Promise<Kept> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, servers: {} };
		throw error;
	}
	// Windows keeps a user's folder to the user without such bits.
	if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
		throw new Ending(EXIT.notSignedIn, `${file} holds tokens and other users of this machine may read it. Shut them out: chmod 600 ${file}`, { code: 'credentials_open' });
	}
	try {
		return JSON.parse(text) as Kept;
	} catch {
		throw new Ending(EXIT.notSignedIn, `${file} is broken. Delete it and run plumbline login again.`, { code: 'credentials_broken' });
	}
}

/** Written beside it and put in its place: a process that dies leaves the old file. */
async function write(file: string, kept: Kept): Promise<void> {
	await mkdir(dirname(file), { recursive: true, mode: 0o700 });
	const beside = `${file}.${randomUUID()}`;
	try {
		await writeFile(beside, `${JSON.stringify(kept, null, '\t')}\n`, { mode: 0o600, flag: 'wx' });
		await chmod(beside, 0o600);
		await rename(beside, file);
	} finally {
		await rm(beside, { force: true });
	}
}

/** Keeps a token for an address, which is the one meant from now on. Gives the file's path. */
export async function keep(env: NodeJS.ProcessEnv, access: Access & { email: string }): Promise<string> {
	const file = credentialsFile(env);
	const { servers } = await readKept(file);
	await write(file, { current: access.address, servers: { ...servers, [access.address]: { token: access.token, email: access.email } } });
	return file;
}

/** Forgets the token of an address; the one that is meant when none is named, without one. Gives the address, null when there was none. */
export async function forget(env: NodeJS.ProcessEnv, named: string | undefined): Promise<string | null> {
	const file = credentialsFile(env);
	const kept = await readKept(file);
	const address = named === undefined ? kept.current : readAddress(named);
	if (address === null || !Object.hasOwn(kept.servers, address)) return null;
	const servers = Object.fromEntries(Object.entries(kept.servers).filter(([other]) => other !== address));
	await write(file, { current: kept.current === address ? (Object.keys(servers)[0] ?? null) : kept.current, servers });
	return address;
}

/**
 * Address and token of a command: what the command line and the environment
 * (PLUMBLINE_URL, PLUMBLINE_TOKEN) say comes before what login kept. A kept token
 * goes to its own address alone.
 * @throws Ending when there is no token
 */
export async function findAccess(env: NodeJS.ProcessEnv, named: string | undefined): Promise<Access> {
	const said = named ?? (env['PLUMBLINE_URL'] || undefined);
	const own = env['PLUMBLINE_TOKEN'] || undefined;
	if (own && said) return { address: readAddress(said), token: own };
	const kept = await readKept(credentialsFile(env));
	const address = said === undefined ? (kept.current ?? DEFAULT_ADDRESS) : readAddress(said);
	const token = own ?? (Object.hasOwn(kept.servers, address) ? kept.servers[address]?.token : undefined);
	if (!token) throw new Ending(EXIT.notSignedIn, `Not signed in to ${address}. Make a token on your account page there, then: npx plumbline login ${address}`, { code: 'not_signed_in' });
	return { address, token };
}
