import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function isFree(port) {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
	});
}

/**
 * A free port on loopback below 32768: the kernel hands out the ones above to outgoing connections,
 * and a remembered port from there is taken by chance at a later start.
 * @param {number} [preferred]
 * @returns {Promise<number>}
 */
export async function choosePort(preferred) {
	if (preferred && (await isFree(preferred))) return preferred;
	for (let tries = 0; tries < 200; tries++) {
		const port = randomInt(20_000, 32_000);
		if (await isFree(port)) return port;
	}
	throw new Error('no free port between 20000 and 32000 on 127.0.0.1');
}
