import canonicalize from 'canonicalize';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * RFC 8785 text of a JSON value: the same value gives the same bytes on any
 * server. As in `JSON.stringify`, undefined members are left out.
 * @throws when the value has no JSON text (undefined, a function), holds NaN,
 * an infinity, a lone surrogate or a cycle: callers hash only what they built.
 */
export function canonicalJson(value: unknown): string {
	const text = canonicalize(value);
	if (text === undefined) throw new TypeError('canonicalJson: the value has no JSON form');
	return text;
}

/** SHA-256 of the text's UTF-8 bytes, 64 hex digits. A lone surrogate hashes as U+FFFD; refuse it before (message.ts). */
export function sha256Hex(text: string): string {
	return bytesToHex(sha256(utf8ToBytes(text)));
}

/** SHA-256 of a value's RFC 8785 text: its content hash. @throws as `canonicalJson` does. */
export function contentHash(value: unknown): string {
	return sha256Hex(canonicalJson(value));
}

/** HMAC-SHA-256 (RFC 2104) of UTF-8 key and text, 64 hex digits. */
export function hmacSha256Hex(key: string, text: string): string {
	return bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(text)));
}
