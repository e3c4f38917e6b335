import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import type { SuiteResults } from '#lib/domain/suite/measures.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { measuresOfCheckpoint } from '#lib/server/usecases/read-suite-runs.ts';
import { startChatServer } from '../support/chat-server.ts';
import type { Asked, ChatServer, Does } from '../support/chat-server.ts';
import { suiteProject } from '../support/suite-project.ts';
import { PATIENT, runThroughSuite } from '../support/suite-run.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let workerId: string;
let owner: Actor;
let slug: string;
let id: string;
let checkpointId: string;
const servers: ChatServer[] = [];

type Pair = { conversation: { text: string }[]; answer_1: string; answer_2: string };

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	({ slug, id, workerId, owner, checkpointId } = await suiteProject(world));
}, 120_000);
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
afterAll(() => world.close());

let made = 0;
/** An endpoint at a scripted server. */
async function judge(script: (asked: Asked, data: Pair, times: number) => Does): Promise<{ endpointId: string; server: ChatServer }> {
	const server = await startChatServer((asked, times) => script(asked, JSON.parse(asked.question) as Pair, times));
	servers.push(server);
	const { id: endpointId } = valueOf(await createEndpoint(world.app, owner, { slug, name: `judge ${++made}`, baseUrl: server.baseUrl, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 4, apiKey: null }));
	return { endpointId, server };
}

const suite = (endpointId: string, more: Partial<SuiteDefinition> = {}): SuiteDefinition => ({ ...FIRST_SUITE, checks: [], prompts: 24, samples: 1, judge: { endpointId, instruction: 'The more careful one.' }, ...more });

const run = (of: SuiteDefinition, limits = PATIENT): Promise<SuiteResults> => runThroughSuite(world, { slug, owner, workerId, checkpointId }, of, limits);

const says = (verdict: string, reason = 'r') => JSON.stringify({ reason, verdict });
const careful = ({ answer_1, answer_2 }: Pair) => (answer_1.includes('careful') === answer_2.includes('careful') ? says('tie') : says(answer_1.includes('careful') ? '1' : '2'));

describe('a judge', () => {
	it('compares both ways round, is calibrated on dev prompts against the people, and counts when it is level with them', async () => {
		const { endpointId, server } = await judge((_, data) => careful(data));
		const { judge: found, missed } = await run(suite(endpointId));
		expect(found?.calibration).toMatchObject({ verdict: 'level', people: 2, missed: 0 });
		expect(found).toMatchObject({ counts: true, template: 'pair-1', against: { parent: { winRate: { value: (20 + 4 / 2) / 24, n: 24 }, identical: 4, disagreed: 0, missed: 0 } } });
		expect(found?.against.parent?.edge.p).toBeLessThan(0.001);
		expect(missed).toEqual([]);
		expect((await measuresOfCheckpoint(world.app.db, { projectId: id, checkpointId }))?.measures.at(-1)).toMatchObject({ kind: 'judge', better: 'higher', against: { parent: { groups: 24 } } });
		// Dev prompts alone calibrate: every question was either of the run's test prompts or of dev ones, and each pair was put both ways round.
		const asked = server.asked.map(({ question }) => JSON.parse(question) as Pair);
		expect(asked.length).toBe(2 * (20 + (found?.calibration?.comparisons ?? 0)));
		const dev = await world.query<{ words: string }>(`select t.messages -> -1 ->> 'content' as words from prompts p join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id where p.project_id = '${id}' and g.split in ('dev', 'test')`);
		const allowed = new Set(dev.map(({ words }) => words));
		expect(asked.every(({ conversation }) => allowed.has(conversation.at(-1)?.text ?? ''))).toBe(true);
		// Once more: everything is known by content, and nobody is asked.
		const before = server.asked.length;
		valueOf(await putSuite(world.app, owner, { slug, suite: suite(endpointId, { checks: [{ name: 'Cites', kind: 'citation', wanted: true }] }) }));
		await run(suite(endpointId, { checks: [{ name: 'Cites', kind: 'citation', wanted: true }] }));
		expect(server.asked.length).toBe(before);
	});

	it('that likes whatever stands first makes ties; one that is below the people is said to be, and a gate does not see it', async () => {
		const first = await run(suite((await judge(() => says('1'))).endpointId));
		expect(first.judge?.against.parent).toMatchObject({ winRate: { value: 0.5 }, disagreed: 20 });
		const contrary = await run(suite((await judge((_, data) => (careful(data).includes('tie') ? says('tie') : careful(data).includes('"1"') ? says('2') : says('1')))).endpointId));
		expect(contrary.judge).toMatchObject({ counts: false, calibration: { verdict: 'below' } });
		expect((await measuresOfCheckpoint(world.app.db, { projectId: id, checkpointId }))?.measures.some(({ kind }) => kind === 'judge')).toBe(false);
	});

	it('that says no JSON, hangs, refuses, fails or floods costs its questions and nothing else, each counted by its reason', async () => {
		const bad: Does[] = ['The first one.', '{"verdict":"both"}', 'HANG', { status: 500 }, { status: 429 }, 'HUGE', 'GARBAGE', 'NOTHING', 'CUT'];
		let turn = 0;
		// Never ten in a row that get no answer: then the rest would not be asked.
		const { endpointId } = await judge((_, data) => (turn++ % 3 === 0 ? (bad[(turn / 3) % bad.length | 0] ?? 'HANG') : careful(data)));
		const { judge: found, missed } = await run(suite(endpointId), { ...PATIENT, answerMs: 2000 });
		const codes = missed.map(({ code }) => code);
		for (const code of ['not_json', 'no_verdict', 'endpoint_timeout', 'endpoint_failed', 'endpoint_busy', 'answer_too_large', 'empty_answer']) expect(codes).toContain(code);
		const [kept] = await world.query<{ verdicts: number; misses: number }>(`select count(verdict)::int as verdicts, count(missed)::int as misses from judge_answers where endpoint_id = '${endpointId}'`);
		expect(kept?.misses).toBe(missed.reduce((sum, { n }) => sum + n, 0));
		expect((kept?.verdicts ?? 0) + (kept?.misses ?? 0)).toBe(2 * (20 + (found?.calibration?.comparisons ?? 0)));
		const { winRate, missed: pairs } = found?.against.parent ?? { winRate: { n: 0 }, missed: 0 };
		expect(winRate.n + pairs).toBe(24);
		expect(pairs).toBeGreaterThan(0);
	});

	it('that takes no key is asked once and no more, and its rubric is unknown of every answer', async () => {
		const { endpointId, server } = await judge(() => ({ status: 401 }));
		const results = await run(suite(endpointId, { judge: null, checks: [{ name: 'Polite', kind: 'rubric', endpointId, question: 'Is it polite?', wanted: true }] }));
		expect(server.asked.length).toBeLessThanOrEqual(4);
		expect(results.missed).toEqual([{ code: 'endpoint_denied', n: 24 * 2 - 4 }]);
		expect(results.measures[0]).toMatchObject({ name: 'Polite', kind: 'rubric', checkpoint: { value: null, n: 0 }, unknown: 24 });
	});

	it('answers a rubric of every answer, and is told nothing that the project hides', async () => {
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'placeholder' } } }));
		const { endpointId, server } = await judge((_, data) => says((data as unknown as { answer: string }).answer.includes('same') ? 'no' : 'yes'));
		const results = await run(suite(endpointId, { judge: null, checks: [{ name: 'Polite', kind: 'rubric', endpointId, question: 'Is it polite?', wanted: true }] }));
		expect(results.measures[0]?.checkpoint.value).toBeCloseTo(20 / 24, 12);
		expect(server.asked.map(({ whole }) => whole).join()).not.toContain('13800138000');
		expect(server.asked.length).toBe(24 * 2 - 4);
	});
});
