import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Weights } from './model-hub.ts';

/**
 * What the `modelscope` package asks of a hub for a model, from a folder: what it is, the list of its files at a commit with their hashes, and
 * each of them, in whole or from a byte on. Only with the right token.
 */
export async function startModelScope(folder: string, of: { repo: string; commit: string; token: string; licence: string; extra?: Record<string, string | Buffer> }) {
	const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
	const files = new Map(await Promise.all(names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))])));
	for (const [name, text] of Object.entries(of.extra ?? {})) files.set(name, Buffer.from(text as string));
	const asked: { path: string; file: string | null; range: string | undefined; status: number }[] = [];
	let weights: Weights = 'whole';

	function half(response: ServerResponse, body: Buffer): void {
		const cut = weights === 'cut';
		if (cut) weights = 'whole';
		response.write(body.subarray(0, body.length >> 1), () => void (cut && response.destroy()));
	}
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub');
		const { range } = request.headers;
		const file = searchParams.get('FilePath');
		const answer = (status: number, headers: Record<string, string>, body: Buffer | string) => {
			asked.push({ path: pathname, file, range, status });
			response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
			if (file?.endsWith('.safetensors') && weights !== 'whole' && typeof body !== 'string') return half(response, body);
			return response.end(body);
		};
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
		const from = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? NaN);
		if (Number.isNaN(from)) return void answer(200, { 'accept-ranges': 'bytes' }, body);
		return void answer(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }, body.subarray(from));
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
