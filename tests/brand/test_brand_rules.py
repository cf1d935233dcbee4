"""Rules of words, colours and sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from creatoken_sdk.brand.colours import contrast, palette_share
from creatoken_sdk.brand.content import Content, read
from creatoken_sdk.brand.errors import RulesError
from creatoken_sdk.brand.rules import Rules
from creatoken_sdk.brand.words import fold, found

RULES = Rules(
    banned_words=("hurry", "last chance"),
    required_words=("citrus",),
    palette=("#0B2545", "#FFF0D4"),
    palette_tolerance=3.5,
    minimum_palette_share=0.8,
    minimum_contrast=4.5,
    sizes=((100, 50),),
)


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("hurry", "HURRY, now", True),
        ("hurry", "no hurrying", False),
        ("hurry", "unhurry", False),
        ("hurry", "hurry_up", False),
        ("hurry", "hur\u00adry \u200bup", True),
        ("\uff48\uff55\uff52\uff52\uff59", "hurry", True),
        ("straße", "Die STRASSE.", True),
        ("cafe", "cafe\u0301", False),
        ("data", "data\u0331", False),
        ("café", "CAFE\u0301!", True),
        ("last chance", "Last\n chance!", True),
        ("last chance", "lastchance", False),
        ("C++", "we like c++ a lot", True),
        ("最高", "これは最高です", True),
        ("ดี", "สวัสดีครับ", True),
        ("", "anything", False),
    ],
)
def test_found__given_a_word_in_any_writing__is_found_whole(word, text, there) -> None:
    assert bool(word and found([word], text)) is there


@given(st.text(), st.text(st.characters(categories=["L"]), min_size=1, max_size=8), st.text())
def test_found__given_the_word_between_spaces__is_found(before, word, after) -> None:
    assert found([word], f"{before} {word} {after}") == [word]
    if fold(word.upper()) == fold(word):  # for Turkish letters it is not
        assert found([word], f"{before} {word.upper()} {after}") == [word]


def test_findings__given_a_text__tell_banned_and_missing_words() -> None:
    banned, required = RULES.findings(read("A last chance. Hurry!"), None)
    assert (banned.passed, banned.found) == (False, "hurry, last chance")
    assert (required.passed, required.found) == (False, "missing: citrus")
    assert all(one.passed for one in RULES.findings(read("Citrus, slowly."), None))
    assert Rules().findings(read("anything"), None) == ()


def striped(path, top, bottom, share, size=(100, 50)):
    """A picture whose upper share has one colour, the rest another."""
    image = Image.new("RGB", size, bottom)
    ImageDraw.Draw(image).rectangle([0, 0, size[0], round(size[1] * share) - 1], fill=top)
    image.save(path)
    return path


def test_findings__given_pictures__tell_palette_contrast_and_size(tmp_path) -> None:
    good = striped(tmp_path / "good.png", "#0B2545", "#FFF0D4", 0.5)
    palette, ratio, size = RULES.findings(read(good), None)
    assert (palette.passed, palette.found) == (True, "1.000")
    assert ratio.passed
    assert ratio.found == "13.68, detected: #fff0d4 on #0b2545"
    assert (size.passed, size.found) == (True, "100x50")
    bad = striped(tmp_path / "bad.png", "#FF0000", "#0B2545", 0.3, (100, 60))
    palette, ratio, size = RULES.findings(read(bad), ("#777777", "#FFFFFF"))
    assert (palette.passed, palette.found) == (False, "0.700")
    assert (ratio.passed, ratio.found) == (False, "4.48, declared: #777777 on #FFFFFF")
    assert (size.passed, size.wanted) == (False, "100x50")


def test_palette_share__given_a_tolerance__is_that_of_ciede2000(tmp_path) -> None:
    from coloraide import Color

    distance = Color("#0B2545").delta_e(Color("#13307A"), method="2000")
    picture = read(striped(tmp_path / "one.png", "#13307A", "#13307A", 1)).picture
    assert palette_share(picture, ["#0B2545"], distance + 0.001) == 1
    assert palette_share(picture, ["#0B2545"], distance - 0.001) == 0


def test_contrast__given_known_pairs__is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("#FFFFFF", "#767676") == contrast("#767676", "#FFFFFF")


def test_from_json__given_what_to_json_writes__is_the_same() -> None:
    assert Rules.from_json(RULES.to_json()) == RULES
    assert Rules.from_json({"schema": "creatoken.brand-rules", "v": 1}) == Rules()
    assert Rules().hash != RULES.hash


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"schema": "other"},
        {"bannedWord": []},
        {"bannedWords": 3},
        {"bannedWords": "hurry"},
        {"palette": ["red"]},
        {"paletteTolerance": "much"},
        {"paletteTolerance": "nan"},
        {"minimumPaletteShare": "90"},
        {"minimumContrast": "0.5"},
        {"paletteTolerance": True},
        {"paletteTolerance": 10**400},
        {"paletteTolerance": "x" * 1000},
        {"paletteTolerance": "1e999"},
        {"palette": "#000000"},
        {"palette": ["x" * 1000]},
        {"palette": [7]},
        {"x" * 1000: 1},
        {"sizes": [[1, 2, 3]]},
        {"sizes": [["1", "2"]]},
        {"sizes": [[1, 2.5]]},
        {"sizes": [[0, 5]]},
        {"sizes": [[True, 5]]},
        {"sizes": ["12"]},
        {"sizes": [12]},
        {"bannedWords": [" "]},
        {"bannedWords": [["hurry"]]},
    ],
)
def test_from_json__given_what_no_rule_says__names_the_cure(change) -> None:
    with pytest.raises(RulesError, match=r"write|correct") as raised:
        Rules.from_json({"schema": "creatoken.brand-rules", "v": 1} | change)
    assert len(str(raised.value)) < 350


def test_from_json__given_a_list__says_to_write_an_object() -> None:
    with pytest.raises(RulesError, match="in braces"):
        Rules.from_json([])  # type: ignore[arg-type]


def test_rules__given_one_word_for_a_list__do_not_ban_its_letters() -> None:
    with pytest.raises(RulesError, match="list of texts"):
        Rules(banned_words="cheap")  # type: ignore[arg-type]


def test_rules__given_sizes_as_lists__find_a_picture_of_that_size() -> None:
    rules = Rules(sizes=[[8, 4]])  # type: ignore[list-item, arg-type]
    assert rules == Rules(sizes=((8, 4),))
    [size] = rules.findings(Content("0x", "a", Image.new("RGB", (8, 4))), None)
    assert size.passed
