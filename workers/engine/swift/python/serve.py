"""
ms-swift's own server, its key read from the environment: an argument would stand in the process list for every user of
the host, and in the server's log. An empty key: everybody on the host may ask it.
"""

import os
import sys

from batches import gathering
from engine_failures import end_if_lost, is_of_the_engine, pass_on_failures
from quiet_log import keep_words_out, told
from swift.infer_engine import transformers_engine
from swift.pipelines.infer.deploy import SwiftDeploy

KEY = os.environ.pop('PLUMBLINE_SERVER_KEY')


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
        super()._install_auth_middleware()

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
