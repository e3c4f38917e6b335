import { createHash } from 'node:crypto';

const ROW_BYTES = 100_000;

/** Text of so many characters that no compression or cache makes shorter, the same for the same seed. */
function text(seed: string, length: number): string {
	let out = '';
	for (let i = 0; out.length < length; i++) out += `${createHash('sha256').update(`${seed}/${i}`).digest('base64')} `;
	return out.slice(0, length);
}

/** A JSON Lines import file of about so many bytes that exists nowhere as a whole: rows are made while they are read. */
export function bigFile(bytes: number): { rows: number; stream: ReadableStream<Uint8Array> } {
	const rows = Math.ceil(bytes / ROW_BYTES);
	const half = Math.floor(ROW_BYTES / 2) - 100;
	// Two answers for all rows: making them anew for each would measure this process and not the one under test.
	const [one, two] = [text('one', half), text('two', half)];
	let row = 0;
	const stream = new ReadableStream<Uint8Array>({
		pull(controller) {
			if (row === rows) return controller.close();
			controller.enqueue(Buffer.from(`${JSON.stringify({ prompt: `Big question ${row}?`, chosen: `${row} ${one}`, rejected: `${row} ${two}` })}\n`));
			row += 1;
		}
	});
	return { rows, stream };
}
