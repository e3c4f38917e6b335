import { text } from 'node:stream/consumers';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gate } from '#lib/domain/gate.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { championOf, earlierChampions } from '#lib/server/db/champions.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as decisions from '#lib/server/db/decisions.ts';
import * as retention from '#lib/server/db/retention.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readCheckpointGate, readGate } from '#lib/server/usecases/read-gate.ts';
import { exportReport, readReport } from '#lib/server/usecases/read-report.ts';
import { rollBack } from '#lib/server/usecases/roll-back.ts';
import { signDecision } from '#lib/server/usecases/sign-decision.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { reportFreezer } from '../../workers/handlers/freeze-reports.ts';
import { importedSnapshot, paperWorker, playOnPaper, trained } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let [engineer, ann, risk, legal, owner]: Actor[] = [];
let workerId: string;
let snapshotId: string;
/** Trained and measured, its answers judged in round 2. */
let first: string;

const who = (actor: Actor | undefined): Actor => {
	if (!actor) throw new Error('nobody');
	return actor;
};
const signs = { password: PASSWORD };
const gateOf = async (id: string, actor = who(risk)) => valueOf(await readCheckpointGate(world.app, actor, id));
const startedBy = async (actor: Actor): Promise<string> => valueOf(await startRun(world.app, actor, { slug: project.slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2 } })).id;
const GATE: Gate = { level: 0.05, rules: [{ kind: 'win_rate', above: 0.5 }, { kind: 'judgments', atLeast: 20 }, { kind: 'held_out', above: 0.5 }] };

/** A checkpoint of a run that somebody started; nothing was measured of it. */
async function checkpointBy(actor: Actor): Promise<string> {
	const runId = await startedBy(actor);
	const at = await beginAttempt(world.app, { runId, workerId });
	await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
	return (await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0))) ?? '';
}

/** Lets the annotator judge so many of what there is, by which model answered. */
async function judge(name: string, many = Infinity): Promise<number> {
	let judged = 0;
	while (judged < many) {
		const task = valueOf(await claimTask(world.app, who(ann), { slug: project.slug }));
		if (!task) break;
		const verdict = JSON.stringify(task.left).includes(`${name} answers`) ? 'left' : 'right';
		valueOf(await submitJudgment(world.app, who(ann), { taskId: task.taskId, leaseToken: task.leaseToken, verdict }));
		judged += 1;
	}
	return judged;
}

beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ overlap: 1, rows: pairRows(150) });
	workerId = await paperWorker(world);
	snapshotId = await importedSnapshot(world, project.slug);
	const member = (name: string, role: 'engineer' | 'annotator' | 'reviewer' | 'owner') => world.person(name, { slug: project.slug, role });
	[engineer, ann, risk, legal, owner] = [await member('engineer', 'engineer'), await member('ann', 'annotator'), await member('risk', 'reviewer'), await member('legal', 'reviewer'), await member('owner', 'owner')];
	first = await playOnPaper(world, await startedBy(owner), workerId);
});
afterAll(() => world?.close());

describe('signing', () => {
	it('takes the password of the person, however they come, and not a token alone', async () => {
		const reject = { checkpointId: first, decision: 'more_data' as const, reason: 'Not judged yet.' };
		expect(await decide(world.app, who(risk), reject)).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'password' }] } });
		expect(await decide(world.app, who(risk), { ...reject, password: 'another horse battery' })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'password' }] } });
		expect(await decisions.of(world.app.db, first)).toEqual([]);
		expect(valueOf(await decide(world.app, { ...who(risk), via: 'session' }, { ...reject, ...signs }))).toMatchObject({ decision: 'more_data', status: 'signed' });
		const [signed] = await decisions.of(world.app.db, first);
		expect(signed).toMatchObject({ gateVersion: null, overridden: false, fourEyes: true, signatures: [{ userId: who(risk).userId, role: 'reviewer' }] });
	});

	it('stops guessing', async () => {
		const guess = () => decide(world.app, who(legal), { checkpointId: first, decision: 'reject', reason: 'x', password: 'wrong wrong wrong' });
		for (let tries = 0; tries < 10; tries++) expect(problemOf(await guess())).toBe('invalid_input');
		expect(problemOf(await guess())).toBe('too_many_attempts');
		await world.app.db.execute(sql`delete from rate_limits`);
	});

	it('is not for who started the run, until the owner says that one pair of eyes is enough', async () => {
		const own = { checkpointId: first, decision: 'reject' as const, reason: 'Mine.', ...signs };
		expect(problemOf(await decide(world.app, who(owner), own))).toBe('four_eyes');
		expect((await gateOf(first, who(owner))).yours).toBe('own_run');
		expect((await gateOf(first)).yours).toBeNull();
		expect(problemOf(await putGate(world.app, who(risk), { slug: project.slug, fourEyes: false }))).toBe('forbidden');
		valueOf(await putGate(world.app, who(owner), { slug: project.slug, fourEyes: false }));
		expect((await gateOf(first, who(owner))).yours).toBeNull();
		expect(valueOf(await decide(world.app, who(owner), { ...own, decision: 'more_data' }))).toMatchObject({ status: 'signed' });
		expect((await decisions.of(world.app.db, first))[0]).toMatchObject({ fourEyes: false });
		valueOf(await putGate(world.app, who(owner), { slug: project.slug, fourEyes: true }));
		const said = await world.query<{ details: unknown }>(`select details from audit_entries where action = 'four_eyes.put' order by id`);
		expect(said.map(({ details }) => details)).toEqual([{ fourEyes: false }, { fourEyes: true }]);
	});
});

describe('a gate', () => {
	it('is versioned, and the same again is no new version', async () => {
		expect(valueOf(await putGate(world.app, who(owner), { slug: project.slug, gate: { level: 0.1, rules: [{ kind: 'judgments', atLeast: 5 }] } }))).toMatchObject({ version: 1, added: true });
		expect(valueOf(await putGate(world.app, who(owner), { slug: project.slug, gate: GATE }))).toMatchObject({ version: 2, added: true });
		expect(valueOf(await putGate(world.app, who(owner), { slug: project.slug, gate: GATE }))).toMatchObject({ version: 2, added: false });
		expect(valueOf(await readGate(world.app, who(engineer), project.slug))).toMatchObject({ gate: { version: 2, gate: GATE, byName: 'owner' }, versions: [{ version: 2 }, { version: 1 }], fourEyes: true, champion: { isBase: true }, earlier: [] });
		await expect(world.query(`update gates set version = 9`)).rejects.toThrow();
	});

	it('says of each rule what is known, while people judge, in the order that was drawn', async () => {
		const before = await gateOf(first);
		expect(before.gate?.verdict.rules.map(({ rule, outcome, unknown }) => [rule.kind, outcome, unknown])).toEqual([['win_rate', 'unknown', 'not_measured'], ['judgments', 'not_held', null], ['held_out', 'held', null]]);
		const name = (await checkpoints.get(world.app.db, first))?.name ?? '';
		await judge(name, 8);
		expect(await gateOf(first)).toMatchObject({ look: { groups: 8, judgments: 8, behind: 0, verdict: 'too_few', value: 1 }, gate: { verdict: { passed: false, rules: [{ outcome: 'unknown', unknown: 'too_few', n: 8 }, { value: 8 }, {}] } } });
		// A judgment that no longer counts opens its place again: what comes after it waits.
		const [voided] = await world.query<{ id: string; judgment_id: string }>(`select c.id, s.judgment_id from slots s join comparisons c on c.id = s.comparison_id where c.policy = 'champion_challenger' and c.status = 'complete' order by c.order_key offset 2 limit 1`);
		await world.app.db.transaction(async (tx) => {
			await tx.execute(sql`update slots set judgment_id = null where judgment_id = ${voided?.judgment_id}`);
			await tx.execute(sql`update comparisons set status = 'open', filled = 0 where id = ${voided?.id}`);
		});
		expect((await gateOf(first)).look).toMatchObject({ groups: 2, behind: 5 });
		await world.app.db.transaction(async (tx) => {
			await tx.execute(sql`update slots set judgment_id = ${voided?.judgment_id} where comparison_id = ${voided?.id}`);
			await tx.execute(sql`update comparisons set status = 'complete', filled = 1 where id = ${voided?.id}`);
		});
	});

	it('keeps a checkpoint from being promoted until its rules hold, and keeps what it said with the decision', async () => {
		const promote = { checkpointId: first, decision: 'promote' as const, reason: 'People prefer it.', ...signs };
		expect(await decide(world.app, who(risk), promote)).toMatchObject({ problem: { code: 'gate_not_passed', facts: { gate: 2, notHeld: 2 } } });
		const name = (await checkpoints.get(world.app.db, first))?.name ?? '';
		const judged = 8 + (await judge(name));
		expect(judged).toBeGreaterThanOrEqual(20);
		const now = await gateOf(first);
		expect(now.gate?.verdict).toMatchObject({ passed: true, level: 0.05 });
		expect(now.look).toMatchObject({ verdict: 'above', value: 1, more: null, groups: judged });
		expect(now.look?.flip).toBeGreaterThan(0);
		valueOf(await decide(world.app, who(risk), promote));
		const [signed] = await decisions.of(world.app.db, first);
		expect(signed).toMatchObject({ gateVersion: 2, overridden: false, figures: { gate: { version: 2, ...now.gate?.verdict }, look: now.look } });
		expect((signed?.figures['examples'] as unknown[]).length).toBe(3);
		expect((await championOf(world.app.db, project.id)).id).toBe(first);
	});
});

describe('against the gate', () => {
	it('one person proposes, somebody else signs the same figures, and only then it is promoted', async () => {
		const second = await checkpointBy(who(owner));
		const proposed = valueOf(await decide(world.app, who(risk), { checkpointId: second, decision: 'promote', reason: 'The deadline.', override: true, ...signs }));
		expect(proposed).toMatchObject({ status: 'waiting', waitsFor: ['admin', 'legal'] });
		expect((await championOf(world.app.db, project.id)).id).toBe(first);
		const told = await listNotifications(world.app, who(legal), {});
		expect(told.notifications[0]).toMatchObject({ kind: 'signature', by: 'risk', checkpointId: second });
		expect((await listNotifications(world.app, who(owner), {})).notifications).toEqual([]);

		expect(problemOf(await signDecision(world.app, who(risk), { checkpointId: second, sign: true, ...signs }))).toBe('four_eyes');
		expect(problemOf(await signDecision(world.app, who(owner), { checkpointId: second, sign: true, ...signs }))).toBe('four_eyes');
		expect(problemOf(await signDecision(world.app, who(engineer), { checkpointId: second, sign: true, ...signs }))).toBe('forbidden');
		expect(problemOf(await signDecision(world.app, who(legal), { checkpointId: second, sign: true }))).toBe('invalid_input');
		expect((await gateOf(second, who(legal))).waiting).toMatchObject({ by: { name: 'risk', role: 'reviewer' }, mine: false, reason: 'The deadline.', gateVersion: 2, waitsFor: ['admin', 'legal'], yours: null });
		expect((await gateOf(second)).waiting).toMatchObject({ mine: true, yours: 'signed_before' });

		const signed = valueOf(await signDecision(world.app, who(legal), { checkpointId: second, sign: true, ...signs }));
		expect(signed.status).toBe('signed');
		expect((await decisions.of(world.app.db, second))[0]).toMatchObject({ id: signed.id, decision: 'promote', overridden: true, reason: 'The deadline.', byName: 'risk', signatures: [{ name: 'risk' }, { name: 'legal' }], figures: { gate: { passed: false } } });
		expect((await championOf(world.app.db, project.id)).id).toBe(second);
		expect(problemOf(await signDecision(world.app, who(legal), { checkpointId: second, sign: true, ...signs }))).toBe('conflict');
	});

	it('can be taken back, declined, or overtaken by another decision', async () => {
		const third = await checkpointBy(who(owner));
		const propose = async () => valueOf(await decide(world.app, who(risk), { checkpointId: third, decision: 'promote', reason: 'Now.', override: true, ...signs }));
		await propose();
		expect(valueOf(await signDecision(world.app, who(risk), { checkpointId: third, sign: false })).status).toBe('withdrawn');
		await propose();
		// Whoever does not sign says why; who signed first is told, and it stands on the page.
		expect(await signDecision(world.app, who(legal), { checkpointId: third, sign: false })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'reason' }] } });
		expect((await gateOf(third)).waiting).not.toBeNull();
		expect(valueOf(await signDecision(world.app, who(legal), { checkpointId: third, sign: false, reason: 'It invents clauses.' })).status).toBe('declined');
		expect((await listNotifications(world.app, who(risk), {})).notifications[0]).toMatchObject({ kind: 'unsigned', by: 'legal', text: 'It invents clauses.', checkpointId: third });
		expect((await gateOf(third)).unsigned).toMatchObject([{ outcome: 'declined', by: 'risk', reason: 'Now.', endedBy: 'legal', endedReason: 'It invents clauses.' }, { outcome: 'withdrawn', by: 'risk', endedBy: 'risk', endedReason: null }]);
		const [entry] = await world.query<{ details: { reasonHash: string } }>(`select details from audit_entries where action = 'checkpoint.decline' and subject_id = '${third}'`);
		expect(await world.query(`select outcome_hash as hash from decision_proposals where checkpoint_id = '${third}' and outcome = 'declined'`)).toEqual([{ hash: entry?.details.reasonHash }]);
		await propose();
		valueOf(await decide(world.app, who(legal), { checkpointId: third, decision: 'reject', reason: 'No.', ...signs }));
		expect((await gateOf(third)).waiting).toBeNull();
		const ends = await world.query<{ outcome: string }>(`select outcome from decision_proposals where checkpoint_id = '${third}' order by id`);
		expect(ends.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'declined', 'overtaken']);
		await expect(world.query(`update decision_proposals set outcome = 'signed' where checkpoint_id = '${third}'`)).rejects.toThrow();
	});

	it('the database itself asks for two signatures', async () => {
		const [decision] = await decisions.of(world.app.db, first);
		const round = (await world.query<{ round_id: string }>(`select round_id from decisions where id = '${decision?.id}'`))[0]?.round_id ?? '';
		const alone = world.app.db.transaction((tx) =>
			decisions.insert(tx, { checkpointId: first, roundId: round, decision: 'promote', text: { salt: 's', hash: 'h', reason: 'r' }, figures: {}, gateId: null, overridden: true, fourEyes: true, signatures: [{ userId: who(risk).userId, role: 'reviewer', signedAt: null }] })
		);
		await expect(alone).rejects.toMatchObject({ constraint_name: 'decision_terms_two_signatures' });
	});
});

describe('a report', () => {
	const fileOf = async (actor: Actor, format: 'html' | 'pdf', checkpointId = first) => exportReport(world.app, actor, { checkpointId, locale: 'en', format });

	it('is frozen by a worker with the figures of the decision, once, and cannot be cleaned away', async () => {
		expect(problemOf(await fileOf(who(engineer), 'html'))).toBe('not_ready');
		expect(valueOf(await readReport(world.app, who(engineer), { checkpointId: first, locale: 'en' })).document).toBeNull();
		const freezer = reportFreezer({ app: world.app, shutdown: new AbortController().signal });
		const signed = await world.query('select 1 from decision_terms');
		expect(await freezer.run()).toBe(signed.length);
		expect(await freezer.run()).toBe(0);
		const { document, files } = valueOf(await readReport(world.app, who(engineer), { checkpointId: first, locale: 'zh' }));
		expect(document?.sections.map(({ key }) => key)).toEqual(expect.arrayContaining(['decision', 'limits', 'gate', 'evaluation', 'examples', 'model', 'lineage', 'data-summary', 'hashes']));
		expect(files.map(({ format }) => format)).toEqual(['html', 'pdf']);
		const html = await text(valueOf(await fileOf(who(risk), 'html')).stream);
		for (const said of ['People prefer it.', 'risk', 'answers']) expect(html).toContain(said);
		expect(html).not.toContain('against the gate');
		expect((await text(valueOf(await fileOf(who(risk), 'pdf')).stream)).slice(0, 5)).toBe('%PDF-');
		const stored = await world.query<{ sha256: string }>('select sha256 from decision_reports');
		expect((await retention.cited(world.app.db, stored.map(({ sha256 }) => sha256))).size).toBe(new Set(stored.map(({ sha256 }) => sha256)).size);
		await expect(world.query('delete from decision_reports')).rejects.toThrow();
	});

	it('says that two signed against the gate', async () => {
		const [against] = await world.query<{ checkpoint_id: string }>('select d.checkpoint_id from decision_terms t join decisions d on d.id = t.decision_id where t.overridden');
		const html = await text(valueOf(await fileOf(who(risk), 'html', against?.checkpoint_id)).stream);
		for (const said of ['Promoted against the gate', 'legal', 'The deadline.']) expect(html).toContain(said);
	});

	it('is kept from who may not see a question in it', async () => {
		const [shown] = await world.query<{ prompt_id: string }>(`select p.prompt_id from decision_report_prompts p join decisions d on d.id = p.decision_id where d.checkpoint_id = '${first}' limit 1`);
		await world.query(`update prompts set matter = 'Acme v. Birch' where id = '${shown?.prompt_id}'`);
		valueOf(await raiseWall(world.app, world.admin, { slug: project.slug, userId: who(legal).userId, matter: 'Acme v. Birch' }));
		expect(problemOf(await fileOf(who(legal), 'html'))).toBe('walled');
		expect(problemOf(await readReport(world.app, who(legal), { checkpointId: first, locale: 'en' }))).toBe('walled');
		valueOf(await fileOf(who(risk), 'html'));
		expect(problemOf(await fileOf(who(ann), 'html'))).toBe('forbidden');
	});
});

describe('going back', () => {
	it('makes an earlier champion the champion again at once, signed and in the audit', async () => {
		const now = await championOf(world.app.db, project.id);
		expect((await earlierChampions(world.app.db, project.id)).map(({ id, kind }) => (kind === 'base' ? 'base' : id))).toEqual([first, 'base']);
		const back = (actor: Actor, checkpointId: string, password: string | undefined = PASSWORD) => rollBack(world.app, actor, { slug: project.slug, checkpointId, reason: 'It invents clauses.', password });
		expect(problemOf(await back(who(risk), first, ''))).toBe('invalid_input');
		expect(problemOf(await back(who(owner), first))).toBe('four_eyes');
		expect(problemOf(await back(who(risk), now.id))).toBe('conflict');
		expect(problemOf(await back(who(risk), await checkpointBy(who(owner))))).toBe('not_found');
		expect(problemOf(await back(who(engineer), first))).toBe('forbidden');
		expect(valueOf(await back(who(risk), first))).toMatchObject({ champion: first, was: now.id });
		expect((await championOf(world.app.db, project.id)).id).toBe(first);
		expect(valueOf(await readCheckpoint(world.app, who(risk), first))).toMatchObject({ isChampion: true, decisions: [{ decision: 'roll_back', reason: 'It invents clauses.' }, { decision: 'promote' }, {}, {}] });
		const base = await checkpoints.baseOf(world.app.db, project.id);
		expect(valueOf(await back(who(owner), base.id))).toMatchObject({ champion: base.id, was: first });
		expect((await earlierChampions(world.app.db, project.id)).map(({ id }) => id)).toEqual([now.id, first]);
		const told = await world.query<{ n: number }>(`select count(*)::int as n from audit_entries where action = 'checkpoint.decide' and details ->> 'decision' = 'roll_back'`);
		expect(told).toEqual([{ n: 2 }]);
	});
});
