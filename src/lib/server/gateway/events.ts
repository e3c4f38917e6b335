import { StringDecoder } from 'node:string_decoder';

/** What a server sent is no stream of events that we would read on. */
export class BadStream extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'BadStream';
	}
}

/** Largest event, in characters: a piece of an answer is a few hundred. */
const MOST_EVENT = 1_000_000;
/** Largest stream, in bytes. */
const MOST_STREAM = 64_000_000;

/** The `data` of an event; null: it has none (a comment, a ping). */
function dataOf(event: string): string | null {
	const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')).map((line) => line.slice(line.startsWith('data: ') ? 6 : 5));
	return lines.length === 0 ? null : lines.join('\n');
}

/**
 * The data of server-sent events, one by one, all that came at once in one list.
 * Ends where the body does; what was not ended by an empty line is no event.
 * Throws BadStream where an event or the whole is larger than any answer.
 */
export async function* eventsOf(body: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
	const decoder = new StringDecoder('utf8');
	let [rest, bytes] = ['', 0];
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > MOST_STREAM) throw new BadStream('The answer is larger than any that is passed on.');
		rest += decoder.write(chunk);
		const events: string[] = [];
		for (let end = /\r\n\r\n|\n\n|\r\r/.exec(rest); end; end = /\r\n\r\n|\n\n|\r\r/.exec(rest)) {
			const data = dataOf(rest.slice(0, end.index));
			if (data !== null) events.push(data);
			rest = rest.slice(end.index + end[0].length);
		}
		if (rest.length > MOST_EVENT) throw new BadStream('A piece of the answer is larger than any that is passed on.');
		if (events.length > 0) yield events;
	}
}
