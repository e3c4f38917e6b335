"""
ms-swift's own server, its key read from the environment: an argument would stand in the process list for every user of
the host, and in the server's log.
"""

import os
import sys

from swift.pipelines.infer.deploy import SwiftDeploy

KEY = os.environ.pop('PLUMBLINE_SERVER_KEY')


class KeyedServer(SwiftDeploy):
    def _install_auth_middleware(self):
        # Called by the constructor, after it has logged its arguments.
        self.args.api_key = KEY
        super()._install_auth_middleware()


if __name__ == '__main__':
    KeyedServer(sys.argv[1:]).main()
