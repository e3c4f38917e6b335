import { afterAll, beforeAll, expect, it } from 'vitest';
import { championOf } from '#lib/server/db/champions.ts';
import { bringFeedback } from '#lib/server/usecases/bring-feedback.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

it('brings all that was said at once, however much it is', async () => {
	const { slug, id } = await world.project();
	const key = valueOf(await issueGatewayKey(world.app, world.admin, { slug, name: 'app', requestsPerMinute: 60, tokensPerDay: null }));
	const { id: champion } = await championOf(world.app.db, id);
	await world.query(`with asked as (
			insert into gateway_requests (id, project_id, key_id, kind, asked, checkpoint_id, way, status, streamed, tries, total_ms)
			select gen_random_uuid(), '${id}', '${key.id}', 'chat', 'champion', '${champion}', 'asked', 200, false, 1, 1 from generate_series(1, 450) returning id),
		kept as (insert into gateway_payloads (request_id, messages, answer, expires_at)
			select id, jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || id)), 'Answer ' || id, now() + interval '1 day' from asked)
		insert into gateway_feedback (request_id, key_id, thumb, edit) select id, '${key.id}', 'down', 'Better than ' || id from asked`);
	const brought = valueOf(await bringFeedback(world.app, world.admin, slug));
	expect(brought).toMatchObject({ answers: 450, passedOver: 0 });
	expect(await world.query(`select mode, count(*)::int as n, count(distinct comparison_id)::int as answers from judgments where judge_ref = '${brought.importId}' group by mode order by mode`)).toEqual([
		{ mode: 'pair', n: 450, answers: 450 },
		{ mode: 'single', n: 450, answers: 450 }
	]);
	expect(valueOf(await bringFeedback(world.app, world.admin, slug))).toEqual({ importId: null, answers: 0, passedOver: 0 });
});
