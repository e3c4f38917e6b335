import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as generations from '#lib/server/db/generations.ts';
import * as suiteRuns from '#lib/server/db/suite-runs.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { madeExport } from '../support/exports.ts';
import { failWhatFollows, paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { peopleOf } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let server: Server;
let project: { slug: string; id: string };
beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ rows: [...pairRows(40), { messages: [{ role: 'user', content: 'A prompt for round 2?' }] }] });
	server = await startServer(world);
}, 120_000);
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

/** Somebody with this role, as a browser that reads a language. */
async function browser(role: string, language: string) {
	const people = peopleOf(world);
	const { id, email } = await people.account();
	await world.app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${project.id}, ${id}, ${role})`);
	const { header: cookie } = await people.session(email);
	const headers = { cookie, origin: server.origin, 'accept-language': language };
	return {
		read: async (path: string) => (await fetch(`${server.origin}${path}`, { headers })).text(),
		press: async (path: string) =>
			(await (await fetch(`${server.origin}${path}`, { method: 'POST', headers: { ...headers, accept: 'application/json', 'x-sveltekit-action': 'true', 'content-type': 'application/x-www-form-urlencoded' }, body: '' })).json()) as { type: string; status: number }
	};
}

it('the page that shows a failed evaluation and failed answers starts both again, for who may start runs', async () => {
	const workerId = await paperWorker(world);
	const { checkpointId } = await trainedCheckpoint(world, project.slug, workerId);
	const { evaluationId, generationId } = await failWhatFollows(world, checkpointId, workerId);
	const path = `/projects/${project.slug}/checkpoints/${checkpointId}`;
	const [engineer, chinese, reviewer] = [await browser('engineer', 'en'), await browser('engineer', 'zh'), await browser('reviewer', 'en')];

	for (const words of ['Evaluate again', 'Make the answers again']) {
		expect(await engineer.read(path)).toContain(words);
		expect(await reviewer.read(path)).not.toContain(words);
	}
	for (const words of ['重新评估', '重新生成回答']) expect(await chinese.read(path)).toContain(words);
	// What the worker said of it, from the page's first byte and without a script.
	expect(await chinese.read(path)).toContain('>评分失败。训练时内存不足。</span>');
	expect(await chinese.read(path)).toContain('>请减小批量并增加累积步数，或缩短最大长度。</span>');
	expect(await engineer.read(path)).not.toContain('请减小批量');

	for (const action of ['evaluate', 'answer']) {
		expect(await reviewer.press(`${path}?/${action}`)).toMatchObject({ type: 'failure', status: 403 });
		expect(await engineer.press(`${path}?/${action}`)).toMatchObject({ type: 'redirect', status: 303 });
		// A second press finds it in line.
		expect(await engineer.press(`${path}?/${action}`)).toMatchObject({ type: 'failure', status: 409 });
	}
	expect((await evaluations.get(world.app.db, evaluationId))?.status).toBe('queued');
	expect((await generations.get(world.app.db, generationId))?.status).toBe('queued');
	expect(await engineer.read(path)).not.toContain('Evaluate again');
});

it('the page of a form stops its measuring and its checks, says so, and keeps the figures that it has', async () => {
	valueOf(await putSuite(world.app, world.admin, { slug: project.slug, suite: FIRST_SUITE }));
	const workerId = await paperWorker(world);
	const { checkpointId } = await trainedCheckpoint(world, project.slug, workerId);
	const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' } });
	const path = `/projects/${project.slug}/checkpoints/${checkpointId}`;
	const [engineer, chinese, reviewer] = [await browser('engineer', 'en'), await browser('engineer', 'zh'), await browser('reviewer', 'en')];

	const stop = `?/exportStop&export=${exportId}`;
	expect(await engineer.read(path)).toContain(`action="${stop.replace('&', '&amp;')}"`);
	expect(await reviewer.read(path)).not.toContain('?/exportStop');
	expect(await reviewer.press(`${path}${stop}`)).toMatchObject({ type: 'failure', status: 403 });
	expect(await engineer.press(`${path}${stop}`)).toMatchObject({ type: 'redirect', status: 303 });
	expect(await engineer.press(`${path}${stop}`)).toMatchObject({ type: 'failure', status: 409 });
	expect(await engineer.read(path)).toContain('Its measuring was stopped.');
	expect(await chinese.read(path)).toContain('测量已停止');
	expect(await engineer.press(`${path}?/exportAgain&export=${exportId}`)).toMatchObject({ type: 'redirect', status: 303 });
	expect(await engineer.read(path)).not.toContain('Its measuring was stopped.');

	const [run] = await suiteRuns.ofCheckpoint(world.app.db, checkpointId, exportId);
	await world.query(`update generations set status = 'succeeded', done = total where id = '${run?.generationId}'`);
	await world.app.db.transaction((tx) => suiteRuns.finish(tx, run?.id ?? '', { measures: [], prompts: 7, groups: 7, samples: 1, judge: null, missed: [], seed: 's' }));
	const figures = 'What each check says of its answers';
	expect(await engineer.read(path)).toContain(figures);
	expect(await engineer.press(`${path}?/check&export=${exportId}`)).toMatchObject({ type: 'redirect', status: 303 });
	expect(await engineer.read(path)).toContain(figures);
	const uncheck = `?/uncheck&export=${exportId}`;
	expect(await engineer.read(path)).toContain(`action="${uncheck.replace('&', '&amp;')}"`);
	expect(await engineer.press(`${path}${uncheck}`)).toMatchObject({ type: 'redirect', status: 303 });
	expect(await engineer.press(`${path}${uncheck}`)).toMatchObject({ type: 'failure', status: 409 });
	expect(await engineer.read(path)).toContain(figures);
});
