/** First bytes of a stream (fewer only where the stream is shorter), and the whole stream again, whose end closes the source; `close` does where nobody begins to read it. */
export async function headOf(source: AsyncIterable<Uint8Array>, bytes: number): Promise<{ head: Buffer; whole: AsyncGenerator<Uint8Array>; close: () => Promise<void> }> {
	const iterator = source[Symbol.asyncIterator]();
	const chunks: Uint8Array[] = [];
	let size = 0;
	while (size < bytes) {
		const { done, value } = await iterator.next();
		if (done) break;
		chunks.push(value);
		size += value.byteLength;
	}
	async function* whole(): AsyncGenerator<Uint8Array> {
		try {
			yield* chunks.splice(0);
			for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
		} finally {
			await iterator.return?.();
		}
	}
	return { head: Buffer.concat(chunks).subarray(0, bytes), whole: whole(), close: async () => void (await iterator.return?.()) };
}
