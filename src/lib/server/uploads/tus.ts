import { DataStore, MemoryLocker, Server, Upload } from '@tus/server';
import { fail, ok } from '../../domain/problem.ts';
import type { Problem, Result } from '../../domain/problem.ts';

/** What a request of the protocol is about: an upload that is to begin, or one that is there. */
export type Spoken = {
	/** Where uploads are found: `<place>/<id>`. */
	place: string;
	/** The upload that the request names; null: it begins one. */
	id: string | null;
	/** Begins one, and gives its id. `said` is what the client says of the file. */
	begin: (said: Readonly<Record<string, string | null>>) => Promise<Result<string>>;
	/** How much of it has arrived, and how much there will be; null: it does not lie here. */
	state: () => Promise<{ arrived: number; total: number } | null>;
	/** Writes on; gives the place after the last byte. */
	write: (at: number, source: AsyncIterable<Uint8Array>) => Promise<Result<number>>;
	/** Lets it go. */
	remove: () => Promise<Result<null>>;
};

/** Headers of the protocol. The library's others speak to pages of other addresses, to which nothing is said. */
const HEADERS = ['location', 'tus-resumable', 'upload-offset', 'upload-length'];

/** One for the process: two connections that send the same upload follow each other. Two processes would write the same bytes to the same place. */
const locker = new MemoryLocker();

/** Carries a problem through the library. */
class Refused extends Error {
	readonly problem: Problem;
	constructor(problem: Problem) {
		super(problem.detail);
		this.problem = problem;
	}
}

class Store extends DataStore {
	readonly #of: Spoken;
	constructor(of: Spoken) {
		super();
		this.#of = of;
		this.extensions = ['creation', 'creation-with-upload', 'termination'];
	}
	override async getUpload(id: string): Promise<Upload> {
		const state = await this.#of.state();
		if (!state) throw new Refused({ code: 'not_found', detail: 'What has arrived of this file does not lie on this server. Send it anew.' });
		return new Upload({ id, size: state.total, offset: state.arrived });
	}
	override async write(source: AsyncIterable<Uint8Array>, _id: string, at: number): Promise<number> {
		const arrived = await this.#of.write(at, source);
		if (!arrived.ok) throw new Refused(arrived.problem);
		return arrived.value;
	}
	override async remove(): Promise<void> {
		const gone = await this.#of.remove();
		if (!gone.ok) throw new Refused(gone.problem);
	}
}

/** What the library says no with, in our words. What is not expected stays an exception. */
function inProblem(error: unknown): Result<never> {
	if (error instanceof Refused) return { ok: false, problem: error.problem };
	if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return fail('not_ready', 'The server’s disk is full. What has arrived stays; send the rest once there is room.', { facts: { retryAfter: 30 } });
	switch ((error as { status_code?: number }).status_code) {
		case 400:
			return fail('conflict', 'The piece broke off, or another connection sends this file now. Ask how much has arrived (HEAD) and send on from there.');
		case 403:
		case 415:
			return fail('unsupported_format', 'Send a piece as application/offset+octet-stream, with Upload-Offset.');
		case 409:
			return fail('conflict', 'Upload-Offset is not how much has arrived. Ask for it (HEAD) and send on from there.');
		case 413:
			return fail('too_large', 'More was sent than the file was said to hold.');
		case 500:
			return fail('not_ready', 'Another connection still sends this file. Try again in a moment.', { facts: { retryAfter: 5 } });
		default:
			throw error;
	}
}

/** Answers a request of the protocol tus 1.0.0 (resumable uploads: creation, termination). Who may was asked before. */
export async function speakTus(request: Request, of: Spoken): Promise<Result<{ status: number; headers: Record<string, string> }>> {
	let trouble: unknown = null;
	const server = new Server({
		path: of.place,
		relativeLocation: true,
		locker,
		datastore: new Store(of),
		getFileIdFromRequest: () => of.id ?? undefined,
		namingFunction: async (_request, said) => {
			const begun = await of.begin(said ?? {});
			if (!begun.ok) throw new Refused(begun.problem);
			return begun.value;
		},
		onResponseError: (_request, error) => {
			trouble = error;
			return undefined;
		}
	});
	const response = await server.handleWeb(request);
	if (trouble !== null) return inProblem(trouble);
	if (!response.ok) return fail('invalid_input', (await response.text()).trim() || `The request is none of tus 1.0.0.`);
	return ok({ status: response.status, headers: Object.fromEntries([...response.headers].filter(([name]) => HEADERS.includes(name))) });
}
