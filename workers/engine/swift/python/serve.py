"""
ms-swift's own server, its key read from the environment: an argument would stand in the process list for every user of
the host, and in the server's log. Without one it does not start: everybody on the host could ask it.
"""

import os
import sys
from secrets import compare_digest

from batches import gathering
from engine_failures import end_if_lost, is_of_the_engine, pass_on_failures
from quiet_log import keep_words_out, told
from starlette.responses import JSONResponse
from swift.infer_engine import transformers_engine
from swift.pipelines.infer.deploy import SwiftDeploy

KEY = os.environ.pop('PLUMBLINE_SERVER_KEY', '')
if not KEY:
    sys.exit('The server has no key.')


class AsksForKey:
    """
    Lets a request in that has the key, or asks for what everybody may know. As a bare layer: through ms-swift's own one an
    answer that breaks off in the middle of its stream ends as if it were whole.
    """

    def __init__(self, app, free):
        self.app, self.free = app, free

    async def __call__(self, scope, receive, send):
        given = dict(scope.get('headers', ())).get(b'authorization', b'')
        if scope['type'] == 'http' and scope['path'] not in self.free and not compare_digest(given, f'Bearer {KEY}'.encode()):
            await JSONResponse({'error': {'message': 'API key error'}}, status_code=401)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class KeyedServer(SwiftDeploy):
    def _parse_args(self, args=None):
        parsed = super()._parse_args(args)
        # Where the port is taken ms-swift takes the next one without a word, and nobody would ask it there.
        asked = args[args.index('--port') + 1]
        if str(parsed.port) != asked:
            sys.exit(f'Port {asked} is taken.')
        return parsed

    def _install_auth_middleware(self):
        # Called by the constructor, after it has logged its arguments.
        self.args.api_key = KEY
        self.app.add_middleware(AsksForKey, free=self._AUTH_EXEMPT_PATHS)

    @staticmethod
    def create_error_response(status_code, message):
        # Called while it handles what an answer failed on: ms-swift blames the request for all of it.
        error = sys.exc_info()[1]
        if error is not None:
            end_if_lost(error)
            print(f'A request failed: {told(error)}', file=sys.stderr, flush=True)
            if is_of_the_engine(error):
                status_code, message = 500, 'The engine failed.'
        return SwiftDeploy.create_error_response(status_code, message)

    def run(self):
        pass_on_failures(self.infer_engine, transformers_engine)
        self.infer_engine._fetch_infer_requests = gathering(self.infer_engine)
        keep_words_out()
        super().run()


if __name__ == '__main__':
    KeyedServer(sys.argv[1:]).main()
