import * as v from 'valibot';
import { DOCUMENT_TYPES, IMAGE_TYPES } from '../../../domain/artifact.ts';
import { Sha256Schema } from '../../../domain/message.ts';
import { slug, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';

const TYPES = [...IMAGE_TYPES, ...DOCUMENT_TYPES];

export const uploadArtifact = operation({
	id: 'uploadArtifact',
	method: 'POST',
	path: '/projects/{slug}/artifacts',
	summary: 'Bring an image (PNG, JPEG, WebP) or a document (PDF, Markdown, plain text) in, to be named by its hash in imported rows. What it is, its bytes say',
	access: 'import.create',
	params: slugParams,
	upload: [...TYPES, 'application/octet-stream'],
	answers: { 201: v.object({ sha256: Sha256Schema, mediaType: v.picklist(TYPES), bytes: v.number(), width: v.nullable(v.number()), height: v.nullable(v.number()) }) },
	problems: ['too_large', 'unsupported_format', 'gone']
});

export const readArtifact = operation({
	id: 'readArtifact',
	method: 'GET',
	path: '/projects/{slug}/artifacts/{sha256}',
	summary: 'An image or document, for who may see an item that holds it. Takes a byte range; 304 when If-None-Match names what is there',
	access: 'artifact.read',
	params: v.object({ slug, sha256: Sha256Schema }),
	answers: { 200: TYPES, 206: TYPES, 304: null },
	problems: ['gone']
});
