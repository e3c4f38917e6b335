"""Finds names of people and organisations. One JSON line in ({"texts": [...]}), one out ({"spans": [[[kind, start, end], ...], ...]}); offsets count code points.

Chinese: jieba cuts the text into words with their part of speech; surnames, words
before and after names and endings of firms decide what is one. English: lists of
given names, titles, roles and endings. Where Microsoft Presidio and a model for it
are installed in this Python, its findings are added.
"""

import json
import re
import sys

import word_lists as w

HAN = "\u4e00-\u9fff"
ENDINGS = sorted(w.ORGANISATION, key=len, reverse=True)
AFTER = re.compile(rf"(?:{w.AFTER_NAME})")
BEFORE = re.compile(rf"(?:{w.BEFORE_NAME})(?:为|是|系|叫|名叫)?[：:、]?\s?$")
#: Parts of speech that a firm's name is made of: nouns, places, English, adjectives, verbs that are nouns, directions and shorthand.
IN_FIRM = re.compile(r"^(?:n|j|eng|b|a$|an|vn|v$|s|f|i|l|x$|z|t$|g|ag|nz|m$)")
STOPS = set("是在与和及或向由对从被将把给为以到至于按就让请经因如若即但而且并也都要会能应已未没不去来说称找到往叫做有无至该本贵我你他她其这那某各等的了着过之所其中位於于,，。；;：:、！？!?（(《“\"'’”》）) \n\t")
VERBS = {"起诉", "诉", "入职", "就职", "任职", "联系", "委托", "代表", "通知", "要求", "收购", "投资", "签订", "购买", "告", "控告", "收到", "欠", "位于", "前往", "加入", "离开", "拖欠", "借给", "借", "受雇", "担任", "成为", "询问", "咨询", "拒绝", "承诺", "支付", "转账", "汇款", "在职", "毕业", "就读", "住院", "办理", "开户", "入住", "代理", "聘请", "指派", "控股", "持有", "成立", "注册", "名为", "原", "系", "曾", "与"}


def is_person(word, flag):
    """Whether a word may be a Chinese name: a surname and one or two signs (compound surnames: two to four signs in all)."""
    if not re.fullmatch(f"[{HAN}]{{2,4}}", word):
        return False
    compound = word[:2] in w.COMPOUND_SURNAMES and len(word) in (3, 4)
    single = word[0] in w.SURNAMES and len(word) in (2, 3)
    given = word[2:] if compound else word[1:]
    return (compound or single) and not any(sign in w.NOT_GIVEN for sign in given)


def chinese(text):
    import jieba.posseg as posseg

    words = []
    at = 0
    for pair in posseg.cut(text, HMM=True):
        words.append((pair.word, pair.flag, at, at + len(pair.word)))
        at += len(pair.word)
    spans = list(firms(words)) + list(people(words, text))
    return spans


def people(words, text):
    for i, (word, flag, start, end) in enumerate(words):
        if not re.match(f"[{HAN}]", word):
            continue
        if word in w.NO_NAMES:
            continue
        before = BEFORE.search(text[max(0, start - 12):start]) is not None
        # A name that jieba knows for one, or that it cut to pieces: surname, then one or two signs.
        best = None
        if flag.startswith("nr") and is_person(word, flag):
            best = end
            # jieba's names have at most three signs and often stop after two.
            if len(word) == 2 and i + 1 < len(words):
                nxt = words[i + 1]
                if len(nxt[0]) == 1 and nxt[1] in ("nr", "ng", "n", "a", "g", "nz", "ag", "nrt", "j", "z", "zg", "vg", "tg", "v") and nxt[0] not in w.NOT_GIVEN and nxt[0] not in STOPS and re.match(f"[{HAN}]", nxt[0]) and nxt[1] not in ("v",):
                    best = nxt[3]
        elif word in w.SURNAMES or word in w.COMPOUND_SURNAMES or (before and len(word) in (2, 3) and is_person(word, flag) and flag[0] not in "vpcdrum"):
            stop = end
            if word in w.SURNAMES or word in w.COMPOUND_SURNAMES:
                signs = 0
                for nxt in words[i + 1:i + 3]:
                    if signs + len(nxt[0]) > 2 or not re.fullmatch(f"[{HAN}]+", nxt[0]) or any(s in w.NOT_GIVEN or s in STOPS for s in nxt[0]) or AFTER.match(nxt[0]) or nxt[1] in ("v", "p", "c", "d", "u", "r") and signs > 0:
                        break
                    signs += len(nxt[0])
                    stop = nxt[3]
                if signs == 0 or not (before or word in w.COMPOUND_SURNAMES or AFTER.match(text[stop:stop + 4])):
                    # A surname with a title: 王律师, 李女士.
                    if AFTER.match(text[end:end + 4]) and (start == 0 or not re.match(f"[{HAN}]", text[start - 1]) or before or text[start - 1] in STOPS):
                        yield ("person", start, end)
                    continue
            best = stop
        if best is not None:
            yield ("person", start, best)
        elif AFTER.match(text[start + 1:start + 5]) and word[0] in w.SURNAMES and word[1:] and AFTER.fullmatch(word[1:]):
            yield ("person", start, start + 1)


def firms(words):
    """Endings such as 有限公司, and before them what belongs to the name."""
    text = "".join(word for word, *_ in words)
    for match in re.finditer("|".join(map(re.escape, ENDINGS)), text):
        end = match.end()
        following = text[end:end + 4]
        if any(text[match.start():end + 6].startswith(ending) or following.startswith(ending) for ending in w.AUTHORITY):
            continue
        if re.match(r"(?:股份|有限|集团|支行|分行|分公司|法|法院|规定|条例|办法|合同)", following) and not following.startswith("合同纠纷"):
            continue
        start = match.start()
        for word, flag, begin, stop in reversed([one for one in words if one[2] < match.start()]):
            piece = text[begin:min(stop, match.start())]
            if piece in VERBS or (len(piece) == 1 and piece in STOPS) or not re.fullmatch(rf"[{HAN}A-Za-z0-9·（）()]+", piece) or not IN_FIRM.match(flag) and piece not in "（）()":
                break
            if match.start() - begin > 24:
                break
            start = begin
        # Who the firm is in the case, said right before its name, is not part of it.
        while (role := re.match(rf"(?:{w.BEFORE_NAME}|开户行|收款行|付款行|甲方|乙方|丙方)", text[start:match.start()])) and start + role.end() < match.start():
            start += role.end()
        name = text[start:match.start()].strip("（()）")
        while start < match.start() and text[start] in "（()）":
            start += 1
        if len(name) < 2 or all(sign in w.GENERIC for sign in name) or text[start:end].endswith(w.AUTHORITY) or name in ("人民", "中国人民"):
            continue
        yield ("organisation", start, end)


CAPITAL = r"(?:[A-Z]['’])?[A-Z][a-zà-ÿ]+(?:[-'’][A-Z][a-zà-ÿ]+)*"
TITLED = re.compile(rf"\b(?:{w.TITLES})\.?\s+((?:{CAPITAL}|[A-Z]\.)(?:\s+(?:(?:van|von|de|da|di|al|bin|del|la)\s+)?(?:{CAPITAL}|[A-Z]\.)){{0,2}})")
FULL = re.compile(r"\b(" + "|".join(sorted(w.GIVEN_NAMES)) + rf")((?:\s+[A-Z]\.)?(?:\s+(?:van|von|de|da|di|al|bin|del|la))?\s+{CAPITAL}(?:\s+{CAPITAL})?)")
PINYIN = re.compile(r"\b(" + "|".join(sorted(w.PINYIN_SURNAMES)) + r")\s+([A-Z][a-z]{1,6}(?:-?[a-z]{2,6})?)\b(?!\s+(?:Street|Road|Province|City|District|County|Bank|Group|River|Ltd|Company))")
ROLE = re.compile(rf"\b(?i:{w.ROLES})[,:]?\s+({CAPITAL}\s+{CAPITAL})\b")
FIRM = re.compile(rf"\b((?:[A-Z][\w&'’-]*)(?:\s+(?:[A-Z][\w&'’-]*|&|and)){{0,6}},?\s+(?:{w.ORGANISATION_ENDINGS}))(?![\w])(?:\s+(?:{w.ORGANISATION_ENDINGS})(?!\w))*")


def english(text):
    spans = []
    for match in FIRM.finditer(text):
        start, end = match.span()
        # A sentence's first word, or an "and" before the name, is not part of it.
        while True:
            first = re.match(r"(\S+)\s+", text[start:end])
            if not first or first.group(1) not in w.NOT_A_NAME and first.group(1) not in ("and", "of", "the", "&"):
                break
            start += first.end()
        inner = text[start:end].split()
        if len(inner) >= 2 and not any(word in ("Court", "Central", "Reserve") for word in inner) and inner[0] not in ("Limited", "Company", "Bank"):
            spans.append(("organisation", start, end))
    inside = lambda start: any(s <= start < e for kind, s, e in spans if kind == "organisation")
    for pattern in (TITLED, ROLE):
        for match in pattern.finditer(text):
            name = match.group(1)
            if name.split()[0] not in w.NOT_A_NAME and name.split()[-1] not in w.NOT_A_NAME and not inside(match.start(1)):
                spans.append(("person", match.start(1), match.end(1)))
    for match in FULL.finditer(text):
        rest = match.group(2)
        if inside(match.start()):
            continue
        words = rest.split()
        while words and words[-1] in w.NOT_A_NAME:
            words.pop()
        if words:
            tail = re.match(r"\s+" + r"\s+".join(map(re.escape, words)), rest)
            spans.append(("person", match.start(), match.end(1) + (tail.end() if tail else 0)))
    for match in PINYIN.finditer(text):
        if match.group(2) not in w.NOT_A_NAME and not inside(match.start()):
            spans.append(("person", match.start(), match.end()))
    return spans


def presidio():
    """Presidio's analyzer where it and a spaCy model are installed; None otherwise. Nothing is fetched."""
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider
    except ImportError:
        return None
    for model in ("en_core_web_lg", "en_core_web_md", "en_core_web_sm"):
        if spacy.util.is_package(model):
            engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}).create_engine()
            return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    return None


def find(text, analyzer):
    spans = []
    if re.search(f"[{HAN}]", text):
        spans += chinese(text)
    if re.search(r"[A-Z][a-z]", text):
        spans += english(text)
    if analyzer is not None:
        kinds = {"PERSON": "person", "ORGANIZATION": "organisation"}
        spans += [(kinds[one.entity_type], one.start, one.end) for one in analyzer.analyze(text=text, language="en", entities=list(kinds)) if one.entity_type in kinds]
    return spans


def main():
    import jieba
    import logging

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    analyzer = presidio()
    print(json.dumps({"ready": True, "presidio": analyzer is not None}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        print(json.dumps({"spans": [find(text, analyzer) for text in texts]}), flush=True)


if __name__ == "__main__":
    main()
