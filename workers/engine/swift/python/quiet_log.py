"""
What fails while a server answers is told by its kind and place. The words of an error stay out of the log: they may quote
the request that met it.
"""

import logging
import sys
import threading
import traceback


def places(error):
    """Kind of an error and the lines it came through, innermost last; those of a group below it."""
    yield type(error).__name__
    for place in traceback.extract_tb(error.__traceback__):
        yield f'  {place.filename}:{place.lineno} in {place.name}'
    for inner in getattr(error, 'exceptions', ()):
        yield from places(inner)


def told(error):
    return '\n'.join(places(error))


def without_words(make):
    """A factory of log records that puts what can be told in place of an error, and of the message that came with it."""

    def record(name, level, path, line, message, args, exc_info, *more, **named):
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        if error is not None:
            message, args = told(error), ()
        return make(name, level, path, line, message, args, None, *more, **named)

    return record


def keep_words_out():
    """From now on, in this process: in whatever logger, and of threads that nobody waits for."""
    logging.setLogRecordFactory(without_words(logging.getLogRecordFactory()))
    threading.excepthook = lambda failed: print(told(failed.exc_value), file=sys.stderr, flush=True)
