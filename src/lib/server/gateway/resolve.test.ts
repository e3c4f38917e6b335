import { expect, it } from 'vitest';
import type { Server } from '../db/deployments.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { Directory } from '../usecases/serve-traffic.ts';
import { modelsFor, resolveModel } from './resolve.ts';

const [CHAMPION, CANDIDATE, OTHER] = ['0193f4a0-7c2e-7abc-8def-000000000001', '0193f4a0-7c2e-7abc-8def-000000000002', '0193f4a0-7c2e-7abc-8def-000000000003'];
const key: KnownKey = { id: 'k', hash: 'h', projectId: 'p', slug: 'law', requestsPerMinute: 1, tokensPerDay: null, tokensToday: 0, expiresAt: null };
const server = (checkpointId: string, more: Partial<Server> = {}): Server => ({ id: checkpointId, projectId: 'p', checkpointId, formId: null, ours: false, baseUrl: 'http://x/v1', model: 'm', sealedKey: null, keyPlace: 'endpoint:e', concurrency: 2, draining: false, health: 'up', ...more });
const directory = (canaryPercent: number, candidateId: string | null, servers: Server[] = [], championFormId: string | null = null): Directory => ({ keys: new Map(), servers, projects: new Map([['p', { id: 'p', slug: 'law', championId: CHAMPION, championFormId, hides: false, settings: { candidateId, canaryPercent, shadowPercent: 0, keepPayloads: false, payloadDays: 30, measureConfidence: false } }]]) });
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

it('asks the champion in the form that was promoted, as it was trained where no server of that answers, and in no other form', () => {
	const [rounded, merged] = ['0193f4a0-7c2e-7abc-8def-00000000000a', '0193f4a0-7c2e-7abc-8def-00000000000b'];
	const turns = (of: Directory, model = 'law/champion') => resolveModel(of, key, { model, user: 'u' })?.turns.map(({ way, formId }) => [way, formId]) ?? null;
	const [asTrained, asRounded, asMerged] = [server(CHAMPION), server(CHAMPION, { id: 'r', formId: rounded }), server(CHAMPION, { id: 'm', formId: merged })];
	// Promoted as it was trained: nobody measured for that what its rounded weights say.
	expect(turns(directory(0, null, [asRounded]))).toEqual([['asked', null]]);
	expect(turns(directory(0, null, [asTrained, asRounded], rounded))).toEqual([['asked', rounded], ['asked', null]]);
	expect(turns(directory(0, null, [asMerged], rounded))).toEqual([['asked', rounded]]);
	// One that is about to start again takes nothing: where the promoted form is full, that is what is said.
	expect(turns(directory(0, null, [{ ...asTrained, draining: true }, asRounded], rounded))).toEqual([['asked', rounded]]);
	// Who asks by an id gets that form, or the checkpoint as it is served.
	const all = directory(0, null, [asMerged, asTrained, asRounded]);
	expect(turns(all, `law/${rounded}`)).toEqual([['asked', rounded]]);
	expect(turns(all, `law/${CHAMPION}`)).toEqual([['asked', null]]);
	expect(turns(directory(0, null, [asMerged, { ...asTrained, draining: true }]), `law/${CHAMPION}`)).toEqual([['asked', merged]]);
	expect(modelsFor(directory(0, null, [asMerged], rounded), key)).toEqual([`law/${CHAMPION}`, `law/${merged}`]);
	expect(modelsFor(directory(0, null, [asRounded], rounded), key)).toEqual(['law/champion', `law/${CHAMPION}`, `law/${rounded}`]);
});
