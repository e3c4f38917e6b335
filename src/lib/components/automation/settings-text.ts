/** Reads lines such as `maxSteps 200` or `beta = 0.1` into settings of a recipe. A value that is no number, switch or null stays a word. */
export function parseSettings(text: string): Record<string, unknown> {
	const given: Record<string, unknown> = {};
	for (const line of text.split('\n')) {
		const [, name, value] = /^\s*([^\s=]+)\s*=?\s*(.*?)\s*$/u.exec(line) ?? [];
		if (!name || value === undefined) continue;
		try {
			given[name] = JSON.parse(value) as unknown;
		} catch {
			given[name] = value;
		}
	}
	return given;
}

/** The same as lines. */
export function settingsText(settings: Record<string, unknown>): string {
	return Object.entries(settings).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n');
}
