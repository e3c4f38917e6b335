/** A file as a source lists it. `version` is another one once the file is another one. */
export type SourceFile = { name: string; path: string; bytes: number; modifiedAt: string | null; version: string };

/** A page of a folder, by name. `next` asks for the following one; null: there is none. */
export type Listing = { folders: { name: string; path: string }[]; files: SourceFile[]; next: string | null };

/** A file that was found and can be read, once. */
export type OpenedFile = { bytes: number; modifiedAt: string | null; version: string; read: () => AsyncGenerator<Uint8Array>; /** Where it is not read after all. */ close: () => Promise<void> };

/** What every kind of source can do; paths are such that `pathProblem` finds nothing, the empty one is its beginning. */
export type SourceReader = {
	list: (path: string, page: { after: string | null; limit: number }) => Promise<Listing>;
	/** `signal`: who reads it goes down meanwhile. */
	open: (path: string, signal?: AbortSignal) => Promise<OpenedFile>;
	close: () => void;
};

/** Why a source did not give what it was asked for, in a sentence for the user; `again`: it may later. */
export class SourceTrouble extends Error {
	override name = 'SourceTrouble';
	readonly again: boolean;

	constructor(message: string, of: { again: boolean }) {
		super(message);
		this.again = of.again;
	}
}

/** Largest file that is read from a source. */
export const MOST_FILE_BYTES = 100e9;

/** Refuses what is larger than anything that a person would look over. */
export function checkSize(bytes: number): void {
	if (bytes > MOST_FILE_BYTES) throw new SourceTrouble('The file is larger than 100 GB. Split it.', { again: false });
}

/** A file that became another one while it was read: what was read of it belongs to neither. */
export const changed = (): SourceTrouble => new SourceTrouble('The file was changed while it was read. It is read again from its beginning.', { again: true });
