"""ms-swift's own server, its key read from the environment: an argument would stand in the process list for every user of the host."""

import os
import sys

from swift.pipelines import deploy_main

if __name__ == '__main__':
    deploy_main([*sys.argv[1:], '--api_key', os.environ.pop('PLUMBLINE_SERVER_KEY')])
