"""Evidence of another form: what one verifier refuses, fails or cannot judge, so does the other."""

import copy
import json
import random
import zipfile

import pytest

from studio.both import REFUSED, read_by_script, read_by_sdk, states
from studio.scene import BANNER, made

PLACES = 12
"""Of each class of mutation so many places are tried; which, its name decides."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Evidence that shows all, with open fields, and evidence with erased steps and parents."""
    folder = tmp_path_factory.mktemp("malformed")
    with made(folder) as scene:
        studio = scene.studio
        opened = (None, scene.certificate.disclose("/details/file"))
        whole = studio.pack(scene.banner, folder / "whole.zip", disclosures=[opened])
        remix, _ = scene.make("remix", b"a remix", parents=[scene.final.id])
        studio.flush(wait="latest")
        hide = ["/steps[1]", "/details/file"]
        erased = studio.pack(remix, folder / "erased.zip", hide=hide, with_file=False)
        return {"whole": evidence_in(whole), "erased": evidence_in(erased)}


def evidence_in(bundle):
    with zipfile.ZipFile(bundle) as archive:
        return json.loads(archive.read("evidence.json"))


def judged(path, text, document):
    """What the SDK and the script say of a bundle with this text as its evidence."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("evidence.json", text)
        archive.writestr("file/banner.png", BANNER)
    blocks = [event["log"]["blockHash"] for event in document["events"]]
    return states(read_by_sdk(path, blocks)), states(read_by_script(path, blocks))


def places(value, path=()):
    """The path of keys to each value of a document."""
    yield path
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from places(item, (*path, key))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def nested(_):
    value = []
    for _ in range(70):
        value = [value]
    return value


def is_hex(value):
    return isinstance(value, str) and value.startswith("0x")


def is_number(value):
    return isinstance(value, str) and value.isdecimal()


def is_list(value):
    return isinstance(value, list)


def is_object(value):
    return isinstance(value, dict)


def is_any(_):
    return True


# name: what it is done to, what is there instead
CLASSES = {
    "null": (is_any, lambda _: None),
    "boolean": (is_any, lambda _: True),
    "number": (is_any, lambda _: 7),
    "fraction": (is_any, lambda _: 1.5),
    "unsafe number": (is_any, lambda _: 2**53),
    "huge number": (is_any, lambda _: 10**600),
    "empty text": (is_any, lambda _: ""),
    "other text": (is_any, lambda _: "x"),
    "text of two forms": (is_any, lambda _: "e\u0301"),
    "half a character": (is_any, lambda _: "\ud800"),
    "empty list": (is_any, lambda _: []),
    "empty object": (is_any, lambda _: {}),
    "deep list": (is_any, nested),
    "truncated hex": (is_hex, lambda text: text[:-1]),
    "shorter hex": (is_hex, lambda text: text[:-2]),
    "longer hex": (is_hex, lambda text: text + "00"),
    "upper-case hex": (is_hex, lambda text: "0x" + text[2:].upper()),
    "lower-case hex": (is_hex, lambda text: text.lower()),
    "upper-case prefix": (is_hex, lambda text: "0X" + text[2:]),
    "hex with a blank": (is_hex, lambda text: text[:4] + " " + text[4:]),
    "hex with a line's end": (is_hex, lambda text: text + "\n"),
    "another digit": (is_hex, lambda text: text[:-1] + ("1" if text[-1] == "0" else "0")),
    "leading zero": (is_number, lambda text: "0" + text),
    "sign": (is_number, lambda text: "+" + text),
    "foreign digits": (is_number, lambda text: "".join(chr(0x660 + int(one)) for one in text)),
    "out of range": (is_number, lambda _: str(2**256)),
    "longer list": (is_list, lambda items: [*items, "0x" + "ab" * 32]),
    "last item twice": (is_list, lambda items: items + items[-1:]),
    "shorter list": (is_list, lambda items: items[:-1]),
    "reversed list": (is_list, lambda items: items[::-1]),
    "additional key": (is_object, lambda items: items | {"key": "x"}),
    "list for an object": (is_object, lambda items: list(items.values())),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize("which", ["whole", "erased"])
@pytest.mark.parametrize("name", CLASSES)
def test_verifiers__given_malformed_evidence__say_the_same(documents, tmp_path, name, which):
    fits, change = CLASSES[name]
    document = documents[which]
    found = [path for path in places(document) if path and fits(at(document, path))]
    for path in random.Random(name).sample(found, min(PLACES, len(found))):
        changed = copy.deepcopy(document)
        at(changed, path[:-1])[path[-1]] = change(at(document, path))
        sdk, script = judged(tmp_path / "b.zip", json.dumps(changed), document)
        assert sdk == script, path


@pytest.mark.threat("D3")
@pytest.mark.parametrize("which", ["whole", "erased"])
def test_verifiers__when_a_key_is_missing_or_there_twice__say_the_same(documents, tmp_path, which):
    document = documents[which]
    keys = [path for path in places(document) if path and isinstance(path[-1], str)]
    for path in random.Random(which).sample(keys, 2 * PLACES):
        changed = copy.deepcopy(document)
        del at(changed, path[:-1])[path[-1]]
        sdk, script = judged(tmp_path / "b.zip", json.dumps(changed), document)
        assert sdk == script, path
        at(changed, path[:-1]).update({"first": 1, "second": 2})
        twice = json.dumps(changed)
        for name in ("first", "second"):
            twice = twice.replace(f'"{name}": ', json.dumps(path[-1]) + ": ")
        assert judged(tmp_path / "b.zip", twice, document) == (REFUSED, REFUSED)


ONCE_UNLIKE = {
    "record that is no object": (("certificate", "record"), "x"),
    "steps that are no list": (("certificate", "record", "steps"), "0x"),
    "malformed step": (("certificate", "record", "steps", 0, "message", "at"), "01"),
    "erased that are none": (("certificate", "erased"), 7),
    "contract without a name": (("contracts",), {}),
    "place of a log": (("events", 0, "log", "logIndex"), "1"),
    "block of a log": (("events", 0, "log", "blockNumber"), "0x_1"),
    "asset for an opened field": (("asset", "recordRoot"), ""),
    "parents that are no list": (("asset", "parents"), {}),
    "another schema": (("schema",), "creatoken.certificate"),
    "another version": (("v",), 2),
    "no file": (("file",), None),
    "name of a file": (("file",), "file/é.png"),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize("which", ["whole", "erased"])
@pytest.mark.parametrize("name", ONCE_UNLIKE)
def test_verifiers__given_what_they_once_took_differently__say_the_same_and_never_yes(
    documents, tmp_path, name, which
):
    path, value = ONCE_UNLIKE[name]
    changed = copy.deepcopy(documents[which])
    at(changed, path[:-1])[path[-1]] = value
    sdk, script = judged(tmp_path / "b.zip", json.dumps(changed), documents[which])
    assert sdk == script
    said = {state for checks in sdk.values() for state in checks.values()}
    assert sdk == REFUSED or "fails" in said


def test_verifiers__given_more_nodes_than_lead_to_a_receipt__fail_the_event(documents, tmp_path):
    document = documents["whole"]
    nodes = [event["proof"]["nodes"] for event in document["events"]]
    changed = copy.deepcopy(document)
    changed["events"][0]["proof"]["nodes"] = nodes[0] + nodes[1]
    sdk, script = judged(tmp_path / "b.zip", json.dumps(changed), document)
    assert (sdk["chain"]["event 0"], sdk) == ("fails", script)
