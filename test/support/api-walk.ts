import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import * as v from 'valibot';
import { GenerationPlan } from '#lib/domain/generation-plan.ts';
import { may } from '#lib/domain/permission.ts';
import type { Role } from '#lib/domain/permission.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as members from '#lib/server/db/members.ts';
import { beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { cancelGeneration } from '#lib/server/usecases/cancel-generation.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { delegateWork } from '#lib/server/usecases/delegate-work.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { keepTensorboard } from '#lib/server/usecases/keep-tensorboard.ts';
import { pauseRun } from '#lib/server/usecases/pause-run.ts';
import { createImportSource } from '#lib/server/usecases/put-import-source.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { putGroup } from '#lib/server/usecases/put-group.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { beginUpload } from '#lib/server/usecases/receive-upload.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { startGeneration } from '#lib/server/usecases/start-generation.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import type { CallOptions } from './api.ts';
import { gateRequests } from './walk-gate.ts';
import { failWhatFollows, importedSnapshot, paperWorker, queuedRun, storedCheckpoint, trainedCheckpoint } from './loop.ts';
import { startServer } from './server.ts';
import { AUTOMATION_REQUESTS } from './automation-walk.ts';
import { BASE_MODEL_REQUESTS } from './walk-base-models.ts';
import { PLAYGROUND_REQUESTS } from './playground-walk.ts';
import { newEndpoint, SERVING_REQUESTS } from './serving-walk.ts';
import { smallArchive } from './small-archive.ts';
import type { Server } from './server.ts';
import { finding, HIDES_NUMBERS, hideNumbers, nearPair, newRule, scannedImport } from './walk-data.ts';
import { exportRequests } from './walk-exports.ts';
import { suiteRequests } from './walk-suites.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from './world.ts';
import type { World } from './world.ts';

/** A project in which everything exists that a call of the API can be about. */
export type Ground = { world: World; slug: string; id: string; workerId: string; importId: string; snapshotId: string; runId: string; checkpointId: string; generationId: string; sweepId: string; /** Somebody’s. */ judgmentId: string };

/** Somebody who calls: their role in the ground's project (null: none). */
export type Caller = { actor: Actor; role: Role | null };

export type WalkRequest = { path: string; options?: CallOptions };
export type Make = (ground: Ground, caller: Caller) => Promise<WalkRequest> | WalkRequest;

/** A tag of what the ground's snapshot holds: it names a client, as a firm's tags may. */
const WALK_TAG = 'client-Acme';

/** A folder that files may be brought in from. */
const PLUMBLINE_IMPORT_ROOTS = `walk=${fileURLToPath(new URL('../golden/desensitisation', import.meta.url))}`;

/** The ground with a web process over it, and their end. */
export async function serveGround(): Promise<{ ground: Ground; server: Server; close: () => Promise<void> }> {
	const ground = await makeGround();
	try {
		const server = await startServer(ground.world, { PLUMBLINE_IMPORT_ROOTS });
		const close = async () => {
			await server.stop();
			await ground.world.close();
		};
		return { ground, server, close };
	} catch (error) {
		await ground.world.close();
		throw error;
	}
}

async function makeGround(): Promise<Ground> {
	const world = await createWorld({ PLUMBLINE_IMPORT_ROOTS });
	const { slug, id } = await world.project({ overlap: 15, rows: comparisonRows(120) });
	// A sweep needs preferences on tuning questions; with the usual twentieth there might be none.
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.5, "dev": 0.4, "test": 0.1}' where id = ${id}`);
	const { id: importId } = valueOf(await world.importRows(slug, pairRows(40).map((row) => ({ ...row, tags: [WALK_TAG] }))));
	const workerId = await paperWorker(world);
	const ground = { world, slug, id, workerId, importId, ...(await trainedCheckpoint(world, slug, workerId)) };
	return { ...ground, judgmentId: await newJudgment(ground), generationId: await newGeneration(ground), sweepId: await newSweep(ground) };
}

/** Changes what a caller is in the project, as its owner would. */
async function become({ world, slug, id }: Ground, userId: string, role: Role | null): Promise<void> {
	if (role) valueOf(await putMember(world.app, world.admin, { slug, userId, role }));
	else if (await members.projectFor(world.app.db, userId, { id }).then((found) => found?.role)) valueOf(await removeMember(world.app, world.admin, { slug, userId }));
}

/** A task that is the caller's own, taken while they were an annotator: only then does it tell what their role allows now. */
async function ownTask(ground: Ground, { actor, role }: Caller): Promise<{ taskId: string; leaseToken: string }> {
	await become(ground, actor.userId, 'annotator');
	const task = valueOf(await claimTask(ground.world.app, { ...actor, scopes: null }, { slug: ground.slug }));
	await become(ground, actor.userId, role);
	if (!task) throw new Error('the ground has no task left');
	return task;
}

/** A judgment that the caller made while they were an annotator. */
async function ownJudgment(ground: Ground, caller: Caller): Promise<string> {
	const { taskId, leaseToken } = await ownTask(ground, caller);
	await become(ground, caller.actor.userId, 'annotator');
	const { judgmentId } = valueOf(await submitJudgment(ground.world.app, { ...caller.actor, scopes: null }, { taskId, leaseToken, verdict: 'left' }));
	await become(ground, caller.actor.userId, caller.role);
	return judgmentId;
}

const TUS = { 'tus-resumable': '1.0.0' };

/** An upload that the caller began while they were an engineer. */
async function ownUpload(ground: Ground, { actor, role }: Caller): Promise<string> {
	await become(ground, actor.userId, 'engineer');
	const { id } = valueOf(await beginUpload(ground.world.app, { ...actor, scopes: null }, { slug: ground.slug, file: { name: 'walk.jsonl', bytes: 3, modifiedAt: '' } }));
	await become(ground, actor.userId, role);
	return id;
}

/** A comparison that the caller judged while they were an annotator. */
async function judgedComparison(ground: Ground, caller: Caller): Promise<string> {
	const judgmentId = await ownJudgment(ground, caller);
	return (await ground.world.query<{ comparison_id: string }>(`select comparison_id from judgments where id = '${judgmentId}'`))[0]?.comparison_id ?? '';
}

async function newUser({ world }: Ground): Promise<string> {
	return valueOf(await createUser(world.app, world.admin, { email: `${randomUUID()}@firm.example`, name: 'Somebody' })).id;
}

async function newMember(ground: Ground): Promise<string> {
	const userId = await newUser(ground);
	await become(ground, userId, 'annotator');
	return userId;
}

async function newJudgment(ground: Pick<Ground, 'world' | 'slug'>): Promise<string> {
	const judge = await ground.world.person('judge', { slug: ground.slug, role: 'annotator' });
	const task = valueOf(await claimTask(ground.world.app, judge, { slug: ground.slug }));
	return valueOf(await submitJudgment(ground.world.app, judge, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' })).judgmentId;
}

const tried = { method: 'grid' as const, settings: { beta: [0.1, 0.5] } };
const newSweep = async ({ world, slug }: Pick<Ground, 'world' | 'slug'>) => valueOf(await startSweep(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 10, saveSteps: 5 }, plan: tried })).id;
const planOf = async (ground: Pick<Ground, 'world' | 'slug'>) => ({ prompts: { limit: 1 }, sources: [{ endpointId: await newEndpoint(ground) }], samples: 2 });
const newGeneration = async (ground: Pick<Ground, 'world' | 'slug'>) => valueOf(await startGeneration(ground.world.app, ground.world.admin, { slug: ground.slug, plan: v.parse(GenerationPlan, await planOf(ground)) })).id;
const newAssignment = async (ground: Ground) =>
	valueOf(await createAssignment(ground.world.app, ground.world.admin, { slug: ground.slug, name: 'Batch', filter: { limit: 2 }, people: [await newMember(ground)] })).id;
const newGroup = async ({ world, slug }: Ground) => valueOf(await putGroup(world.app, world.admin, { slug, name: `Group ${randomUUID()}`, members: [] })).id;
const folderSource = () => ({ kind: 'folder' as const, name: randomUUID(), root: 'walk', projects: 'all' as const });
const newSource = async ({ world }: Ground) => valueOf(await createImportSource(world.app, world.admin, folderSource())).id;
const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString();

/** A checkpoint that could neither be measured nor make its answers. */
const failedCheckpoint = async ({ world, slug, workerId }: Ground) => {
	const made = await trainedCheckpoint(world, slug, workerId);
	await failWhatFollows(world, made.checkpointId, workerId);
	return made;
};

/** A checkpoint whose evaluation and answers wait in line. */
const followedCheckpoint = async ({ world, slug, workerId }: Ground) => (await trainedCheckpoint(world, slug, workerId)).checkpointId;

/** An adjudication that the caller claimed while they were a reviewer, in a project of its own where two people took opposite sides. */
async function ownAdjudication(ground: Ground, { actor, role }: Caller): Promise<{ id: string; leaseToken: string }> {
	const { world } = ground;
	const disputed = { ...ground, ...(await world.project({ overlap: 2, rows: comparisonRows(1) })) };
	for (const verdict of ['left', 'left'] as const) {
		const judge = await world.person('judge', { slug: disputed.slug, role: 'annotator' });
		const task = valueOf(await claimTask(world.app, judge, { slug: disputed.slug }));
		// Sides are swapped between the two places: the same side is the other answer.
		valueOf(await submitJudgment(world.app, judge, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict }));
	}
	await become(disputed, actor.userId, 'reviewer');
	const claimed = valueOf(await claimAdjudication(world.app, { ...actor, scopes: null }, { slug: disputed.slug }));
	await become(disputed, actor.userId, role);
	return { id: claimed?.adjudicationId ?? '', leaseToken: claimed?.leaseToken ?? '' };
}

/** A document that every question of the ground holds. */
async function artifactEverywhere({ world, slug, id }: Ground): Promise<string> {
	async function* words() {
		yield Buffer.from('A lease.');
	}
	const { sha256 } = valueOf(await uploadArtifact(world.app, world.admin, { slug, declaredType: 'text/plain', source: words() }));
	await world.query(`insert into prompt_artifacts (prompt_id, sha256) select id, '${sha256}' from prompts where project_id = '${id}' on conflict do nothing`);
	return sha256;
}

const inProject = (rest: string, body?: unknown): Make => ({ slug }) => ({ path: `/projects/${slug}${rest}`, ...(body === undefined ? {} : { options: { body } }) });
const withUser = (rest: string, body?: unknown): Make => async (ground) => ({ path: `/users/${await newUser(ground)}${rest}`, ...(body === undefined ? {} : { options: { body } }) });
const withTask = (rest: string, body: Record<string, unknown> = {}): Make => async (ground, caller) => {
	const { taskId, leaseToken } = await ownTask(ground, caller);
	return { path: `/tasks/${taskId}${rest}`, options: { body: { leaseToken, ...body } } };
};

/** For every operation by its id: a request that is right in all but who sends it. */
export const REQUESTS: Record<string, Make> = {
	healthz: () => ({ path: '/healthz' }),
	readyz: () => ({ path: '/readyz' }),
	openapi: () => ({ path: '/openapi.json' }),
	me: () => ({ path: '/me' }),
	listUsers: () => ({ path: '/users?limit=5' }),
	createUser: () => ({ path: '/users', options: { body: { email: `${randomUUID()}@firm.example`, name: 'New' } } }),
	issueTokenFor: withUser('/tokens', { name: 'laptop' }),
	deactivateUser: withUser('/deactivate'),
	reactivateUser: withUser('/reactivate'),
	issuePasswordLink: withUser('/password-links'),
	readArchive: inProject('/archive'),
	createArchive: async () => ({ path: '/archives', options: { raw: await smallArchive() } }),
	listOwnTokens: () => ({ path: '/tokens' }),
	issueOwnToken: () => ({ path: '/tokens', options: { body: {} } }),
	revokeToken: async ({ world }, { actor }) => ({ path: `/tokens/${valueOf(await issueToken(world.app, { ...actor, scopes: null }, {})).id}` }),
	...BASE_MODEL_REQUESTS,
	listProjects: () => ({ path: '/projects' }),
	createProject: () => ({ path: '/projects', options: { body: { slug: `made-${randomUUID().slice(0, 8)}`, name: 'Made', overlap: 2 } } }),
	putMember: async (ground) => ({ path: `/projects/${ground.slug}/members/${await newUser(ground)}`, options: { body: { role: 'annotator' } } }),
	listMembers: inProject('/members'),
	removeMember: async (ground) => ({ path: `/projects/${ground.slug}/members/${await newMember(ground)}` }),
	putForm: inProject('/form', { criteria: [{ key: 'accuracy', name: 'Accuracy' }], reasons: [{ key: 'vague', name: 'Too vague' }] }),
	putGuideline: inProject('/guideline', { body: 'Prefer what is careful.' }),
	readGuideline: async ({ world, slug }) => {
		valueOf(await putGuideline(world.app, world.admin, { slug, body: 'Prefer what is careful.' }));
		return { path: `/projects/${slug}/guideline?version=1` };
	},
	listGuidelineVersions: inProject('/guideline/versions'),
	markGuidelineRead: inProject('/guideline/read', { version: 1 }),
	createImport: ({ slug }) => ({ path: `/projects/${slug}/imports?format=jsonl`, options: { raw: JSON.stringify({ prompt: `Asked once, ${randomUUID()}?`, chosen: 'a', rejected: 'b' }) } }),
	uploadArtifact: ({ slug }) => ({ path: `/projects/${slug}/artifacts`, options: { raw: randomUUID() } }),
	readArtifact: async (ground, caller) => {
		const sha256 = await artifactEverywhere(ground);
		// Who judges sees it with a task that holds it; who may not judge at all holds none and is refused before.
		if (caller.role && may({ role: caller.role, isAdmin: false }, 'artifact.read')) await ownTask(ground, caller);
		return { path: `/projects/${ground.slug}/artifacts/${sha256}` };
	},
	createUpload: ({ slug }) => ({ path: `/projects/${slug}/uploads`, options: { headers: { ...TUS, 'upload-length': '3' } } }),
	listUploads: inProject('/uploads'),
	askUpload: async (ground, caller) => ({ path: `/uploads/${await ownUpload(ground, caller)}`, options: { headers: TUS } }),
	sendPiece: async (ground, caller) => ({ path: `/uploads/${await ownUpload(ground, caller)}`, options: { raw: 'a', headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } } }),
	discardUpload: async (ground, caller) => ({ path: `/uploads/${await ownUpload(ground, caller)}`, options: { headers: TUS } }),
	readImport: ({ importId }) => ({ path: `/imports/${importId}` }),
	readImportErrors: ({ importId }) => ({ path: `/imports/${importId}/errors` }),
	publishImport: async (ground) => ({ path: `/imports/${await scannedImport(ground)}/publish` }),
	discardImport: async (ground) => ({ path: `/imports/${await scannedImport(ground)}` }),
	listImports: inProject('/imports'),
	listImportSources: () => ({ path: '/import-sources' }),
	createImportSource: () => ({ path: '/import-sources', options: { body: folderSource() } }),
	putImportSource: async (ground) => ({ path: `/import-sources/${await newSource(ground)}`, options: { body: { name: randomUUID() } } }),
	retireImportSource: async (ground) => ({ path: `/import-sources/${await newSource(ground)}` }),
	listOfferedSources: inProject('/import-sources'),
	browseSource: async (ground) => ({ path: `/projects/${ground.slug}/import-sources/${await newSource(ground)}/files` }),
	importFromSource: async (ground) => ({ path: `/projects/${ground.slug}/import-sources/${await newSource(ground)}/imports`, options: { body: { paths: ['en.txt'] } } }),
	...AUTOMATION_REQUESTS,
	listEndpoints: inProject('/endpoints'),
	createEndpoint: ({ slug }) => ({ path: `/projects/${slug}/endpoints`, options: { body: { name: randomUUID(), baseUrl: 'https://1.1.1.1/v1', model: 'm', apiKey: 'sk-walk' } } }),
	putEndpoint: async (ground) => ({ path: `/endpoints/${await newEndpoint(ground)}`, options: { body: { name: randomUUID(), priceIn: 1 } } }),
	retireEndpoint: async (ground) => ({ path: `/endpoints/${await newEndpoint(ground)}` }),
	...SERVING_REQUESTS,
	...PLAYGROUND_REQUESTS,
	previewGeneration: async (ground) => ({ path: `/projects/${ground.slug}/generations/preview`, options: { body: await planOf(ground) } }),
	startGeneration: async (ground) => ({ path: `/projects/${ground.slug}/generations`, options: { body: await planOf(ground) } }),
	listGenerations: inProject('/generations'),
	readGeneration: async (ground) => ({ path: `/generations/${await newGeneration(ground)}` }),
	cancelGeneration: async (ground) => ({ path: `/generations/${await newGeneration(ground)}/cancel` }),
	resumeGeneration: async (ground) => {
		const id = await newGeneration(ground);
		valueOf(await cancelGeneration(ground.world.app, ground.world.admin, id));
		return { path: `/generations/${id}/resume` };
	},
	listNearDuplicates: inProject('/near-duplicates?limit=5'),
	decideNearDuplicates: async (ground) => ({ path: `/projects/${ground.slug}/near-duplicates`, options: { body: { pairs: [await nearPair(ground)], decision: 'different' } } }),
	readGrouping: inProject('/grouping'),
	putGrouping: inProject('/grouping', { matterIsGroup: false }),
	readDesensitisation: inProject('/desensitisation'),
	putDesensitisation: inProject('/desensitisation', HIDES_NUMBERS),
	addOwnWord: (ground) => ({ path: `/projects/${ground.slug}/desensitisation/words`, options: { body: { text: `Word ${randomUUID()}` } } }),
	listFindings: ({ importId }) => ({ path: `/imports/${importId}/findings` }),
	revealOriginal: async (ground) => ({ path: `/findings/${await finding(ground)}/original` }),
	exceptFinding: async (ground) => ({ path: `/findings/${await finding(ground)}/exception` }),
	rescanImport: async (ground) => {
		await hideNumbers(ground);
		return { path: `/imports/${await scannedImport(ground)}/rescan` };
	},
	claimTask: inProject('/tasks/claim'),
	heartbeatTask: withTask('/heartbeat'),
	skipTask: withTask('/skip', { reason: 'not_my_field' }),
	submitJudgment: withTask('/judgment', { verdict: 'tie' }),
	keepDraft: withTask('/draft', { body: { rationale: 'Not yet' }, revision: 1 }),
	readDraft: async (ground, caller) => ({ path: `/tasks/${(await ownTask(ground, caller)).taskId}/draft` }),
	putBookmark: async (ground, caller) => ({ path: `/tasks/${(await ownTask(ground, caller)).taskId}/bookmark`, options: { body: { note: 'Ask Li' } } }),
	removeBookmark: async (ground, caller) => ({ path: `/tasks/${(await ownTask(ground, caller)).taskId}/bookmark` }),
	listJudgments: inProject('/judgments?limit=5'),
	readJudgment: async (ground, caller) => ({ path: `/judgments/${await ownJudgment(ground, caller)}` }),
	exportJudgments: inProject('/judgments/export'),
	readOwnFigures: inProject('/me'),
	correctJudgment: async (ground, caller) => ({ path: `/judgments/${await ownJudgment(ground, caller)}/correction`, options: { body: { verdict: 'right', reason: 'Read again.' } } }),
	voidJudgment: async (ground) => ({ path: `/judgments/${await newJudgment(ground)}/void`, options: { body: { reason: 'spam' } } }),
	listComments: async (ground, caller) => ({ path: `/comparisons/${await judgedComparison(ground, caller)}/comments` }),
	addComment: async (ground, caller) => ({ path: `/comparisons/${await judgedComparison(ground, caller)}/comments`, options: { body: { body: 'Clause 3 decides it.' } } }),
	listNotifications: () => ({ path: '/notifications?limit=5' }),
	readMailChoice: () => ({ path: '/notifications/mail' }),
	chooseMail: () => ({ path: '/notifications/mail', options: { body: { off: ['mention'] } } }),
	readNotifications: () => ({ path: '/notifications/read', options: { body: { all: true } } }),
	createAssignment: async (ground) => ({ path: `/projects/${ground.slug}/assignments`, options: { body: { name: 'Batch', filter: { limit: 3 }, people: [await newMember(ground)] } } }),
	listAssignments: inProject('/assignments'),
	previewAssignment: inProject('/assignments/preview', { filter: { limit: 3 } }),
	readOwnWork: inProject('/assignments/mine'),
	endAssignment: async (ground) => ({ path: `/assignments/${await newAssignment(ground)}/end` }),
	listGroups: inProject('/groups'),
	createGroup: (ground) => ({ path: `/projects/${ground.slug}/groups`, options: { body: { name: `Group ${randomUUID()}` } } }),
	putGroup: async (ground) => ({ path: `/groups/${await newGroup(ground)}`, options: { body: { name: `Group ${randomUUID()}`, members: [await newMember(ground)] } } }),
	removeGroup: async (ground) => ({ path: `/groups/${await newGroup(ground)}` }),
	delegateWork: async (ground, { actor, role }) => ({
		path: `/projects/${ground.slug}/delegations`,
		options: { body: { ...(role === 'annotator' ? { from: actor.userId } : { from: await newMember(ground) }), to: await newMember(ground), endsAt: inAWeek() } }
	}),
	endDelegation: async (ground, { actor, role }) => {
		const from = role === 'annotator' ? actor.userId : await newMember(ground);
		return { path: `/delegations/${valueOf(await delegateWork(ground.world.app, ground.world.admin, { slug: ground.slug, from, to: await newMember(ground), endsAt: inAWeek() })).id}/end` };
	},
	putPolicy: inProject('/policy', { repeatRate: 0.1, dispute: 'opposed' }),
	putGold: async ({ world, slug }) => ({ path: `/projects/${slug}/gold`, options: { body: { importId: valueOf(await world.importRows(slug, pairRows(1, randomUUID()))).id } } }),
	raiseWall: async (ground) => ({ path: `/projects/${ground.slug}/walls`, options: { body: { userId: await newMember(ground), matter: 'Acme v. Birch' } } }),
	liftWall: async (ground) => ({ path: `/walls/${valueOf(await raiseWall(ground.world.app, ground.world.admin, { slug: ground.slug, userId: await newMember(ground), matter: 'Acme v. Birch' })).id}` }),
	putSkills: async (ground) => ({ path: `/projects/${ground.slug}/skills`, options: { body: { userId: await newMember(ground), skills: ['tax'], languages: ['en'] } } }),
	claimAdjudication: inProject('/adjudications/claim'),
	decideAdjudication: async (ground, caller) => {
		const { id, leaseToken } = await ownAdjudication(ground, caller);
		return { path: `/adjudications/${id}/decision`, options: { body: { leaseToken, verdict: 'left', rationale: 'The other names a wrong deadline.' } } };
	},
	previewSnapshot: inProject('/snapshots/preview', { objective: 'dpo' }),
	createSnapshot: inProject('/snapshots', { objective: 'dpo', rule: { includeImports: true } }),
	listSnapshots: inProject('/snapshots'),
	listSnapshotRules: inProject('/snapshot-rules'),
	readSnapshotRule: async (ground) => ({ path: `/projects/${ground.slug}/snapshot-rules/${encodeURIComponent(await newRule(ground))}` }),
	putSnapshotRule: inProject(`/snapshot-rules/${encodeURIComponent('As agreed')}`, { objective: 'dpo', rule: { aggregation: 'unanimity' } }),
	readSnapshot: ({ snapshotId }) => ({ path: `/snapshots/${snapshotId}` }),
	readManifest: ({ snapshotId }) => ({ path: `/snapshots/${snapshotId}/manifest` }),
	readCard: ({ snapshotId }) => ({ path: `/snapshots/${snapshotId}/card?locale=zh` }),
	compareSnapshots: async ({ world, slug, snapshotId }) => ({ path: `/snapshots/${await importedSnapshot(world, slug)}/diff/${snapshotId}?change=added&limit=3` }),
	readSnapshotData: ({ snapshotId }) => ({ path: `/snapshots/${snapshotId}/data?split=train` }),
	startRun: async ({ world, slug }) => ({ path: `/projects/${slug}/runs`, options: { body: { snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 10, saveSteps: 5 } } } }),
	planRun: ({ slug, snapshotId }) => ({ path: `/projects/${slug}/plans`, options: { body: { snapshotId, recipe: { maxSteps: 10, saveSteps: 5 } } } }),
	recipeSchema: () => ({ path: '/recipes/schema' }),
	listRuns: inProject('/runs'),
	compareRuns: ({ slug, runId }) => ({ path: `/projects/${slug}/runs/compare?runs=${runId}` }),
	readRun: ({ runId }) => ({ path: `/runs/${runId}` }),
	searchRunLog: ({ runId }) => ({ path: `/runs/${runId}/log?text=loss` }),
	readTensorboard: async ({ world, slug }) => {
		const runId = await queuedRun(world, slug);
		const attempt = await beginAttempt(world.app, { runId, workerId: await paperWorker(world) });
		const file = await world.app.artifacts.putStream(Readable.from([Buffer.from('events')]));
		await keepTensorboard(world.app, { runId, attempt: attempt?.attempt ?? 0 }, [{ path: 'events.out.tfevents', ...file }]);
		return { path: `/runs/${runId}/tensorboard` };
	},
	cancelRun: async ({ world, slug }) => ({ path: `/runs/${await queuedRun(world, slug)}/cancel`, options: { body: { keep: false } } }),
	pauseRun: async ({ world, slug }) => ({ path: `/runs/${await queuedRun(world, slug)}/pause` }),
	continueRun: async ({ world, slug }) => {
		const runId = await queuedRun(world, slug);
		valueOf(await pauseRun(world.app, world.admin, runId));
		return { path: `/runs/${runId}/continue` };
	},
	cloneRun: ({ runId }) => ({ path: `/runs/${runId}/clone`, options: { body: { priority: 5 } } }),
	repeatRun: async ({ world, slug, workerId }) => ({ path: `/runs/${(await storedCheckpoint(world, slug, workerId)).runId}/repeat` }),
	readCheckpointFile: async ({ world, slug, workerId }) => {
		const { checkpointId, path } = await storedCheckpoint(world, slug, workerId);
		return { path: `/checkpoints/${checkpointId}/files?path=${path}` };
	},
	startSweep: async ({ world, slug }) => ({ path: `/projects/${slug}/sweeps`, options: { body: { snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 10, saveSteps: 5 }, plan: tried } } }),
	listSweeps: inProject('/sweeps'),
	readSweep: ({ sweepId }) => ({ path: `/sweeps/${sweepId}` }),
	cancelSweep: async (ground) => ({ path: `/sweeps/${await newSweep(ground)}/cancel` }),
	readFleet: () => ({ path: '/fleet' }),
	planCleanUp: () => ({ path: '/clean-ups/plan?days=30' }),
	startCleanUp: async ({ world }) => {
		await world.query(`update clean_ups set status = 'done'`);
		return { path: '/clean-ups', options: { body: { lastRuns: 2, days: 7 } } };
	},
	drainWorker: ({ workerId }) => ({ path: `/workers/${workerId}/drain` }),
	resumeWorker: ({ workerId }) => ({ path: `/workers/${workerId}/resume` }),
	readRunMetrics: ({ runId }) => ({ path: `/runs/${runId}/metrics` }),
	followRun: ({ runId }) => ({ path: `/runs/${runId}/events` }),
	listRounds: inProject('/rounds'),
	readAgreement: inProject('/agreement?round=1'),
	readLineage: ({ checkpointId }) => ({ path: `/lineage/checkpoint/${checkpointId}` }),
	listSnapshotJudgments: ({ snapshotId }) => ({ path: `/snapshots/${snapshotId}/judgments` }),
	readRanking: inProject('/ranking?style=length'),
	listRankedJudgments: ({ slug, checkpointId }) => ({ path: `/projects/${slug}/ranking/judgments?checkpoint=${checkpointId}` }),
	readCheckpoint: ({ checkpointId }) => ({ path: `/checkpoints/${checkpointId}` }),
	evaluateAgain: async (ground) => ({ path: `/checkpoints/${(await failedCheckpoint(ground)).checkpointId}/evaluation` }),
	stopEvaluation: async (ground) => ({ path: `/checkpoints/${await followedCheckpoint(ground)}/evaluation/cancel` }),
	stopAnswers: async (ground) => ({ path: `/checkpoints/${await followedCheckpoint(ground)}/answers/cancel` }),
	generateAgain: async (ground) => ({ path: `/checkpoints/${(await failedCheckpoint(ground)).checkpointId}/answers` }),
	...suiteRequests(become),
	...exportRequests,
	...gateRequests
};
