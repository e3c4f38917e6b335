import { parseHubModel } from './hub-model.ts';

/** What peft calls the file that says what an adapter is, and on which model it belongs. */
export const ADAPTER_CONFIG = 'adapter_config.json';

/** The card that peft lays beside an adapter: it names the folder of the base model, and the rest of it is blanks to fill in. */
export const ADAPTER_CARD = 'README.md';

/**
 * An adapter's configuration as it goes out: it names the base model by its repository and commit on a hub, or by its name
 * here, where the trainer wrote a folder of the host that it ran on. All else is as it was trained.
 * @param config JSON as peft writes it
 */
export function leavingAdapterConfig(config: string, base: { name: string; location: string | null }): string {
	const hub = parseHubModel(base.location ?? '');
	return `${JSON.stringify({ ...(JSON.parse(config) as object), base_model_name_or_path: hub?.repo ?? base.name, revision: hub?.commit ?? null }, null, 2)}\n`;
}
