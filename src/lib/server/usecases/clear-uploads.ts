import { join } from 'node:path';
import type { App } from '../app.ts';
import type { Executor } from '../db/client.ts';
import * as uploads from '../db/uploads.ts';
import { removeLeftBehind } from '../records/spool.ts';
import { uploadDisk } from '../uploads/disk.ts';
import type { UploadDisk } from '../uploads/disk.ts';

/** Left free on the disk for everything else that lies there, in bytes. */
const ROOM_BYTES = 1024 ** 3;

/** Uploads as they lie where this process keeps its data. */
export const diskOf = (app: Pick<App, 'config'>): UploadDisk => uploadDisk(join(app.config.dataDir, 'arriving'), { leaves: ROOM_BYTES });

/** Lets go of the file that an import has read, once that is decided; not where another import reads it by now. */
export async function removeRead(app: Pick<App, 'db' | 'config'>, importId: string): Promise<void> {
	for (const id of await uploads.removeReadBy(app.db, importId)) await diskOf(app).remove(id);
}

/** Folders of the data folder in which files lie while they are read from their end: those of imports, and archives. */
const SPOOLS = ['uploads', 'incoming'];

/** Removes what a process that died left of files that are read from their end. */
export async function clearSpools(app: Pick<App, 'config'>): Promise<void> {
	for (const folder of SPOOLS) await removeLeftBehind(join(app.config.dataDir, folder));
}

/** Removes what lies here of uploads that were forgotten: the sweep ends them in the database alone, and another process their keys. */
export async function clearUploads(app: Pick<App, 'config'>, db: Executor): Promise<void> {
	await clearSpools(app);
	await diskOf(app).removeLeft(new Set((await uploads.kept(db)).map(({ id }) => id)));
}

/** Bytes that another upload may take: what is free, less what must stay free and what others that lie here have yet to send. */
export async function roomLeft(app: Pick<App, 'config'>, db: Executor): Promise<number> {
	const disk = diskOf(app);
	let room = (await disk.room()) - ROOM_BYTES;
	for (const { id, totalBytes } of await uploads.kept(db)) {
		const arrived = await disk.arrived(id);
		if (arrived !== null) room -= totalBytes - arrived;
	}
	return room;
}
