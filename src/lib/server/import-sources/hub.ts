import { createHash } from 'node:crypto';
import type { HubModel } from '../../domain/hub-model.ts';
import { below, lastStep, pathProblem } from '../../domain/source-path.ts';
import type { Allowed } from '../outbound/addresses.ts';
import { createOutbound, hostOf, OutboundRefused } from '../outbound/outbound.ts';
import { huggingFace, modelScope } from './hub-protocols.ts';
import type { HubEntry } from './hub-protocols.ts';
import { checkSize, MOST_FILE_BYTES, SourceTrouble } from './reader.ts';
import type { SourceFile, SourceReader } from './reader.ts';

/** A data set of a hub at one commit, and what of it is offered. */
export type HubPlace = HubModel & { prefix: string };

/** Where a hub answers, by the operator's setting, and with which token it is asked. */
export type HubAccess = { endpoint: string; token: string | null };

const PROTOCOLS = { hf: huggingFace, modelscope: modelScope };
const NAMES = { hf: 'Hugging Face', modelscope: 'ModelScope' } as const;

/** A question is answered within a minute; of a file so much comes at a time, and the rest is asked for anew. */
const ASK_MS = 60_000;
const READ_MS = 300_000;
/** A hub may have a file looked for page by page: not longer than this. */
const FIND_MS = 300_000;
/** Largest answer to a question. */
const MOST_ANSWER_BYTES = 20_000_000;
/** A download that breaks off goes on from its last byte, so often in a row. */
const TRIES = 4;

/**
 * Reads a data set of Hugging Face or ModelScope over their HTTP interfaces. At
 * a commit nothing changes, so a file is read on where it broke off; its bytes
 * are checked against the hub's SHA-256 where it names one. Every address is
 * judged as those of model endpoints are; the operator's own hub may be in the house.
 */
export function hubReader({ hub, repo, commit, prefix }: HubPlace, { endpoint, token }: HubAccess, inhouse: Allowed): SourceReader & { pin: (revision: string) => Promise<string> } {
	const allowed = { ...inhouse, trusted: [hostOf(endpoint)] };
	const asking = createOutbound(allowed, { maxBytes: MOST_ANSWER_BYTES, timeoutMs: ASK_MS });
	const reading = createOutbound(allowed, { maxBytes: MOST_FILE_BYTES, timeoutMs: READ_MS, maxRedirects: 5 });
	const name = NAMES[hub];

	/** What a hub answered instead, for who chose the file: never an address, never a token, never the hub's own words. */
	function trouble(error: unknown): SourceTrouble {
		if (error instanceof SourceTrouble) return error;
		const blocked = [error, (error as Error).cause].find((one) => one instanceof OutboundRefused);
		if (blocked) return new SourceTrouble(blocked.message, { again: false });
		return new SourceTrouble(`${name} does not answer at the moment.`, { again: true });
	}
	function refused(status: number): SourceTrouble {
		if (status === 401 || status === 403) return new SourceTrouble(`${name} does not let this installation read the data set. Look at its name; accept its terms there, or store a token under Base models.`, { again: false });
		if (status === 404) return new SourceTrouble(`${name} has no such data set, revision or file.`, { again: false });
		return new SourceTrouble(`${name} does not do what it was asked (${status}).`, { again: status === 408 || status === 429 || status >= 500 });
	}
	/** Asks for a JSON answer. */
	async function ask(path: string, init: { method?: string; body?: string; headers?: Record<string, string>; signal?: AbortSignal } = {}): Promise<{ body: unknown; headers: Headers }> {
		const answer = await asking.fetch(`${endpoint}${path}`, { ...init, headers: { accept: 'application/json', ...own, ...init.headers } }).catch((error: unknown) => Promise.reject(trouble(error)));
		if (!answer.ok) {
			await answer.body?.cancel();
			throw refused(answer.status);
		}
		return { body: await answer.json().catch(() => Promise.reject(noList())), headers: answer.headers };
	}
	const noList = () => new SourceTrouble(`${name} answered what is no list of files.`, { again: true });
	/** What a hub listed, which may hold addresses and times that are none. */
	const listed = <T>(answer: Promise<T>): Promise<T> => answer.catch((error: unknown) => Promise.reject(error instanceof SourceTrouble ? error : noList()));
	const protocol = PROTOCOLS[hub]({ repo, commit, ask });
	const own = token === null ? {} : protocol.auth(token);

	const asFile = (entry: HubEntry): SourceFile => ({ name: lastStep(entry.path), path: prefix === '' ? entry.path : entry.path.slice(prefix.length + 1), bytes: entry.bytes, modifiedAt: entry.modifiedAt, version: entry.version });
	/** What can be named and lies where it was looked for: a hub's answer is not believed. */
	const isBelow = (top: string) => (entry: HubEntry) => pathProblem(entry.path) === null && entry.path === below(top, lastStep(entry.path));

	async function* read(entry: HubEntry): AsyncGenerator<Uint8Array> {
		const hash = createHash('sha256');
		let from = 0;
		for (let tries = 1; from < entry.bytes; tries++) {
			const before = from;
			try {
				const answer = await reading.fetch(`${endpoint}${protocol.address(entry.path)}`, { headers: { ...own, 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) } });
				if (answer.status !== (from > 0 ? 206 : 200) || answer.body === null) {
					await answer.body?.cancel();
					// The whole file again: the next try begins at its beginning.
					if (from > 0 && answer.status === 200) throw new SourceTrouble(`${name} does not go on where the line broke.`, { again: true });
					throw refused(answer.status);
				}
				for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
					from += chunk.byteLength;
					hash.update(chunk);
					yield chunk;
				}
				if (from < entry.bytes) throw new Error('the body ended early');
			} catch (error) {
				const why = trouble(error);
				if (!why.again || tries >= TRIES) throw why;
				if (from > before) tries = 0;
			}
		}
		if (from !== entry.bytes || (entry.sha256 !== null && hash.digest('hex') !== entry.sha256)) throw new SourceTrouble(`${name} sent other bytes than it names a hash of.`, { again: true });
	}

	return {
		pin: (revision) => protocol.pin(revision),
		list: async (path, page) => {
			const top = below(prefix, path);
			const { entries, next } = await listed(protocol.list(top, page));
			const here = entries.filter(isBelow(top));
			return { folders: here.filter(({ isFolder }) => isFolder).map(asFile).map(({ name: folder, path: at }) => ({ name: folder, path: at })), files: here.filter(({ isFolder }) => !isFolder).map(asFile), next };
		},
		open: async (path, signal) => {
			const wanted = below(prefix, path);
			const entry = await listed(protocol.find(wanted, AbortSignal.any([AbortSignal.timeout(FIND_MS), ...(signal ? [signal] : [])])));
			if (!entry || entry.isFolder || entry.path !== wanted) throw refused(404);
			checkSize(entry.bytes);
			const { bytes, modifiedAt, version } = asFile(entry);
			return { bytes, modifiedAt, version, read: () => read(entry), close: () => Promise.resolve() };
		},
		close: () => void Promise.all([asking.close(), reading.close()]).catch(() => undefined)
	};
}
