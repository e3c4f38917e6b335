import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a server that can be cut: while it is, every connection breaks and none is taken. */
export type CuttableWay = { endpoint: string; cut: () => void; mend: () => void; close: () => Promise<void> };

/** Relays a local port to an HTTP server. The server keeps its state; for who uses it, it is gone and comes back. */
export async function cuttableWay(target: string): Promise<CuttableWay> {
	const { hostname, port } = new URL(target);
	const open = new Set<Socket>();
	let isCut = false;
	const server = createServer((incoming) => {
		const outgoing = connect(Number(port), hostname);
		for (const socket of [incoming, outgoing]) {
			open.add(socket);
			socket.on('close', () => {
				open.delete(socket);
				incoming.destroy();
				outgoing.destroy();
			});
			socket.on('error', () => undefined);
		}
		if (isCut) incoming.resetAndDestroy();
		else incoming.pipe(outgoing).pipe(incoming);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		cut: () => {
			isCut = true;
			for (const socket of open) socket.destroy();
		},
		mend: () => (isCut = false),
		close: () => new Promise((resolve) => {
			for (const socket of open) socket.destroy();
			server.close(() => resolve());
		})
	};
}
