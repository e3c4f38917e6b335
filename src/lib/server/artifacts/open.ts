import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openFolder } from './folder.ts';
import { openS3 } from './s3.ts';
import type { StoreRecord } from './store-mark.ts';
import type { Artifacts } from './store.ts';

/**
 * The artifact store that the settings name.
 * @param record where the installation keeps which folder is its store
 */
export async function openArtifacts(config: Pick<Config, 'artifacts' | 'dataDir'>, record: StoreRecord): Promise<Artifacts> {
	const { artifacts } = config;
	return artifacts.kind === 'folder' ? openFolder(artifacts.dir, record) : openS3(artifacts.bucket, { spoolDir: join(config.dataDir, 'spool') });
}
