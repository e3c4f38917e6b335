/** Verdicts to choose from, as they were shown. */
export const VERDICTS = ['left', 'right', 'tie', 'both_bad', 'good', 'bad', 'cannot_judge'] as const;

/** What of the history is looked at, as the address says it. */
export type HistoryFilter = { search: string; verdict: string; round: number | null; rationale: boolean; bookmarked: boolean };

/** The filter an address asks for; what it does not know is left out. */
export function filterOf(query: URLSearchParams): HistoryFilter {
	const verdict = query.get('verdict') ?? '';
	const round = query.get('round') ?? '';
	return {
		search: (query.get('search') ?? '').slice(0, 200).replaceAll('\0', '').toWellFormed(),
		verdict: (VERDICTS as readonly string[]).includes(verdict) ? verdict : '',
		round: /^[1-9]\d{0,8}$/u.test(round) ? Number(round) : null,
		rationale: query.get('rationale') === 'true',
		bookmarked: query.get('bookmarked') === 'true'
	};
}

/** Whether anything is left out. */
export function isFiltered(filter: HistoryFilter): boolean {
	return filter.search.trim() !== '' || filter.verdict !== '' || filter.round !== null || filter.rationale || filter.bookmarked;
}
