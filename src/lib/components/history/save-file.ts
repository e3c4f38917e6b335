/** Why a file could not be fetched, as the server says it; `not_ready` where it was not reached. */
export type NotSaved = { code: string; detail: string };

/**
 * Fetches a file and hands it to the browser's downloads under a name. Null: it is there.
 * A link would show a refusal in place of the page.
 */
export async function saveFile(address: string, name: string): Promise<NotSaved | null> {
	const answer = await fetch(address).catch(() => null);
	if (!answer?.ok) {
		const body = ((await answer?.json().catch(() => null)) ?? {}) as Partial<NotSaved>;
		return { code: body.code ?? 'not_ready', detail: body.detail ?? '' };
	}
	const file = await answer.blob().catch(() => null);
	if (file === null) return { code: 'not_ready', detail: '' };
	const link = document.createElement('a');
	link.href = URL.createObjectURL(file);
	link.download = name;
	link.click();
	// The browser reads it after the click is over.
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
	return null;
}
