import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { firstByte, hubFiles, listening, weightsLine } from './hub-server.ts';

const git = promisify(execFile);

/** A git repository of one commit on `master`, with a tag that has words of its own; gives its commit. */
export async function gitRepository(folder: string): Promise<string> {
	const on = (...args: string[]) => git('git', ['-C', folder, '-c', 'user.name=Firm', '-c', 'user.email=firm@firm.example', ...args]);
	await git('git', ['init', '--quiet', '--initial-branch', 'master', folder]);
	await on('commit', '--quiet', '--allow-empty', '--message', 'Tiny');
	await on('tag', '--annotate', 'v1', '--message', 'First');
	return (await on('rev-parse', 'HEAD')).stdout.trim();
}

/**
 * What the `modelscope` package asks of a hub for a model, from a folder: what it is, the list of its files at a commit with their hashes, and
 * each of them, in whole or from a byte on; and what git asks for to know its branches, of a repository. Only with the right token.
 */
export async function startModelScope(folder: string, of: { repo: string; commit: string; token: string; licence: string; repository?: string; extra?: Record<string, string | Buffer> }) {
	const files = await hubFiles(folder, of.extra);
	const asked: { path: string; file: string | null; range: string | undefined; status: number }[] = [];
	const line = weightsLine();
	const { address, stop } = await listening((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub');
		const { range } = request.headers;
		const file = searchParams.get('FilePath');
		const answer = (status: number, headers: Record<string, string>, body: Buffer | string) => {
			asked.push({ path: pathname, file, range, status });
			response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
			return line.end(response, body, file?.endsWith('.safetensors') === true);
		};
		if (pathname === `/models/${of.repo}.git/info/refs`) {
			if (of.repository === undefined || request.headers.authorization !== `Basic ${Buffer.from(`oauth2:${of.token}`).toString('base64')}`) return void answer(401, {}, '');
			const told = { 'content-type': 'application/x-git-upload-pack-advertisement' };
			return void git('git', ['upload-pack', '--stateless-rpc', '--advertise-refs', of.repository]).then(({ stdout }) => answer(200, told, `001e# service=git-upload-pack\n0000${stdout}`), () => answer(500, {}, ''));
		}
		const json = (status: number, body: object) => void answer(status, { 'content-type': 'application/json' }, JSON.stringify(body));
		if (request.headers.authorization !== `Bearer ${of.token}`) return json(401, { Code: 10010205001, Message: 'unauthorized', Success: false });
		const missing = () => json(404, { Code: 10010205001, Message: 'not found', Success: false });
		if (pathname === `/openapi/v1/models/${of.repo}`) return json(200, { success: true, data: { id: of.repo, license: of.licence } });
		if (!pathname.startsWith(`/api/v1/models/${of.repo}/repo`) || searchParams.get('Revision') !== of.commit) return missing();
		if (pathname.endsWith('/repo/files')) {
			const Files = [...files].map(([Path, body]) => ({ Path, Name: Path, Type: 'blob', Size: body.length, Sha256: createHash('sha256').update(body).digest('hex') }));
			return json(200, { Code: 200, Success: true, Data: { Files } });
		}
		const body = files.get(file ?? '');
		if (!body) return missing();
		const from = firstByte(range);
		if (from === null) return void answer(200, { 'accept-ranges': 'bytes' }, body);
		return void answer(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }, body.subarray(from));
	});
	return { address, asked, serve: line.serve, stop };
}
