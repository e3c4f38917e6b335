import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const listening = async (server: ReturnType<typeof createServer>) => {
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/**
 * A data set as Hugging Face and ModelScope give it out over HTTP, one commit of it, to who has the token. Files come from
 * another server, as theirs do, which breaks the first answer off in its middle. `lie`: bytes that are sent in a file's place.
 */
export async function startDatasetHub(of: { repo: string; commit: string; token: string; files: Record<string, string> }) {
	const files = new Map(Object.entries(of.files).map(([path, text]) => [path, Buffer.from(text)]));
	/** What the servers of files were asked with: no token of ours belongs there. */
	const handedOn: (string | undefined)[] = [];
	const lies = new Map<string, Buffer>();
	let breaks = 1;

	const store = createServer((request, response) => {
		handedOn.push(request.headers.authorization ?? request.headers.cookie);
		const path = decodeURIComponent(new URL(request.url ?? '/', 'http://store').pathname).slice(1);
		const body = lies.get(path) ?? files.get(path) ?? Buffer.alloc(0);
		const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
		response.writeHead(from > 0 ? 206 : 200, { 'content-length': String(body.length - from) });
		if (breaks === 0 || body.length < 1000) return void response.end(body.subarray(from));
		breaks -= 1;
		response.write(body.subarray(from, from + (body.length >> 1)), () => response.destroy());
	});
	const storeAt = await listening(store);

	/** What lies in a folder: folders first, each once. */
	const within = (folder: string) => {
		const below = [...files].filter(([path]) => folder === '' || path.startsWith(`${folder}/`)).map(([path, bytes]) => ({ rest: path.slice(folder === '' ? 0 : folder.length + 1), path, bytes }));
		const at = (name: string) => (folder === '' ? name : `${folder}/${name}`);
		const folders = [...new Set(below.filter(({ rest }) => rest.includes('/')).map(({ rest }) => rest.split('/')[0] ?? ''))].map((name) => ({ path: at(name), bytes: null }));
		return [...folders, ...below.filter(({ rest }) => !rest.includes('/'))];
	};
	type Entry = { path: string; bytes: Buffer | null };
	const faceEntry = ({ path, bytes }: Entry) => (bytes === null ? { type: 'directory', path, oid: '0'.repeat(40), size: 0 } : { type: 'file', path, oid: '1'.repeat(40), size: bytes.length, ...(path.endsWith('.gz') ? {} : { lfs: { oid: sha256(bytes), size: bytes.length } }) });
	const scopeEntry = ({ path, bytes }: Entry) => ({ Path: path, Name: path.split('/').at(-1), Type: bytes === null ? 'tree' : 'blob', Size: bytes?.length ?? 0, Sha256: bytes && sha256(bytes), CommittedDate: 1_700_000_000, Revision: of.commit });

	function answer(request: IncomingMessage, response: ServerResponse, posted: string): void {
		const url = new URL(request.url ?? '/', 'http://hub');
		const path = decodeURIComponent(url.pathname);
		const json = (body: unknown, headers: Record<string, string> = {}) => void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
		const none = (status: number) => void response.writeHead(status).end('<script>not ours</script>');
		const page = (entries: Entry[], from: number, most: number) => entries.slice(from, from + most);
		if (request.headers.authorization !== `Bearer ${of.token}`) return none(401);
		const tree = `/api/datasets/${of.repo}/tree/${of.commit}`;
		if (path === `/api/datasets/${of.repo}/revision/main` || path === `/api/datasets/${of.repo}/revision/${of.commit}`) return json({ id: of.repo, sha: of.commit });
		if (path === tree || path.startsWith(`${tree}/`)) {
			const [all, from, most] = [within(path.slice(tree.length + 1)), Number(url.searchParams.get('cursor') ?? 0), Number(url.searchParams.get('limit'))];
			// The address of the next page is the hub's own, wherever we called it.
			return json(page(all, from, most).map(faceEntry), from + most < all.length ? { link: `<https://elsewhere.example${tree}?cursor=${from + most}>; rel="next"` } : {});
		}
		if (path === `/api/datasets/${of.repo}/paths-info/${of.commit}`) {
			const wanted = new URLSearchParams(posted).get('paths') ?? '';
			const bytes = files.get(wanted);
			return json(bytes ? [faceEntry({ path: wanted, bytes })] : []);
		}
		if (path === `/api/v1/datasets/${of.repo}/repo/tree` && url.searchParams.get('Revision') === of.commit) {
			const most = Number(url.searchParams.get('PageSize'));
			return json({ Code: 200, Success: true, Data: { Files: page(within(url.searchParams.get('Root') ?? ''), (Number(url.searchParams.get('PageNumber')) - 1) * most, most).map(scopeEntry) } });
		}
		const file = path === `/api/v1/datasets/${of.repo}/repo` ? url.searchParams.get('FilePath') : path.startsWith(`/datasets/${of.repo}/resolve/${of.commit}/`) ? path.slice(`/datasets/${of.repo}/resolve/${of.commit}/`.length) : null;
		return file !== null && files.has(file) ? void response.writeHead(302, { location: `${storeAt}/${file.split('/').map(encodeURIComponent).join('/')}` }).end() : none(404);
	}
	const hub = createServer((request, response) => {
		let posted = '';
		request.on('data', (chunk: Buffer) => (posted += chunk.toString()));
		request.on('end', () => answer(request, response, posted));
	});
	return {
		address: await listening(hub),
		handedOn,
		lie: (path: string, text: string | null) => void (text === null ? lies.delete(path) : lies.set(path, Buffer.from(text))),
		breakOnce: () => void (breaks = 1),
		stop: async () => {
			for (const server of [hub, store]) {
				server.closeAllConnections();
				await new Promise((done) => server.close(done));
			}
		}
	};
}
