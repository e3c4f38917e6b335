import { parseHubModel } from './hub-model.ts';

/** What peft calls the file that says what an adapter is, and on which model it belongs. */
export const ADAPTER_CONFIG = 'adapter_config.json';

/** The card that peft lays beside an adapter: it names the folder of the base model, and the rest of it is blanks to fill in. */
export const ADAPTER_CARD = 'README.md';

/** Files in which trainers, and the library that rounds weights, name folders of the host that they ran on. */
const NAMES_FOLDERS = new Set([ADAPTER_CONFIG, ADAPTER_CARD, 'args.json', 'trainer_state.json', 'config.json', 'quantize_config.json']);

/** Whether a file of a checkpoint may name folders of a host. */
export const mayNameFolders = (path: string): boolean => NAMES_FOLDERS.has(path);

/** The object that a text is in JSON; null: it is none. */
function objectOf(text: string): object | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
	} catch {
		return null;
	}
}

/**
 * An adapter's configuration as it goes out: it names the base model by its repository and commit on a hub, or by its name
 * here, where the trainer wrote a folder of the host that it ran on. All else is as it was trained.
 * @param config JSON as peft writes it; what is none loses the folders of hosts alone
 */
export function leavingAdapterConfig(config: string, base: { name: string; location: string | null }): string {
	const said = objectOf(config);
	if (said === null) return withoutHostFolders(config);
	const hub = parseHubModel(base.location ?? '');
	return `${JSON.stringify({ ...said, base_model_name_or_path: hub?.repo ?? base.name, revision: hub?.commit ?? null }, null, 2)}\n`;
}

/** An absolute path of at least two parts, not the one in an address or in the middle of a word. */
const FOLDER = /(?<![^\s"'`=:,([{<])\/(?:[^\s/"'`,;:()[\]{}<>]+\/)+(?=[^\s/"'`,;:()[\]{}<>])/g;

/** A text in which paths of a host keep only what stands last in them. */
export function withoutHostFolders(text: string): string {
	return text.replace(FOLDER, '');
}

/** A file of a checkpoint that may name folders of a host, as it goes out. */
export function leavingText(path: string, text: string, base: { name: string; location: string | null }): string {
	return path === ADAPTER_CONFIG ? leavingAdapterConfig(text, base) : withoutHostFolders(text);
}
