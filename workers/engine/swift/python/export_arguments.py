"""Reads an export's arguments with ms-swift's own parser, without making anything.

Usage: export_arguments.py ARGUMENT...; prints one JSON line: {"unknown": [...], "message": null or why they are none}.
The parser completes beginnings of names: an argument counts as known only by its whole name.
"""

import json
import sys


def main():
    from swift.arguments import ExportArguments
    from transformers import HfArgumentParser

    parser = HfArgumentParser([ExportArguments])
    names = {option for action in parser._actions for option in action.option_strings}
    unknown = [word for word in sys.argv[1:] if word.startswith("--") and word not in names]
    message = None

    # A wrong value shall be told, not printed as usage before an exit.
    def refuse(text):
        raise ValueError(text)

    parser.error = refuse
    try:
        left = parser.parse_known_args(sys.argv[1:])[1]
        unknown += [word for word in left if word not in unknown]
    except ValueError as error:
        message = str(error)
    print(json.dumps({"unknown": unknown, "message": message}))


if __name__ == "__main__":
    main()
