/** A failure as OpenAI's clients read it: they retry 429 and 5xx by themselves, and show the message. */
export type GatewayProblem = {
	status: number;
	/** OpenAI's kind: `invalid_request_error`, `authentication_error`, `rate_limit_error`, `server_error`. */
	type: string;
	/** Stable; programs go by it, and the record keeps it. */
	code: string;
	message: string;
	param?: string;
	/** Seconds after which it is worth trying again. */
	retryAfter?: number;
};

export const invalid = (code: string, message: string, param?: string): GatewayProblem => ({ status: 400, type: 'invalid_request_error', code, message, ...(param ? { param } : {}) });

export const unknownModel = (model: string): GatewayProblem => ({ status: 404, type: 'invalid_request_error', code: 'model_not_found', param: 'model', message: `There is no model “${model.slice(0, 200)}” for this key. GET /v1/models lists those there are.` });

/** Of a server that did not answer as it should: what is told to who asked, and whether another one may do better. */
export const serverTrouble = (code: string, message: string, status = 502): GatewayProblem => ({ status, type: 'server_error', code, message });

/** The body of a failure. */
export function problemBody({ message, type, code, param }: GatewayProblem): { error: { message: string; type: string; param: string | null; code: string } } {
	return { error: { message, type, param: param ?? null, code } };
}
