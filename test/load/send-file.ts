import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** `node send-file.ts ADDRESS TOKEN FILE`: sends a file as an import and writes what the server answers. A process of its own, so that whoever times the server's answers does not wait for the sending. */
const [address = '', token = '', file = ''] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
const body = Readable.toWeb(createReadStream(file, { highWaterMark: 1 << 18 }));
const sent = await fetch(address, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
if (!sent.ok) throw new Error(`import: ${sent.status} ${await sent.text()}`);
process.stdout.write(await sent.text());
