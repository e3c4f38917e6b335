import { randomUUID } from 'node:crypto';
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Says in the store's own folder which store it is. */
export const MARK_FILE = 'store.json';

/** Where a store in a folder keeps its files, by their hashes. */
export const FILES_FOLDER = 'sha256';

/** The code of an error that says that the folder of the store is not this installation's store. */
export const STORE_AWAY = 'STORE_AWAY';

/** Where an installation keeps which store is its own. */
export type StoreRecord = {
	/** Its store's id; null: none was written down yet. */
	own: () => Promise<string | null>;
	/** Whether it names files that lie in its store. */
	namesFiles: () => Promise<boolean>;
	/** Writes down the first id that it is given, and keeps it. Left out: this process does not decide which store it is. */
	claim?: (id: string) => Promise<void>;
};

/** The store's folder is not mounted, or is another one: what is missing there is not lost, and what would be written there would be. */
export class StoreAway extends Error {
	readonly code = STORE_AWAY;
	/** @param id null: no store was ever written down, and this folder has nothing of one */
	constructor(root: string, id: string | null) {
		super(`the folder ${root} is not this installation's artifact store: ${id === null ? `it is empty, and the database names files; where that is meant, write a ${MARK_FILE} there that says {"store":"${randomUUID()}"}` : `its ${MARK_FILE} should say {"store":"${id}"}`}`);
		this.name = 'StoreAway';
	}
}

async function readMark(root: string): Promise<string | null> {
	try {
		const mark = JSON.parse(await readFile(join(root, MARK_FILE), 'utf8')) as { store?: unknown } | null;
		return typeof mark?.store === 'string' ? mark.store : null;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
		throw error;
	}
}

/** What a file system says that knows no links: of SMB, exFAT and buckets that are mounted. */
const NO_LINKS: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

const there = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/** Marks a folder as a store; whoever marks it at the same time, it has one id. */
async function mark(root: string): Promise<string | null> {
	const id = randomUUID();
	const building = join(root, `.${MARK_FILE}.${id}`);
	const text = `${JSON.stringify({ store: id })}\n`;
	await mkdir(root, { recursive: true });
	await writeFile(building, text);
	try {
		// Whole or not at all, and never over another's; without links at least the latter.
		await link(building, join(root, MARK_FILE))
			.catch((error: NodeJS.ErrnoException) => {
				if (!NO_LINKS.includes(error.code)) throw error;
				return writeFile(join(root, MARK_FILE), text, { flag: 'wx' });
			})
			.catch((error: NodeJS.ErrnoException) => {
				if (error.code !== 'EEXIST') throw error;
			});
	} finally {
		await rm(building, { force: true });
	}
	return readMark(root);
}

/**
 * A look whether a folder is the installation's store, for before something is written there and for when something is
 * missing. The first process that may decide it marks the folder and writes its id down; never one without any file of a
 * store while the record names some, since a mount may be away then.
 * @throws StoreAway from the look, when it is not
 */
export function createStoreLook(root: string, record: StoreRecord): () => Promise<void> {
	let known: string | null = null;
	return async () => {
		known ??= await record.own();
		if (known === null) {
			let id = await readMark(root);
			if (id === null && !(await there(join(root, FILES_FOLDER))) && (await record.namesFiles())) throw new StoreAway(root, null);
			if (record.claim) {
				id ??= await mark(root);
				if (id !== null) await record.claim(id);
				known = await record.own();
			}
		}
		if (known !== null && (await readMark(root)) !== known) throw new StoreAway(root, known);
	};
}
