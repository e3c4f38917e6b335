"""
Batches that fill. ms-swift computes what waits for it, up to a batch: of a client that sends its next questions as the
answers to the last ones come it would compute the first alone, and keep the others waiting for a whole answer.
"""

import time

# What comes together comes within so long; a question alone waits no longer.
APART_SECONDS = 0.1


def gathering(engine, sleep=time.sleep):
    """How ms-swift's engine fetches what to compute, but waits while more comes in and a batch is not full."""
    fetch = engine._fetch_infer_requests

    def fetch_gathered():
        waiting = 0
        while waiting < engine._queue.qsize() < engine.max_batch_size:
            waiting = engine._queue.qsize()
            sleep(APART_SECONDS)
        return fetch()

    return fetch_gathered
