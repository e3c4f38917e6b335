/** Python's names for a connection that could not be made or was lost, by `requests`, `urllib3`, `httpx`, ModelScope's package and the standard library. Written at the beginning of a line: what a traceback quotes of a program is indented. */
const CONNECTION = /^[\w.]*(?:(?:Connect|Connection\w*|Timeout|Proxy|SSL\w*|Protocol|ChunkedEncoding|IncompleteBody|Network|NameResolution|MaxRetry|Read|Write|BrokenPipe|RateLimit|Server)Error|Timeout|IncompleteRead|RemoteDisconnected|gaierror)\b/m;

/** An answer that says “later”, as `requests` and `httpx` tell it. */
const LATER = /^[\w.]+: (?:(?:Client|Server) error ')?(?:429|5\d\d)\b/m;

/** Less came than was announced; and what the package for the hub's chunked storage, written in Rust, says of its connection. */
const BROKEN_OFF = /^\w+: (?:Consistency check failed|.*\b(?:Reqwest|Network) error:)/m;

/** ModelScope's codes for a time limit, its servers, the network and too many requests; it tells several files' failures by these alone. */
const MODELSCOPE = /\[E10(?:01|02|20|21)\]/;

/** Whether what a hub's package wrote before it ended says that the hub, or the way to it, was away: both may come back, and nothing else may. */
export const tellsHubAway = (stderr: string): boolean => [CONNECTION, LATER, BROKEN_OFF, MODELSCOPE].some((pattern) => pattern.test(stderr));
