/** The README.md of a Hugging Face `datasets` folder: the card's YAML says which file is which split (huggingface.co/docs/hub/datasets-manual-configuration). The configuration’s name tells snapshots apart: `datasets` would take the cached rows of another folder of the same name. */
export function hfCard(card: { objective: string; sha256: string; files: readonly { split: string; path: string; rows: number }[] }): string {
	const files = card.files.map(({ split, path }) => `      - split: ${split}\n        path: ${path}\n`).join('');
	const rows = card.files.map(({ split, rows: n }) => `- ${split}: ${n} rows\n`).join('');
	return `---\nconfigs:\n  - config_name: ${card.objective}-${card.sha256.slice(0, 12)}\n    data_files:\n${files}---\n\n# ${card.objective.toUpperCase()} snapshot\n\nManifest SHA-256: \`${card.sha256}\`\n\n${rows}\nRows are in TRL’s conversational form.\n`;
}
