import type { FileReason, FolderReason } from '#lib/domain/retention.ts';
import * as m from '#lib/paraglide/messages.js';

/** Why the folder of an attempt stays. */
export const FOLDER_REASONS: Record<FolderReason, () => string> = {
	unfinished: m.clean_stays_unfinished,
	promoted: m.clean_stays_promoted,
	best: m.clean_stays_best,
	last: m.clean_stays_last,
	recent: m.clean_stays_recent
};

/** Why a file of the artifact store stays. */
export const FILE_REASONS: Record<FileReason, () => string> = { cited: m.clean_stays_cited, recent: m.clean_stays_recent };
