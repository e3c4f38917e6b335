"""Asks a gateway with OpenAI's own client for Python, and prints what came as one line of JSON."""

import json
import sys

from openai import NotFoundError, OpenAI

base_url, key, model = sys.argv[1:4]
client = OpenAI(base_url=base_url, api_key=key, max_retries=2)
asked = [{"role": "system", "content": "Be careful."}, {"role": "user", "content": "May I sublet?"}]

whole = client.chat.completions.create(model=model, messages=asked, max_tokens=8, temperature=0, user="u-1")
pieces = list(client.chat.completions.create(model=model, messages=asked, max_tokens=8, temperature=0, stream=True, stream_options={"include_usage": True}))
plain = list(client.chat.completions.create(model=model, messages=asked, max_tokens=8, temperature=0, stream=True))
try:
    client.chat.completions.create(model="nobody/champion", messages=asked)
    refused = None
except NotFoundError as error:
    refused = error.code
print(
    json.dumps(
        {
            "models": model in [one.id for one in client.models.list()],
            "text": whole.choices[0].message.content,
            "model": whole.model,
            "counted": whole.usage.completion_tokens,
            "streamed": "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices),
            "streamed_counted": pieces[-1].usage.completion_tokens,
            "plain": "".join(piece.choices[0].delta.content or "" for piece in plain),
            "plain_usage": [piece.usage for piece in plain if piece.usage is not None],
            "refused": refused,
        }
    )
)
