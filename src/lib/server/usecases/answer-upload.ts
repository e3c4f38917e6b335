import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Upload } from '../db/uploads.ts';
import { speakTus } from '../uploads/tus.ts';
import { diskOf } from './clear-uploads.ts';
import { beginUpload, discardUpload, fileSaid, reachUpload, writeUpload } from './receive-upload.ts';

/** A request of the protocol, and who sends it. */
type Asks = { app: App; actor: Actor; request: Request };
/** What is answered to it. */
type Answered = { status: number; headers: Record<string, string> };

const PLACE = '/api/v1/uploads';
const nothing = () => Promise.resolve(fail('not_found', 'There is no such upload.'));

/** Answers who begins an upload of so many bytes. */
export async function answerBegun({ app, actor, request }: Asks, of: { slug: string; bytes: number }): Promise<Result<Answered>> {
	let begun: Upload | null = null;
	return speakTus(request, {
		place: PLACE,
		id: null,
		begin: async (said) => {
			const file = fileSaid(said, of.bytes);
			if (!file.ok) return file;
			const upload = await beginUpload(app, actor, { slug: of.slug, file: file.value });
			if (!upload.ok) return upload;
			begun = upload.value;
			return ok(upload.value.id);
		},
		state: () => Promise.resolve({ arrived: 0, total: of.bytes }),
		write: async (at, source) => (begun ? writeUpload(app, begun, at, source) : nothing()),
		remove: nothing
	});
}

/** Answers who asks for an upload, sends on with it or lets it go. */
export async function answerUpload({ app, actor, request }: Asks, id: string): Promise<Result<Answered>> {
	const reached = await reachUpload(app.db, actor, id);
	if (!reached.ok) return reached;
	const upload = reached.value;
	return speakTus(request, {
		place: PLACE,
		id,
		begin: nothing,
		state: async () => {
			const arrived = await diskOf(app).arrived(id);
			return arrived === null ? null : { arrived, total: upload.totalBytes };
		},
		write: (at, source) => writeUpload(app, upload, at, source),
		remove: () => discardUpload(app, actor, upload)
	});
}
