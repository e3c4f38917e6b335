import type { Automation } from '#lib/domain/automation.ts';
import { putAutomation } from '#lib/server/usecases/put-automation.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { createWebhook, listWebhooks, retireWebhook, testWebhook } from '#lib/server/usecases/put-webhook.ts';
import type { Ground, Make } from './api-walk.ts';
import { valueOf } from './world.ts';

const newWebhook = async ({ world, slug }: Pick<Ground, 'world' | 'slug'>) => {
	for (const { id } of valueOf(await listWebhooks(world.app, world.admin, slug))) valueOf(await retireWebhook(world.app, world.admin, id));
	return valueOf(await createWebhook(world.app, world.admin, { slug, url: 'https://1.1.1.1/hook', events: ['round.filled'] })).id;
};
const endedDelivery = async (ground: Pick<Ground, 'world' | 'slug'>) => {
	const id = await newWebhook(ground);
	const { id: deliveryId } = valueOf(await testWebhook(ground.world.app, ground.world.admin, id));
	await ground.world.query(`update webhook_deliveries set status = 'failed', next_at = null where id = '${deliveryId}' returning 1`);
	return { id, deliveryId };
};
/** Nothing that anybody judges enough for. */
const walkedAutomation = async ({ world, slug }: Pick<Ground, 'world' | 'slug'>): Promise<Automation> => {
	valueOf(await putSnapshotRule(world.app, world.admin, { slug, name: 'Walked', objective: 'dpo', rule: { includeImports: true } }));
	return { enabled: true, minComplete: 1_000_000, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 1, approval: true, rule: 'Walked', recipe: {}, sweep: null };
};

/** Requests about what happens by itself, who is told and what was done, right in all but who sends them. */
export const AUTOMATION_REQUESTS: Record<string, Make> = {
	readAutomation: ({ slug }) => ({ path: `/projects/${slug}/automation` }),
	putAutomation: async (ground) => ({ path: `/projects/${ground.slug}/automation`, options: { body: await walkedAutomation(ground) } }),
	// Of a project of its own: only a round that still collects can wait for an approval.
	answerAutomation: async ({ world }, { actor, role }) => {
		const { slug, id } = await world.project();
		if (role) valueOf(await putMember(world.app, world.admin, { slug, userId: actor.userId, role }));
		valueOf(await putAutomation(world.app, world.admin, { slug, settings: await walkedAutomation({ world, slug }) }));
		await world.query(`insert into automation_steps (project_id, round_id, kind, settings_version, because) select project_id, r.id, 'asked', a.version, '{"complete": 1, "agreement": null}' from rounds r join automations a using (project_id) where project_id = '${id}' returning 1`);
		return { path: `/projects/${slug}/automation/approval`, options: { body: { approve: false, reason: 'Not this week.' } } };
	},
	readAudit: ({ slug }) => ({ path: `/projects/${slug}/audit?limit=5` }),
	listWebhooks: ({ slug }) => ({ path: `/projects/${slug}/webhooks` }),
	createWebhook: async (ground) => (await newWebhook(ground), { path: `/projects/${ground.slug}/webhooks`, options: { body: { url: 'https://1.1.1.1/hook', events: ['run.failed'] } } }),
	retireWebhook: async (ground) => ({ path: `/webhooks/${await newWebhook(ground)}` }),
	testWebhook: async (ground) => ({ path: `/webhooks/${await newWebhook(ground)}/test` }),
	listDeliveries: async (ground) => ({ path: `/webhooks/${await newWebhook(ground)}/deliveries` }),
	sendAgain: async (ground) => {
		const { id, deliveryId } = await endedDelivery(ground);
		return { path: `/webhooks/${id}/deliveries`, options: { body: { deliveryId } } };
	}
};
