import { createHash } from 'node:crypto';
import { firstByte, hubFiles, listening, weightsLine } from './hub-server.ts';

/**
 * What `huggingface_hub` asks of a hub for a model, from a folder: what it is, the list of its files at a commit or on `main`, and each of them
 * with its hash, in whole or from a byte on. Only with the right token.
 */
export async function startHub(folder: string, of: { repo: string; commit: string; token: string; extra?: Record<string, string | Buffer> }) {
	const files = await hubFiles(folder, of.extra);
	const asked: { method: string; path: string; range: string | undefined; status: number }[] = [];
	const line = weightsLine();
	const { address, stop } = await listening((request, response) => {
		const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
		const { method = 'GET' } = request;
		const { range } = request.headers;
		const answer = (status: number, headers: Record<string, string>, body: Buffer | string) => {
			asked.push({ method, path, range, status });
			response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
			if (method === 'HEAD') return void response.end();
			return line.end(response, body, path.endsWith('.safetensors'));
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
		const from = firstByte(range);
		if (from === null) return void answer(200, headers, file);
		return void answer(206, { ...headers, 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }, file.subarray(from));
	});
	return { address, asked, serve: line.serve, stop };
}
