/** How the answers are shown: set like documents, as written, or with what only one of them has. */
export type AnswerMode = 'set' | 'raw' | 'difference';

const SETTING = 'plumbline:answers';

/** The choice of one tab, kept as long as the tab: another day begins with reading. */
export class AnswerView {
	mode = $state<AnswerMode>('set');

	get raw(): boolean {
		return this.mode === 'raw';
	}

	get difference(): boolean {
		return this.mode === 'difference';
	}

	/** Takes up what was chosen before a reload. */
	recall(): void {
		const kept = sessionStorage.getItem(SETTING);
		if (kept === 'raw' || kept === 'difference') this.mode = kept;
	}

	/** Into a view, or out of it; the two exclude each other. */
	toggle(mode: 'raw' | 'difference'): void {
		this.mode = this.mode === mode ? 'set' : mode;
		sessionStorage.setItem(SETTING, this.mode);
	}
}
