import { isDocumentType, isImageType } from './artifact.ts';

/** A row of an import file as it was written. */
type Fields = Record<string, unknown>;

/** An image or document that a row names, and where. */
export type NamedArtifact = { field: string; sha256: string; kind: 'image' | 'document' };

type Wrong = { ok: false; error: { field: string; message: string } };
type Placed = { ok: true; fields: Fields } | Wrong;

const wrong = (field: string, message: string): Wrong => ({ ok: false, error: { field, message } });
const isObject = (value: unknown): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value);

const HASH = /^(?:artifact:)?([0-9a-f]{64})$/;
const LISTS = [
	{ list: 'images', kind: 'image', mark: '<image>' },
	{ list: 'documents', kind: 'document', mark: '<document>' }
] as const;
type Lists = (typeof LISTS)[number];

/** Images or documents listed beside the messages, as parts: each a hash, or an object with it and its words. */
function listed(fields: Fields, { list, kind }: Lists): { ok: true; parts: Fields[] | null } | Wrong {
	const given = fields[list];
	if (given === undefined || given === null || given === '') return { ok: true, parts: null };
	if (!Array.isArray(given)) return wrong(list, 'must be a list of hashes as the upload of artifacts gave them');
	const parts: Fields[] = [];
	for (const [index, item] of given.entries()) {
		const hash = HASH.exec(String(isObject(item) ? item['artifact'] : item))?.[1];
		if (hash === undefined) return wrong(`${list}[${index}]`, 'must be the SHA-256 that the upload of the artifact gave: 64 lower-case hex digits');
		const words = kind === 'image' ? 'alt' : 'title';
		const text = isObject(item) ? item[words] : undefined;
		parts.push({ type: kind, artifact: hash, ...(text === undefined ? {} : { [words]: text }) });
	}
	return { ok: true, parts };
}

/** Texts of messages in order, each handed through `change`. */
function eachText(messages: unknown, change: (text: string) => unknown[] | string): unknown {
	if (typeof messages === 'string') {
		const changed = change(messages);
		return typeof changed === 'string' ? changed : [{ role: 'user', content: changed }];
	}
	if (isObject(messages)) return eachMessage(messages, change);
	return Array.isArray(messages) ? messages.map((message) => (isObject(message) ? eachMessage(message, change) : message)) : messages;
}

function eachMessage(message: Fields, change: (text: string) => unknown[] | string): Fields {
	const { content } = message;
	if (typeof content === 'string') return { ...message, content: change(content) };
	if (!Array.isArray(content)) return message;
	return {
		...message,
		content: content.flatMap((part: unknown) => {
			if (!isObject(part) || part['type'] !== 'text' || typeof part['text'] !== 'string') return [part];
			const changed = change(part['text']);
			return typeof changed === 'string' ? [part] : changed;
		})
	};
}

function marksIn(messages: unknown, mark: string): number {
	let count = 0;
	eachText(messages, (text) => {
		count += text.split(mark).length - 1;
		return text;
	});
	return count;
}

/** The parts in the places of their marks, in order; the text around a mark without the line breaks that only set it apart. */
function place(messages: unknown, mark: string, parts: readonly Fields[]): unknown {
	let next = 0;
	return eachText(messages, (text) => {
		if (!text.includes(mark)) return text;
		return text.split(mark).flatMap((piece, index) => {
			const words = piece.replace(/^\n+|\n+$/gu, '');
			return [...(index > 0 ? [parts[next++]] : []), ...(words.trim() === '' ? [] : [{ type: 'text', text: words }])];
		});
	});
}

/** Documents that no mark places, before what the person who asks says first. */
function atTheBeginning(messages: unknown, parts: readonly Fields[]): unknown {
	if (typeof messages === 'string') return [{ role: 'user', content: [...parts, { type: 'text', text: messages }] }];
	if (isObject(messages)) return { ...messages, content: before(messages['content'], parts) };
	if (!Array.isArray(messages)) return messages;
	const first = messages.findIndex((message) => isObject(message) && message['role'] === 'user');
	return messages.map((message: unknown, index) => (index === first && isObject(message) ? { ...message, content: before(message['content'], parts) } : message));
}

function before(content: unknown, parts: readonly Fields[]): unknown {
	return [...parts, ...(Array.isArray(content) ? (content as unknown[]) : [{ type: 'text', text: content }])];
}

/**
 * A row with the images and documents that it lists beside its messages
 * (ms-swift's `images` with `<image>` in the texts, `documents` likewise) put
 * into the messages as parts, in order. Documents without a mark open the first
 * question. A row that lists none is given back as it is: a mark in it is text.
 */
export function placeParts(fields: Fields): Placed {
	let placed = fields;
	for (const kind of LISTS) {
		const { list, mark } = kind;
		const read = listed(fields, kind);
		if (!read.ok) return read;
		const { parts } = read;
		if (parts === null) continue;
		const asked = ['messages', 'prompt'].find((name) => placed[name] !== undefined && placed[name] !== null);
		const holders = asked ? [asked] : ['chosen', 'rejected'];
		// Answers that repeat the whole conversation repeat its images too.
		const repeating = asked ? ['chosen', 'rejected'].filter((name) => Array.isArray(placed[name]) && parts.length > 0 && marksIn(placed[name], mark) === parts.length) : [];
		for (const name of [...holders, ...repeating]) {
			const marks = marksIn(placed[name], mark);
			const loose = list === 'documents' && marks === 0;
			if (marks !== parts.length && !loose) return wrong(list, `${parts.length} here, but ${marks} “${mark}” in “${name}”: one for each, in order`);
			if (parts.length > 0) placed = { ...placed, [name]: loose ? atTheBeginning(placed[name], parts) : place(placed[name], mark, parts) };
		}
		placed = { ...placed, [list]: undefined };
	}
	return { ok: true, fields: placed };
}

/** Every image and document that a row names as it was written, with its field. */
export function namedArtifacts(value: unknown): NamedArtifact[] {
	const named: NamedArtifact[] = [];
	const walk = (item: unknown, field: string): void => {
		if (Array.isArray(item)) return item.forEach((one, index) => walk(one, `${field}[${index}]`));
		if (!isObject(item)) return;
		const { type, artifact } = item;
		if ((type === 'image' || type === 'document') && typeof artifact === 'string') named.push({ field: `${field}.artifact`, sha256: artifact, kind: type });
		for (const [name, inner] of Object.entries(item)) if (typeof inner === 'object') walk(inner, field === '' ? name : `${field}.${name}`);
	};
	if (!isObject(value)) return named;
	for (const kind of LISTS) {
		const read = listed(value, kind);
		if (read.ok) read.parts?.forEach((part, index) => named.push({ field: `${kind.list}[${index}]`, sha256: String(part['artifact']), kind: kind.kind }));
	}
	for (const name of ['messages', 'prompt', 'responses', 'chosen', 'rejected', 'completion']) walk(value[name], name);
	return named;
}

/** What is wrong with an image or document that a row names, given what the project has; null: nothing. */
export function artifactError({ field, sha256, kind }: NamedArtifact, known: ReadonlyMap<string, string>): { field: string; message: string } | null {
	const type = known.get(sha256);
	if (type === undefined) return { field, message: `the project has no ${kind} ${sha256}; upload it first` };
	if (kind === 'image' ? isImageType(type) : isDocumentType(type)) return null;
	return { field, message: `${sha256} is ${type}, no ${kind}` };
}
