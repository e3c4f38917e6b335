import { expect, it } from 'vitest';
import { newWebhookSecret, webhookHeaders } from './webhook-signature.ts';

it('signs as the specification’s example does', () => {
	const headers = webhookHeaders('whsec_plJ3nmyCDGBKInavdOK15jsl', { id: 'msg_loFOjxBNrRLzqYUf', at: 1_731_705_121, body: '{"event_type":"ping","data":{"success":true}}' });
	expect(headers).toEqual({ 'webhook-id': 'msg_loFOjxBNrRLzqYUf', 'webhook-timestamp': '1731705121', 'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=' });
});

it('makes a new secret each time', () => {
	const [one, other] = [newWebhookSecret(), newWebhookSecret()];
	expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/u);
	expect(one).not.toBe(other);
});
