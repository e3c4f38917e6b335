import { expect, it } from 'vitest';
import { hostSays } from './host-memory.ts';

const says = (host: number, hostBytes?: number) => hostSays({ host, total: 1, devices: { kind: 'gpu', name: 'A card', memoryBytes: 80, count: 1, ...(hostBytes === undefined ? {} : { hostBytes }) } });

it("says why it warns where the device has room and the machine's own memory is tight", () => {
	expect([says(95, 100), says(101, 100), says(50, 100), says(50), says(0, 100)]).toEqual(['tight', 'too_large', 'fits', 'some', 'nothing']);
});
