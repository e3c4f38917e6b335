import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openFolder } from './folder.ts';
import { openS3 } from './s3.ts';
import type { Artifacts } from './store.ts';

/** The artifact store that the settings name. */
export async function openArtifacts(config: Pick<Config, 'artifacts' | 'dataDir'>): Promise<Artifacts> {
	const { artifacts } = config;
	return artifacts.kind === 'folder' ? openFolder(artifacts.dir) : openS3(artifacts.bucket, { spoolDir: join(config.dataDir, 'spool') });
}
