import { randomUUID } from 'node:crypto';
import { access, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storeModes } from './store-modes.ts';

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
	/** The id that it would mark a folder with; null: nobody who may decide has looked yet. */
	proposed: () => Promise<string | null>;
	/** Left out: this process does not decide which store it is. */
	decide?: {
		/** Writes down an id to mark a folder with, the same to everybody who asks. */
		propose: () => Promise<string>;
		/** Writes down the first id that it is given, and keeps it. */
		claim: (id: string) => Promise<void>;
	};
	/** Hears once, when the store is opened, that its folder is not the installation's. */
	refused?: (error: StoreAway) => void;
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

/** The folder is another database's store: a clean-up of this one would take away what that one cites. */
export class StoreTaken extends StoreAway {
	constructor(root: string) {
		super(root, null);
		this.message = `The artifact store ${root} is another database's. Give this one a data folder of its own (PLUMBLINE_DATA_DIR), or at least a store (PLUMBLINE_ARTIFACTS); or, where that database is gone for good, delete ${join(root, MARK_FILE)}.`;
		this.name = 'StoreTaken';
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
async function mark(root: string, id: string): Promise<string | null> {
	const building = join(root, `.${MARK_FILE}.${randomUUID()}`);
	const text = `${JSON.stringify({ store: id })}\n`;
	const modes = await storeModes(root);
	await writeFile(building, text);
	await modes.file(building);
	try {
		// Whole or not at all, and never over another's; without links at least the latter.
		await link(building, join(root, MARK_FILE))
			.catch((error: NodeJS.ErrnoException) => {
				if (!NO_LINKS.includes(error.code)) throw error;
				return writeFile(join(root, MARK_FILE), text, { flag: 'wx' }).then(() => modes.file(join(root, MARK_FILE)));
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
 * Which store a folder is to an installation that has none so far; null: none yet, and this process does not decide.
 * @throws StoreAway when a mount may be away; StoreTaken when the folder is another installation's
 */
async function begin(root: string, { namesFiles, proposed, decide }: StoreRecord): Promise<string | null> {
	const found = await readMark(root);
	if (found !== null) {
		// Whoever names files and knows no store is older than marks, or was told this one by hand. Who names none has nothing here.
		if (found !== (await proposed()) && !(await namesFiles())) throw new StoreTaken(root);
		return found;
	}
	if (!(await there(join(root, FILES_FOLDER))) && (await namesFiles())) throw new StoreAway(root, null);
	return decide ? mark(root, await decide.propose()) : null;
}

/**
 * A look whether a folder is the installation's store, for before something is written there and for when something is
 * missing. The first process that may decide it marks the folder and writes its id down; never one without any file of a
 * store while the record names some, since a mount may be away then, and never one that another installation has marked.
 * @throws StoreAway from the look, when it is not
 */
export function createStoreLook(root: string, record: StoreRecord): () => Promise<void> {
	let known: string | null = null;
	return async () => {
		known ??= await record.own();
		if (known === null) {
			const id = await begin(root, record);
			if (id !== null && record.decide) {
				await record.decide.claim(id);
				known = await record.own();
			}
		}
		if (known !== null && (await readMark(root)) !== known) throw new StoreAway(root, known);
	};
}
