import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** How the hub serves weights: whole; cut once in the middle; or up to the middle and then nothing more. */
export type Weights = 'whole' | 'cut' | 'stuck';

/**
 * What `huggingface_hub` asks of a hub for a model, from a folder: what it is, the list of its files at a commit or on `main`, and each of them
 * with its hash, in whole or from a byte on. Only with the right token.
 */
export async function startHub(folder: string, of: { repo: string; commit: string; token: string; extra?: Record<string, string | Buffer> }) {
	const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
	const files = new Map(await Promise.all(names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))])));
	for (const [name, text] of Object.entries(of.extra ?? {})) files.set(name, Buffer.from(text as string));
	const asked: { method: string; path: string; range: string | undefined; status: number }[] = [];
	let weights: Weights = 'whole';

	function half(response: ServerResponse, body: Buffer): void {
		const cut = weights === 'cut';
		if (cut) weights = 'whole';
		response.write(body.subarray(0, body.length >> 1), () => void (cut && response.destroy()));
	}
	const server = createServer((request, response) => {
		const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
		const { method = 'GET' } = request;
		const { range } = request.headers;
		const answer = (status: number, headers: Record<string, string>, body: Buffer | string) => {
			asked.push({ method, path, range, status });
			response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
			if (method === 'HEAD') return response.end();
			if (path.endsWith('.safetensors') && weights !== 'whole' && typeof body !== 'string') return half(response, body);
			return response.end(body);
		};
		if (request.headers.authorization !== `Bearer ${of.token}`) return void answer(401, { 'x-error-code': 'GatedRepo', 'x-error-message': 'Access to this model is restricted' }, '');
		if (path === `/api/models/${of.repo}/revision/${of.commit}` || path === `/api/models/${of.repo}/revision/main`) {
			return void answer(200, { 'content-type': 'application/json' }, JSON.stringify({ id: of.repo, sha: of.commit, gated: false, cardData: { license: 'apache-2.0' }, siblings: [...files].map(([rfilename, body]) => ({ rfilename, size: body.length })) }));
		}
		if (path === `/api/models/${of.repo}/tree/${of.commit}`) {
			return void answer(200, { 'content-type': 'application/json' }, JSON.stringify([...files].map(([name, body]) => ({ type: 'file', path: name, size: body.length, oid: createHash('sha1').update(body).digest('hex') }))));
		}
		const file = files.get(path.replace(`/${of.repo}/resolve/${of.commit}/`, ''));
		if (!file) return void answer(404, { 'x-error-code': path.includes(of.commit) && path.includes(of.repo) ? 'EntryNotFound' : path.includes(of.repo) ? 'RevisionNotFound' : 'RepoNotFound' }, '');
		const headers = { etag: `"${createHash('sha256').update(file).digest('hex')}"`, 'x-repo-commit': of.commit, 'accept-ranges': 'bytes' };
		const from = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? NaN);
		if (Number.isNaN(from)) return void answer(200, headers, file);
		return void answer(206, { ...headers, 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }, file.subarray(from));
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		serve: (how: Weights) => void (weights = how),
		stop: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(resolve));
		}
	};
}
