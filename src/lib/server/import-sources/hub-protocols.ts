import * as v from 'valibot';
import { SourceTrouble } from './reader.ts';

/** A file or folder of a data set as a hub lists it. `sha256`: of its bytes, where the hub names it. */
export type HubEntry = { path: string; isFolder: boolean; bytes: number; modifiedAt: string | null; version: string; sha256: string | null };

type Page = { after: string | null; limit: number };
type Ask = (path: string, init?: { method?: string; body?: string; headers?: Record<string, string>; signal?: AbortSignal }) => Promise<{ body: unknown; headers: Headers }>;
type Of = { repo: string; commit: string; ask: Ask };

/** How a hub is asked: which commit a revision is, what lies in a folder, one file by its path, and where its bytes are. */
export type HubProtocol = (of: Of) => {
	auth: (token: string) => Record<string, string>;
	pin: (revision: string) => Promise<string>;
	list: (path: string, page: Page) => Promise<{ entries: HubEntry[]; next: string | null }>;
	/** `signal`: gives up looking among what lies beside it. */
	find: (path: string, signal: AbortSignal) => Promise<HubEntry | null>;
	address: (path: string) => string;
};

const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const inUrl = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function understood<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
	const parsed = v.safeParse(schema, body);
	if (!parsed.success) throw new SourceTrouble('The hub answered what is no list of files.', { again: true });
	return parsed.output;
}

const size = v.pipe(v.number(), v.integer(), v.minValue(0));
/** What a hub names a file's content by; it is kept with what came of it. */
const named = v.pipe(v.string(), v.regex(/^[\w.-]{0,200}$/));
const FaceEntry = v.object({ type: v.string(), path: v.string(), oid: named, size: v.optional(size, 0), lfs: v.optional(v.nullable(v.object({ oid: named }))) });
const faceEntry = ({ type, path, oid, size: bytes, lfs }: v.InferOutput<typeof FaceEntry>): HubEntry => ({ path, isFolder: type === 'directory', bytes, modifiedAt: null, version: lfs?.oid ?? oid, sha256: lfs && SHA256.test(lfs.oid) ? lfs.oid : null });

/** Hugging Face (huggingface.co/docs/hub/api; `huggingface_hub` asks the same). The next page is named by a `Link`, of which the cursor alone is taken. */
export const huggingFace: HubProtocol = ({ repo, commit, ask }) => ({
	auth: (token) => ({ authorization: `Bearer ${token}` }),
	pin: async (revision) => {
		const { sha } = understood(v.object({ sha: v.pipe(v.string(), v.regex(COMMIT)) }), (await ask(`/api/datasets/${repo}/revision/${encodeURIComponent(revision)}`)).body);
		return sha;
	},
	list: async (path, { after, limit }) => {
		const query = new URLSearchParams({ recursive: 'false', expand: 'false', limit: String(limit), ...(after === null ? {} : { cursor: after }) });
		const { body, headers } = await ask(`/api/datasets/${repo}/tree/${commit}${path === '' ? '' : `/${inUrl(path)}`}?${query}`);
		const next = /<([^<>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
		return { entries: understood(v.array(FaceEntry), body).map(faceEntry), next: next === undefined ? null : new URL(next, 'https://hub').searchParams.get('cursor') };
	},
	find: async (path, signal) => {
		const { body } = await ask(`/api/datasets/${repo}/paths-info/${commit}`, { signal, method: 'POST', body: new URLSearchParams({ paths: path, expand: 'false' }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		return understood(v.array(FaceEntry), body).map(faceEntry).find((entry) => entry.path === path) ?? null;
	},
	address: (path) => `/datasets/${repo}/resolve/${commit}/${inUrl(path)}`
});

/** ModelScope gives no more at a time. */
const SCOPE_PAGE = 200;
const ScopeEntry = v.object({ Path: v.string(), Type: v.string(), Size: v.optional(v.nullable(size)), Sha256: v.optional(v.nullable(v.string())), CommittedDate: v.optional(v.nullable(v.number())), Revision: v.optional(v.nullable(named)) });
const ScopeAnswer = v.object({ Code: v.optional(v.picklist([200, '200']), 200), Success: v.optional(v.literal(true), true), Data: v.union([v.array(ScopeEntry), v.object({ Files: v.nullable(v.array(ScopeEntry)) })]) });

function scopeEntry({ Path, Type, Size, Sha256, CommittedDate, Revision }: v.InferOutput<typeof ScopeEntry>): HubEntry {
	const sha256 = Sha256 && SHA256.test(Sha256) ? Sha256 : null;
	return { path: Path, isFolder: Type === 'tree', bytes: Size ?? 0, modifiedAt: CommittedDate ? new Date(CommittedDate * 1000).toISOString() : null, version: sha256 ?? Revision ?? '', sha256 };
}

/** ModelScope (as `modelscope_hub` 0.5.1 asks it): pages by number; a page that is not full is the last. */
export const modelScope: HubProtocol = ({ repo, commit, ask }) => {
	async function page(path: string, number: number, limit: number, signal?: AbortSignal): Promise<HubEntry[]> {
		const query = new URLSearchParams({ Revision: commit, Recursive: 'False', PageNumber: String(number), PageSize: String(limit), ...(path === '' ? {} : { Root: path }) });
		const { Data } = understood(ScopeAnswer, (await ask(`/api/v1/datasets/${repo}/repo/tree?${query}`, signal && { signal })).body);
		return (Array.isArray(Data) ? Data : (Data.Files ?? [])).map(scopeEntry);
	}
	return {
		auth: (token) => ({ authorization: `Bearer ${token}`, cookie: `m_session_id=${token}` }),
		pin: (revision) => Promise.resolve(revision),
		list: async (path, { after, limit }) => {
			const [number, most] = [Math.max(1, Number(after ?? 1) || 1), Math.min(limit, SCOPE_PAGE)];
			const entries = await page(path, number, most);
			return { entries, next: entries.length < most ? null : String(number + 1) };
		},
		find: async (path, signal) => {
			const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
			for (let number = 1; ; number++) {
				const entries = await page(folder, number, SCOPE_PAGE, signal);
				const found = entries.find((entry) => entry.path === path);
				if (found || entries.length < SCOPE_PAGE) return found ?? null;
			}
		},
		address: (path) => `/api/v1/datasets/${repo}/repo?${new URLSearchParams({ Revision: commit, FilePath: path })}`
	};
};
