/**
 * How a line begins or holds a failure, the surest first: where Python begins to trace one back, alone or as one of
 * several processes or machines; else an exception by name. Rows that an engine prints may hold the words of the second, so it counts only
 * where there is none of the first. Written in what regular expressions of JavaScript and of PostgreSQL have in common.
 */
export const FAILURE_BEGINS = ['^(\\[node [0-9]+\\] )?(\\[rank[0-9]+\\]:? ?)?Traceback \\(most recent call last\\)', '(Error|Exception)(?![A-Za-z0-9_])'] as const;

/** Lines shown from where a log first tells of a failure. */
export const FAILURE_LINES = 50;
