import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a database that can be shut and opened again, as a network is lost. */
export type Door = { /** The database's address, through it. */ url: string; shut: () => Promise<void>; open: () => Promise<void> };

/** Opens a door before a database that is reached by TCP. Shut it in the end. */
export async function openDoor(databaseUrl: string): Promise<Door> {
	const behind = new URL(databaseUrl);
	const through = new Set<Socket>();
	const server = createServer((client) => {
		const database = connect(Number(behind.port), behind.hostname);
		for (const [one, other] of [[client, database], [database, client]] as const) {
			through.add(one);
			one.on('error', () => other.destroy()).on('close', () => {
				through.delete(one);
				other.destroy();
			});
			one.pipe(other);
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const url = new URL(databaseUrl);
	url.host = `127.0.0.1:${port}`;
	return {
		url: url.href,
		shut: async () => {
			if (!server.listening) return;
			const gone = once(server, 'close');
			server.close();
			for (const socket of through) socket.destroy();
			await gone;
		},
		open: async () => {
			if (server.listening) return;
			server.listen(port, '127.0.0.1');
			await once(server, 'listening');
		}
	};
}
