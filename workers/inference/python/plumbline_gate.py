"""
What a vLLM of ours answers: what gateway and worker ask for, with the server's key, and nothing else. vLLM itself asks
for the key under /v1 and few paths more, while /invocations takes the same requests without one, and others, by release,
score, tokenize, pause the engine or change its weights. Alone in its folder, which is on vLLM's path for modules.
"""

import json
import os
import secrets

PATHS = frozenset({'/v1/models', '/v1/chat/completions', '/v1/completions'})
# Read when vLLM imports this: without a key it does not start.
BEARER = b'Bearer ' + os.environb[b'VLLM_API_KEY']


class Gate:
    """An ASGI middleware, outside of all others: vLLM adds it last."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope['type'] == 'websocket':
            await send({'type': 'websocket.close', 'code': 1008})
        elif scope['type'] == 'http' and scope['path'] not in PATHS:
            await refuse(send, 404, 'Not served here.')
        elif scope['type'] == 'http' and not has_key(scope['headers']):
            await refuse(send, 401, 'API key error')
        else:
            await self.app(scope, receive, send)


def has_key(headers):
    said = [value for name, value in headers if name == b'authorization']
    return len(said) == 1 and secrets.compare_digest(said[0], BEARER)


async def refuse(send, status, message):
    body = json.dumps({'error': {'message': message, 'code': status}}).encode()
    await send({'type': 'http.response.start', 'status': status, 'headers': [(b'content-type', b'application/json'), (b'content-length', str(len(body)).encode())]})
    await send({'type': 'http.response.body', 'body': body})
