import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { contentHash } from '#lib/domain/canonical-json.ts';
import type { Manifest } from '#lib/domain/manifest.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import type { AttemptAtHand } from '#lib/server/usecases/attempt-run.ts';
import type { WorkerContext } from './context.ts';
import { alikeRows } from './alike-rows.ts';
import { withImages } from './row-images.ts';

/**
 * Lays the training rows out for the engine and checks the whole chain: the
 * manifest's hash is the one the run was started on, the rows' hash is the one
 * the manifest names, the bytes on disk have it. Then images get the paths of
 * their checked copies, and pairs become rows of one kind. Test rows never leave the store.
 * @throws ArtifactDamaged when any link does not match
 */
export async function layOutRows(context: Pick<WorkerContext, 'app'>, at: Pick<AttemptAtHand, 'run' | 'files' | 'manifestSha256'>, dir: string): Promise<{ path: string; rows: number; images: boolean }> {
	const { artifacts } = context.app;
	const manifestFile = at.files.get('manifest');
	const train = at.files.get('train');
	if (!manifestFile || !train) throw new ArtifactDamaged(at.run.snapshotSha256, 'has no files');
	const manifest = JSON.parse(await text(artifacts.read(manifestFile.sha256))) as Manifest;
	if (contentHash(manifest) !== at.run.snapshotSha256 || at.manifestSha256 !== at.run.snapshotSha256) throw new ArtifactDamaged(manifestFile.sha256, 'is not the manifest that the run was started on');
	if (manifest.splits.train.sha256 !== train.sha256) throw new ArtifactDamaged(train.sha256, 'is not the file that the manifest names');
	const path = join(dir, 'train.jsonl');
	await mkdir(dir, { recursive: true });
	await artifacts.layOutFile(train.sha256, path);
	const placed = await withImages(artifacts, path, dir);
	return { path: await alikeRows(placed, dir), rows: train.rows, images: placed !== path };
}
