"""Says how alike texts are. A JSON line in, a JSON line out:

{"sketch": [[scope, text], ...]} gives {"bands": [["hash", ...], ...]}: texts of one scope that share
a hash are candidates (MinHash, banded); a text without words has none.
{"compare": {"texts": [...], "pairs": [[i, j], ...]}} gives {"likeness": [[estimate, jaccard], ...]}: what
the signatures say, and what the shingles say exactly.

A text is NFKC, case folded, letters and digits alone. Its shingles are windows of five signs, of two
where the first is Han, kana or Hangul: a Chinese word has about two signs, a Latin one about five.
"""

import hashlib
import json
import re
import sys
import unicodedata

from rensa import RMinHash

PERMUTATIONS, SEED = 128, 20261128
#: 25 bands of 5: of pairs that are alike by 0.7, 99 of 100 share one, by 0.6 87, by 0.3 6, by 0.12 (two long texts of one field) 1 of 1,600.
BANDS, ROWS = 25, 5
#: Said with every signature and part of its hashes; whoever changes anything here, or of how many a band is kept
#: (FULL_BAND in src/lib/domain/near-duplicates.ts), gives it another name: all are then made anew, none is compared with older ones.
ALGORITHM = f"minhash-1.{RMinHash.ALGORITHM_VERSION}, 50 a band"

NO_WORD = re.compile(r"[\W_]+")
WIDE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af]")


def shingles(text):
    text = NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    sizes = [2 if WIDE.match(sign) else 5 for sign in text]
    found = {text[at:at + size] for at, size in enumerate(sizes) if at + size <= len(text)}
    return found or ({text} if text else set())


def signature(found):
    minhash = RMinHash(PERMUTATIONS, SEED)
    minhash.update(sorted(found))
    return minhash


def bands(scope, text):
    found = shingles(text)
    if not found:
        return []
    digest = signature(found).digest()
    hashes = []
    for band in range(BANDS):
        said = json.dumps([ALGORITHM, scope, band, digest[band * ROWS:(band + 1) * ROWS]])
        hashes.append(str(int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), signed=True)))
    return hashes


def compare(texts, pairs):
    found = [shingles(text) for text in texts]
    signatures = [signature(one) for one in found]
    return [[signatures[i].jaccard(signatures[j]), len(found[i] & found[j]) / (len(found[i] | found[j]) or 1)] for i, j in pairs]


def main():
    print(json.dumps({"algorithm": ALGORITHM}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "sketch" in asked:
            answer = {"bands": [bands(scope, text) for scope, text in asked["sketch"]]}
        else:
            answer = {"likeness": compare(asked["compare"]["texts"], asked["compare"]["pairs"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
