/** Columns by name, each with the SQL of its value. */
export type Over = Readonly<Record<string, string>>;

/** A table of a project's archive. */
export type ArchiveTable = {
	name: string;
	/** Which rows `t` are the project's; `$p` stands for its id. */
	scope: string;
	/** Columns that stay behind: the new server makes its own. */
	without?: readonly string[];
	/**
	 * Columns that have another value in an archive than in the row `t`: what must not leave, and what is under way here and
	 * over there. As SQL, and put over a row that comes in as well: an archive may be anybody's.
	 */
	over?: Over;
	/** The same where people are not named, as a row leaves. */
	unnamed?: Over;
	/** Columns that name a person without a foreign key. */
	people?: readonly string[];
};

const own = (name: string, more: Partial<ArchiveTable> = {}): ArchiveTable => ({ name, scope: 't.project_id = $p', ...more });
/** Rows that hang on another table's by one column. */
const of = (name: string, column: string, parent: string, more: Partial<ArchiveTable> = {}): ArchiveTable => ({ name, scope: `exists (select 1 from ${parent} u where u.id = t.${column} and u.project_id = $p)`, ...more });
const ofPrompt = (name: string, more: Partial<ArchiveTable> = {}) => of(name, 'prompt_id', 'prompts', more);
const ofResponse = (name: string): ArchiveTable => ({ name, scope: 'exists (select 1 from responses r join prompts u on u.id = r.prompt_id where r.id = t.response_id and u.project_id = $p)' });
const ofDecision = (name: string): ArchiveTable => ({ name, scope: 'exists (select 1 from decisions d join checkpoints u on u.id = d.checkpoint_id where d.id = t.decision_id and u.project_id = $p)' });

/** Statuses of work that is over; each table knows some of them. */
const OVER = `'succeeded','failed','cancelled','nothing_to_measure'`;
const ended = (otherwise: string, over = OVER): Over => ({ status: `case when t.status in (${over}) then t.status else '${otherwise}' end`, finished_at: 'coalesce(t.finished_at, now())' });
const failed = (over = OVER): Over => ({
	...ended('failed', over),
	problem: `case when t.status in (${over}) then t.problem else jsonb_build_object('code', 'archived', 'message', 'It was under way when the project was archived.') end`
});
/** Hosts and folders of the old server are no part of the record. */
const noHost: Over = { hostname: `'archived'`, host_key: `'archived'`, pid: '0', stopped_at: 'coalesce(t.stopped_at, now())' };

/**
 * What an archive holds, in an order in which each row finds what it points to
 * (five keys that would go round in a circle are checked at the end of the
 * transaction: drizzle/*_archive_order.sql).
 */
export const ARCHIVE_TABLES: readonly ArchiveTable[] = [
	{
		name: 'workers',
		scope: `t.id in (select a.worker_id from run_attempts a join runs u on u.id = a.run_id where u.project_id = $p union select worker_id from evaluations where project_id = $p union select worker_id from generations where project_id = $p union select worker_id from checkpoint_exports where project_id = $p)`,
		over: noHost
	},
	{ name: 'projects', scope: 't.id = $p' },
	own('memberships'),
	own('guidelines'),
	own('guideline_readers'),
	own('judging_forms'),
	own('system_prompts'),
	// What is looked for, and what is done about it. Words, patterns and exceptions lie under a key of this server.
	own('desensitisation_settings', { over: { lists: 'null' } }),
	own('walls'),
	own('rounds'),
	own('prompt_groups'),
	own('prompt_group_links'),
	own('audiences'),
	own('imports', { scope: `t.project_id = $p and t.status not in ('staging','masking','scanned')` }),
	own('prompts'),
	ofPrompt('prompt_texts'),
	own('near_duplicates'),
	// What is kept of the words stays behind: the new server looks through them itself.
	own('near_duplicate_scans', { over: { state: `'waiting'`, attempt: '0', looked: '0', trouble: 'null', taken_at: 'null' } }),
	ofPrompt('responses'),
	ofResponse('response_texts'),
	own('artifacts'),
	own('artifact_texts'),
	ofPrompt('prompt_artifacts'),
	ofResponse('response_artifacts'),
	own('comparisons'),
	// A lease ends with its server; its place is taken over there as any lapsed one.
	own('tasks', { over: { lease_token_hash: `'archived'`, claim_key: 'null' } }),
	of('skips', 'comparison_id', 'comparisons'),
	own('judgments'),
	own('imported_judges', { unnamed: { name: `case when t.name is not null then 'Judge ' || t.id end` } }),
	of('imported_judgments', 'judgment_id', 'judgments'),
	of('judgment_texts', 'judgment_id', 'judgments'),
	of('judgment_voids', 'judgment_id', 'judgments'),
	of('judgment_void_texts', 'judgment_id', 'judgments'),
	of('judgment_corrections', 'judgment_id', 'judgments'),
	of('judgment_correction_texts', 'judgment_id', 'judgments'),
	of('slots', 'comparison_id', 'comparisons'),
	own('adjudications'),
	of('adjudicated_judgments', 'adjudication_id', 'adjudications'),
	own('comments'),
	of('comment_texts', 'comment_id', 'comments'),
	of('comment_mentions', 'comment_id', 'comments'),
	of('bookmarks', 'comparison_id', 'comparisons'),
	own('gold_items'),
	of('annotator_progress', 'round_id', 'rounds'),
	own('assignments'),
	of('assignment_people', 'assignment_id', 'assignments'),
	of('assignment_items', 'assignment_id', 'assignments'),
	of('assignment_cursors', 'assignment_id', 'assignments'),
	own('delegations'),
	own('people_groups'),
	of('people_group_members', 'group_id', 'people_groups'),
	own('checkpoints'),
	own('snapshot_rules'),
	own('snapshots'),
	of('snapshot_files', 'snapshot_id', 'snapshots'),
	of('snapshot_judgments', 'snapshot_id', 'snapshots'),
	of('snapshot_comparisons', 'snapshot_id', 'snapshots'),
	of('snapshot_matters', 'snapshot_id', 'snapshots'),
	own('sweeps'),
	own('runs', { over: { ...ended('cancelled'), waiting_for: 'null' } }),
	of('run_attempts', 'run_id', 'runs', { over: { output_dir: 'null', argv: 'null', ended_at: 'coalesce(t.ended_at, now())' } }),
	of('run_events', 'run_id', 'runs', { without: ['id'] }),
	of('run_metrics', 'run_id', 'runs'),
	own('checkpoint_exports', { over: { ...failed(`${OVER},'dropped'`), command: 'null' } }),
	own('evaluations', { over: failed() }),
	of('evaluation_items', 'evaluation_id', 'evaluations'),
	own('endpoints', { over: { sealed_key: 'null' } }),
	own('suite_versions'),
	own('generations', { over: failed() }),
	of('generation_sources', 'generation_id', 'generations'),
	of('generation_answers', 'generation_id', 'generations'),
	own('suite_runs'),
	own('judge_answers'),
	own('benchmark_scores'),
	own('own_answers'),
	of('decisions', 'checkpoint_id', 'checkpoints'),
	ofDecision('decision_texts'),
	own('gates'),
	ofDecision('decision_terms'),
	ofDecision('decision_signatures'),
	own('decision_proposals'),
	of('decision_proposal_texts', 'proposal_id', 'decision_proposals'),
	ofDecision('decision_reports'),
	ofDecision('decision_report_prompts'),
	own('audit_entries', { without: ['id', 'txid'], people: ['actor_id'] })
];

/** Tables that archives of older versions hold and this one does not take: what was found by lists that stayed behind counts for nothing. */
export const NO_LONGER_TAKEN: readonly string[] = ['snapshot_scans'];

/** Tables that no archive holds, and why. A test compares both lists with the database. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
	users: 'people are named in a file of their own, without password and rights',
	user_profiles: 'as users',
	sessions: 'secret',
	api_tokens: 'secret',
	password_links: 'secret',
	rate_limits: 'of this server',
	installation: 'of this server',
	clean_ups: 'of this server',
	clean_up_files: 'of this server',
	attempt_folders: 'folders of this server',
	audit_seals: 'the chain of this server; the entries go into that of the new one',
	run_transitions: 'a rule, the same everywhere',
	drafts: 'what somebody has typed and not yet said',
	notifications: 'told here',
	import_rows: 'on their way in, not yet of the record',
	uploads: 'files on their way in, on a disk of this server',
	import_errors: 'rows that were not taken',
	prompt_counts: 'kept by triggers: it follows from the prompts',
	prompt_signatures: 'made again from the words',
	base_models: 'a list of this server; a base model’s row says where it comes from',
	hub_tokens: 'secret',
	import_sources: 'of this server; an import says the name of the one that it was read from',
	import_source_projects: 'as import_sources',
	import_reads: 'on their way in, not yet of the record',
	source_looks: 'a worker’s answer on its way to a page',
	run_logs: 'what engines print of this server’s folders',
	inspections: 'a worker looks again',
	snapshot_diffs: 'counted again when somebody asks: it follows from the snapshots alone',
	desensitisation_keys: 'secret',
	snapshot_scans: 'what this server found by lists that stay here; over there it is looked for anew before anything leaves',
	findings: 'hold what was found, encrypted under a key of this server',
	automations: 'what this server lets happen by itself; over there an owner says it anew',
	automation_steps: 'as automations; what they did stands in the audit',
	automation_step_texts: 'as automations; the audit holds their hashes',
	webhooks: 'addresses that this server tells; over there others will be told',
	webhook_deliveries: 'as webhooks',
	deployments: 'servers that answer here; over there others will',
	playground_calls: 'under way now',
	model_servers: 'as deployments',
	model_server_logs: 'as deployments',
	gateways: 'processes of this server',
	gateway_settings: 'as deployments',
	gateway_keys: 'secret',
	gateway_usage: 'as gateway_keys',
	gateway_requests: 'what was asked of servers of this installation',
	gateway_feedback: 'what of it became part of the record is there as judgments',
	gateway_payloads: 'kept for days, with a limit that people were told'
};
