"""
What becomes of a request that the engine fails on: it alone fails, whoever waits is told, and a process whose GPU takes
nothing more ends, so that another is started.
"""

import os
import sys

from quiet_log import told


def hearing_errors(tokens):
    """A stream of tokens that raises the error that ended them: ms-swift's own waits for good where generating failed."""

    class Stream(tokens):
        def __next__(self):
            value = super().__next__()
            if isinstance(value, Exception):
                raise value
            return value

    return Stream


def is_of_the_engine(error):
    """Whether the engine failed, memory included, and not the request: torch says so by this kind."""
    return isinstance(error, (RuntimeError, MemoryError))


def end_if_lost(error):
    """After an error of CUDA itself (not: too little memory) the process computes nothing more."""
    if isinstance(error, RuntimeError) and 'CUDA error' in str(error):
        print(told(error), file=sys.stderr, flush=True)
        os._exit(1)


def one_by_one(infer, requests, **how):
    """What each of these requests comes to by itself: steps of as many places, empty but for the one whose turn it is."""
    for i, request in enumerate(requests):
        empty = [None] * len(requests)
        try:
            answers = infer([request], **how)
            for [answer] in answers if how['request_config'].stream else [answers]:
                yield [*empty[:i], answer, *empty[i + 1 :]]
        except Exception as error:
            end_if_lost(error)
            yield [*empty[:i], error, *empty[i + 1 :]]


def apart_where_they_fail(infer):
    """ms-swift computes several requests at once, and where it can't they all fail: then each is tried alone."""

    def infer_or_part(infer_requests, **how):
        try:
            return infer(infer_requests, **how)
        except Exception as error:
            end_if_lost(error)
            if len(infer_requests) == 1:
                raise
        steps = one_by_one(infer, infer_requests, **how)
        return steps if how['request_config'].stream else [next(filter(None, turn)) for turn in steps]

    return infer_or_part


def telling_stream(generate):
    """Generating that tells a stream what it failed on: it runs in a thread of its own, whose errors nobody hears."""

    def generate_or_tell(model, *args, **named):
        try:
            return generate(model, *args, **named)
        except Exception as error:
            end_if_lost(error)
            streamer = named.get('streamer')
            if streamer is None:
                raise
            streamer.put(error)

    return generate_or_tell


def pass_on_failures(engine, module):
    """Changes ms-swift's engine, and the module that it is of, so that it does as said above."""
    module.TokensIteratorStreamer = hearing_errors(module.TokensIteratorStreamer)
    engine._infer = apart_where_they_fail(engine._infer)
    engine.template.generate = telling_stream(engine.template.generate)
