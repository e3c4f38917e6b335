export type Toast = { id: number; text: string; tone: 'neutral' | 'ok' | 'bad'; action?: { label: string; run: () => void } };

let next = 1;
let toasts = $state<Toast[]>([]);

/** What is shown now. */
export function shown(): Toast[] {
	return toasts;
}

/** Says something in passing. What must not be missed belongs on the page itself. */
export function say(text: string, more: { tone?: Toast['tone']; action?: Toast['action']; seconds?: number } = {}): void {
	const id = next++;
	const toast: Toast = { id, text, tone: more.tone ?? 'neutral', ...(more.action ? { action: more.action } : {}) };
	toasts = [...toasts.slice(-2), toast];
	setTimeout(() => dismiss(id), (more.seconds ?? 6) * 1000);
}

/** Takes one away. */
export function dismiss(id: number): void {
	toasts = toasts.filter((toast) => toast.id !== id);
}
