import { expect, it } from 'vitest';
import type { Server } from '../db/deployments.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { Directory } from '../usecases/serve-traffic.ts';
import { modelsFor, resolveModel } from './resolve.ts';

const [CHAMPION, CANDIDATE, OTHER] = ['0193f4a0-7c2e-7abc-8def-000000000001', '0193f4a0-7c2e-7abc-8def-000000000002', '0193f4a0-7c2e-7abc-8def-000000000003'];
const key: KnownKey = { id: 'k', hash: 'h', projectId: 'p', slug: 'law', requestsPerMinute: 1, tokensPerDay: null, tokensToday: 0, expiresAt: null };
const server = (checkpointId: string, more: Partial<Server> = {}): Server => ({ id: checkpointId, projectId: 'p', checkpointId, ours: false, baseUrl: 'http://x/v1', model: 'm', sealedKey: null, keyPlace: 'endpoint:e', concurrency: 2, draining: false, health: 'up', ...more });
const directory = (canaryPercent: number, candidateId: string | null, servers: Server[] = []): Directory => ({ keys: new Map(), servers, projects: new Map([['p', { id: 'p', slug: 'law', championId: CHAMPION, settings: { candidateId, canaryPercent, shadowPercent: 0, keepPayloads: false, payloadDays: 30, measureConfidence: false } }]]) });
const ways = (of: Directory, model = 'law/champion', user = 'u') => resolveModel(of, key, { model, user })?.turns.map(({ way, checkpointId }) => [way, checkpointId]) ?? null;

it('sends the share of people to the candidate, and back to the champion where it cannot answer', () => {
	expect(ways(directory(0, CANDIDATE))).toEqual([['asked', CHAMPION]]);
	expect(ways(directory(100, CANDIDATE))).toEqual([['canary', CANDIDATE], ['fallback', CHAMPION]]);
	expect(ways(directory(100, null))).toEqual([['asked', CHAMPION]]);
	expect(ways(directory(100, CHAMPION))).toEqual([['asked', CHAMPION]]);
	const drawn = (user: string) => ways(directory(50, CANDIDATE), 'law/champion', user);
	expect(drawn('somebody')).toEqual(drawn('somebody'));
});

it('knows only models of the key’s project, and checkpoints that some server serves', () => {
	expect(ways(directory(100, null), 'law/candidate')).toBeNull();
	expect(ways(directory(0, CANDIDATE), 'law/candidate')).toEqual([['asked', CANDIDATE]]);
	expect(ways(directory(0, null), 'bank/champion')).toBeNull();
	expect(ways(directory(0, null), `law/${OTHER}`)).toBeNull();
	expect(ways(directory(0, null, [server(OTHER, { projectId: 'q' })]), `law/${OTHER}`)).toBeNull();
	expect(ways(directory(0, null, [server(OTHER)]), `law/${OTHER}`)).toEqual([['asked', OTHER]]);
});

it('lists what can be asked now', () => {
	expect(modelsFor(directory(0, CANDIDATE, [server(CHAMPION), server(CANDIDATE, { draining: true }), server(OTHER, { projectId: 'q' })]), key)).toEqual(['law/champion', `law/${CHAMPION}`]);
});
