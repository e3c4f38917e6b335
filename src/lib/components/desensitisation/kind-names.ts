import type { Action, Kind } from '#lib/domain/desensitisation/kind.ts';
import * as m from '#lib/paraglide/messages.js';

const KINDS: Record<Kind, () => string> = {
	id_card: m.mask_kind_id_card,
	bank_card: m.mask_kind_bank_card,
	iban: m.mask_kind_iban,
	phone: m.mask_kind_phone,
	email: m.mask_kind_email,
	passport: m.mask_kind_passport,
	plate: m.mask_kind_plate,
	url_secret: m.mask_kind_url_secret,
	ip: m.mask_kind_ip,
	amount: m.mask_kind_amount,
	person: m.mask_kind_person,
	organisation: m.mask_kind_organisation,
	word: m.mask_kind_word,
	pattern: m.mask_kind_pattern
};
const ACTIONS: Record<Action, () => string> = { off: m.mask_action_off, flag: m.mask_action_flag, mask: m.mask_action_mask, placeholder: m.mask_action_placeholder };
const DONE: Record<Action, () => string> = { off: m.mask_done_off, flag: m.mask_done_flag, mask: m.mask_done_mask, placeholder: m.mask_done_placeholder };

/** A kind of sensitive text, in the reader's language. */
export function kindName(kind: Kind): string {
	return KINDS[kind]();
}

/** What is to be done about a kind, in the reader's language. */
export function actionName(action: Action): string {
	return ACTIONS[action]();
}

/** What was done about a finding, in the reader's language. */
export function doneName(action: Action): string {
	return DONE[action]();
}
