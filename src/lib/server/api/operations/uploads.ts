import * as v from 'valibot';
import { idParams, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'a whole number of bytes'), v.transform(Number));
/** tus 1.0.0: https://tus.io/protocols/resumable-upload */
const speaks = { 'tus-resumable': v.literal('1.0.0', 'Tus-Resumable: 1.0.0 is what this server speaks') };

export const createUpload = operation({
	id: 'createUpload',
	method: 'POST',
	path: '/projects/{slug}/uploads',
	summary: 'Begin an upload in pieces (tus 1.0.0) of a file that is to be imported; Location says where its pieces go. Metadata: filename, and modified to find it again',
	access: 'import.create',
	params: slugParams,
	headers: v.object({ ...speaks, 'upload-length': wholeNumber, 'upload-metadata': v.optional(v.pipe(v.string(), v.maxLength(4000))) }),
	answers: { 201: null },
	problems: ['conflict', 'too_large', 'unsupported_format', 'not_ready']
});

export const listUploads = operation({
	id: 'listUploads',
	method: 'GET',
	path: '/projects/{slug}/uploads',
	summary: 'One’s own uploads that are not brought in yet: how much of each has arrived, and the import that read it last. With fileName, bytes and modified those of one file',
	access: 'import.create',
	params: slugParams,
	query: v.object({ fileName: v.optional(v.pipe(v.string(), v.maxLength(300))), bytes: v.optional(wholeNumber), modified: v.optional(v.pipe(v.string(), v.maxLength(40))) }),
	answers: { 200: v.object({ uploads: v.array(v.object({ id: v.string(), fileName: v.nullable(v.string()), bytes: v.number(), totalBytes: v.number(), import: v.nullable(v.object({ id: v.string(), status: v.string() })), createdAt: v.string(), expiresAt: v.string() })) }) }
});

export const askUpload = operation({
	id: 'askUpload',
	method: 'HEAD',
	path: '/uploads/{id}',
	summary: 'How much of an upload has arrived: Upload-Offset and Upload-Length',
	access: 'import.create',
	params: idParams,
	headers: v.object(speaks),
	answers: { 200: null },
	problems: ['not_ready']
});

export const sendPiece = operation({
	id: 'sendPiece',
	method: 'PATCH',
	path: '/uploads/{id}',
	summary: 'Send on from where an upload is. What arrives stays, also where the line breaks',
	access: 'import.create',
	params: idParams,
	headers: v.object({ ...speaks, 'upload-offset': wholeNumber, 'content-type': v.literal('application/offset+octet-stream', 'Content-Type: application/offset+octet-stream') }),
	upload: ['application/offset+octet-stream'],
	answers: { 204: null },
	problems: ['conflict', 'too_large', 'unsupported_format', 'not_ready']
});

export const discardUpload = operation({
	id: 'discardUpload',
	method: 'DELETE',
	path: '/uploads/{id}',
	summary: 'Let an upload go, and what of it has arrived; not while it is being read (409 with the import’s id)',
	access: 'import.create',
	params: idParams,
	headers: v.object(speaks),
	answers: { 204: null },
	problems: ['conflict', 'not_ready']
});
