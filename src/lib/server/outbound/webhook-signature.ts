import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new secret for a webhook, as its receiver keeps it: `whsec_` and 24 random bytes in base64. */
export function newWebhookSecret(): string {
	return PREFIX + randomBytes(24).toString('base64');
}

/**
 * The headers by which a receiver knows that a delivery is ours, unchanged and
 * fresh (Standard Webhooks 1.0): `v1,` and the base64 of HMAC-SHA256 over
 * `id.timestamp.body`, keyed with the secret's bytes.
 * @param at seconds since 1970
 */
export function webhookHeaders(secret: string, { id, at, body }: { id: string; at: number; body: string }): Record<string, string> {
	const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
	const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
