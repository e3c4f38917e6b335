import type { Operation } from './operation.ts';
import * as archives from './operations/archives.ts';
import * as artifacts from './operations/artifacts.ts';
import * as assignments from './operations/assignments.ts';
import * as audit from './operations/audit.ts';
import * as automation from './operations/automation.ts';
import * as baseModels from './operations/base-models.ts';
import * as cleanUps from './operations/clean-ups.ts';
import * as comments from './operations/comments.ts';
import * as data from './operations/data.ts';
import * as desensitisation from './operations/desensitisation.ts';
import * as duplicates from './operations/duplicates.ts';
import * as desk from './operations/desk.ts';
import * as exportsOf from './operations/exports.ts';
import * as fleet from './operations/fleet.ts';
import * as gate from './operations/gate.ts';
import * as generations from './operations/generations.ts';
import * as health from './operations/health.ts';
import * as history from './operations/history.ts';
import * as importSources from './operations/import-sources.ts';
import * as imports from './operations/imports.ts';
import * as judging from './operations/judging.ts';
import * as lineage from './operations/lineage.ts';
import * as loop from './operations/loop.ts';
import * as modelServers from './operations/model-servers.ts';
import * as notifications from './operations/notifications.ts';
import * as playground from './operations/playground.ts';
import * as projects from './operations/projects.ts';
import * as ranking from './operations/ranking.ts';
import * as review from './operations/review.ts';
import * as runControl from './operations/run-control.ts';
import * as serving from './operations/serving.ts';
import * as suites from './operations/suites.ts';
import * as sweeps from './operations/sweeps.ts';
import * as uploads from './operations/uploads.ts';
import * as users from './operations/users.ts';
import * as webhooks from './operations/webhooks.ts';

function isOperation(value: unknown): value is Operation {
	return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'answers' in value;
}

/** Every call of the API: for its description, and for the test that walks them all. One noun a line: branches that add one do not meet. */
export const OPERATIONS: readonly Operation[] = [
	health,
	users,
	projects,
	baseModels,
	webhooks,
	audit,
	automation,
	archives,
	artifacts,
	imports,
	uploads,
	importSources,
	duplicates,
	desensitisation,
	generations,
	serving,
	modelServers,
	playground,
	data,
	judging,
	desk,
	history,
	review,
	comments,
	notifications,
	assignments,
	loop,
	gate,
	ranking,
	lineage,
	runControl,
	sweeps,
	suites,
	exportsOf,
	fleet,
	cleanUps
].flatMap((noun) => Object.values(noun as Record<string, unknown>).filter(isOperation));
