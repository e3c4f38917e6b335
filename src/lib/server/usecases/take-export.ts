import type { Readable } from 'node:stream';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { withoutFolders } from '../../domain/checkpoint-export.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { exportDocument } from '../../domain/report/export-document.ts';
import type { ExportFacts } from '../../domain/report/export-document.ts';
import { reportHtml } from '../../domain/report/html.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';
import * as members from '../db/members.ts';
import * as runs from '../db/runs.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import { zipOf } from '../records/snapshot-file.ts';
import { reachExport } from './reach-export.ts';
import type { ExportOf } from './reach-export.ts';
import { refuseWalled } from './refuse-walled.ts';

type Made = CheckpointExport & { sha256: string; files: NonNullable<CheckpointExport['files']>; bytes: number; finishedAt: string };

const isMade = (made: CheckpointExport): made is Made => made.status === 'succeeded';
const named = ({ id, name, kind, sha256 }: Checkpoint) => ({ id, name, kind, sha256 });

async function factsOf(db: Executor, made: Made, checkpoint: Checkpoint): Promise<ExportFacts> {
	const [line, project, base, evaluated, checked] = await Promise.all([checkpoints.lineage(db, checkpoint.id), members.projectById(db, made.projectId), checkpoints.baseOf(db, made.projectId), evaluations.ofExports(db, [made.id]), suiteRuns.ofCheckpoint(db, checkpoint.id, made.id)]);
	const snapshotOf = async ({ runId }: Checkpoint) => (runId === null ? null : ((await runs.get(db, runId))?.snapshotSha256 ?? null));
	const run = checked.find(({ results }) => results !== null);
	const { id, plan, changed, sha256, bytes, finishedAt, command, calibrationRows, files } = made;
	return {
		project: { slug: project.slug, name: project.name },
		checkpoint: named(checkpoint),
		base: { ...named(base), licence: base.model?.licence ?? null },
		lineage: await Promise.all(line.map(async (one) => ({ ...named(one), snapshotSha256: await snapshotOf(one) }))),
		snapshotSha256: (await snapshotOf(checkpoint)) ?? '',
		made: { id, plan, changed, sha256, bytes, finishedAt, command: command === null ? null : withoutFolders(command), calibrationRows, files },
		results: evaluated.get(id)?.results ?? null,
		suite: run?.results ? { version: run.version, measures: run.results.measures } : null
	};
}

/**
 * An export as one zip, packed as it is read: its files, and its report in both languages and as data. Weights remember what
 * they learned from: who is walled off from any of it does not get them. Whoever takes one out is in the audit.
 */
export async function takeExport(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: ExportOf): Promise<Result<{ stream: Readable; name: string }>> {
	const found = await reachExport(app.db, actor, input, 'snapshot.data');
	if (!found.ok) return found;
	const { made, checkpoint } = found.value;
	if (made.status === 'dropped') return fail('gone', 'This export was dropped, and its files with it: have the same form made anew.');
	if (!isMade(made)) return fail('conflict', 'This export is not there yet, or could not be made.');
	const walled = await refuseWalled(app.db, actor, checkpoint.id);
	if (walled) return walled;
	for (const { path, sha256 } of made.files) if (!(await app.artifacts.has(sha256))) return fail('gone', `“${path}” is missing from the artifact store.`);
	const facts = await factsOf(app.db, made, checkpoint);
	await app.db.transaction((tx) => record(tx, actor, { action: 'export.take', projectId: made.projectId, subject: ['export', made.id], details: { checkpoint: checkpoint.id, sha256: made.sha256 } }));
	const report = (['en', 'zh'] as const).map((locale) => ({ path: `report.${locale}.html`, content: reportHtml(exportDocument(facts, locale)) }));
	const folder = `${checkpoint.name}-${made.plan.format}`;
	const stream = zipOf([
		...report,
		{ path: 'export.json', content: `${canonicalJson(facts)}\n` },
		...made.files.map(({ path, sha256 }) => ({ path: `${folder}/${path}`, content: () => app.artifacts.read(sha256) as AsyncIterable<Uint8Array>, asIs: true }))
	]);
	return ok({ stream, name: `${folder}.zip` });
}
