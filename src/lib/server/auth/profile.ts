/** Longest address that mail can carry (RFC 5321). */
const MAX_EMAIL = 254;
const MAX_NAME = 200;

function printable(text: string): boolean {
	return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** An email as it is stored: trimmed and composed. Null when it cannot be one; whether it exists only mail can tell. */
export function readEmail(text: string): string | null {
	const email = text.trim().normalize('NFC');
	return email.length <= MAX_EMAIL && printable(email) && /^[^@\s]+@[^@\s]+$/.test(email) ? email : null;
}

/** A person's name as it is stored. Null when it is none: names have no rules but that they can be shown. */
export function readName(text: string): string | null {
	const name = text.trim().normalize('NFC');
	return name !== '' && name.length <= MAX_NAME && printable(name) ? name : null;
}
