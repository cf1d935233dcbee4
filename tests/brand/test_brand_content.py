"""Reading texts and pictures, broken and hostile ones among them."""

from __future__ import annotations

import hashlib
import os
import zlib

import pytest
from PIL import Image

from brand.voice import PALETTE, banner
from creatoken_sdk.brand.content import read
from creatoken_sdk.brand.errors import ContentError, RulesError
from creatoken_sdk.brand.exemplar import Exemplar
from creatoken_sdk.brand.folder import read_exemplars, read_rules
from creatoken_sdk.brand.rules import Rules


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is side x side pixels."""
    size = side.to_bytes(4, "big") * 2
    header = chunk(b"IHDR", size + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(999)))


def test_read__given_text_bytes_or_a_file__has_the_same_id(tmp_path) -> None:
    path = tmp_path / "copy.txt"
    path.write_text("Stay. é", "utf-8")
    contents = [read("Stay. é"), read("Stay. é".encode()), read(path)]
    assert {one.id for one in contents} == {"0x" + hashlib.sha256(path.read_bytes()).hexdigest()}
    assert [(one.kind, one.text) for one in contents] == [("copy", "Stay. é")] * 3
    assert Exemplar("Stay. é").id == Exemplar(path).id == contents[0].id


def test_read__given_a_transparent_turned_picture__is_what_people_see(tmp_path) -> None:
    image = Image.new("RGBA", (4, 2), (255, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image.save(tmp_path / "clear.png", exif=exif)
    picture = read(tmp_path / "clear.png").picture
    assert (picture.size, picture.mode, picture.getpixel((0, 0))) == ((2, 4), "RGB", (255,) * 3)


@pytest.mark.threat("D7")
@pytest.mark.parametrize("side", [8_000, 60_000])
def test_read__given_a_picture_that_says_it_is_huge__refuses_before_it_decodes(side) -> None:
    with pytest.raises(ContentError, match="more than 50,000,000 pixels; scale it down"):
        read(bomb(side))


@pytest.mark.threat("D7")
def test_read__given_broken_pictures__names_the_file(tmp_path) -> None:
    data = banner(tmp_path / "whole.png", PALETTE, 1).read_bytes()
    outcomes = set()
    for at in range(8, len(data), 7):
        for broken in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            (tmp_path / "broken.png").write_bytes(broken)
            try:
                outcomes.add(read(tmp_path / "broken.png").kind)
            except ContentError as error:
                outcomes.add(str(error).split(" ")[0])
    assert outcomes == {"image", "broken.png"}


@pytest.mark.threat("D7")
def test_read__given_postscript__is_text_and_starts_no_program() -> None:
    script = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n"
    assert read(script.encode()).text == script


def test_read__given_neither_text_nor_picture__says_what_to_do(tmp_path) -> None:
    with pytest.raises(ContentError, match="the content is neither a picture nor UTF-8 text"):
        read(b"\xff\xfe\x00binary")
    with pytest.raises(ContentError, match=r"missing\.txt cannot be read"):
        read(tmp_path / "missing.txt")
    with pytest.raises(ContentError, match="cannot be read"):
        read(tmp_path)
    picture = banner(tmp_path / "one.png", PALETTE, 1)
    with pytest.raises(ContentError, match=r"one\.png is a picture; give it the kind image"):
        _ = Exemplar(picture, "copy").text
    with pytest.raises(ContentError, match="the text is no picture"):
        _ = read("text").picture
    with pytest.raises(ContentError, match="not on a int; pass one"):
        read(7)


def test_read_exemplars__given_a_folder__are_paragraphs_and_pictures(tmp_path) -> None:
    for name in ("guide", "copy/summer", "images"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "guide/voice.md").write_text("# Voice\n\nBe slow.\n")
    (tmp_path / "copy/summer/a.txt").write_text("One.\nStill one.\n \n\nTwo.\n")
    (tmp_path / "copy/.hidden").write_text("no")
    banner(tmp_path / "images/a.png", PALETTE, 1)
    found = read_exemplars(tmp_path, licence="CC-BY-4.0")
    assert [(one.kind, one.source) for one in found] == [
        ("guide", "guide/voice.md"),
        ("guide", "guide/voice.md"),
        ("copy", "copy/summer/a.txt"),
        ("copy", "copy/summer/a.txt"),
        ("image", "images/a.png"),
    ]
    assert [one.text for one in found[1:4]] == ["Be slow.", "One.\nStill one.", "Two."]
    assert {one.licence for one in found} == {"CC-BY-4.0"}
    assert read_rules(tmp_path) == Rules()
    (tmp_path / "rules.json").write_text(
        '{"schema": "creatoken.brand-rules", "v": 1, "bannedWords": ["hurry"]}'
    )
    assert read_rules(tmp_path) == Rules(banned_words=("hurry",))


def test_read_exemplars__given_an_empty_folder__says_what_belongs_in_it(tmp_path) -> None:
    with pytest.raises(ContentError, match="holds no guide, copy or images"):
        read_exemplars(tmp_path)


def test_read__given_a_strip_of_a_picture__is_refused(tmp_path) -> None:
    path = tmp_path / "strip.png"
    Image.new("L", (65_536, 1)).save(path)
    with pytest.raises(ContentError, match="side of more than 65,535 pixels"):
        read(path)


def test_read__given_what_is_no_file__says_so_and_does_not_wait(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ContentError, match=r"pipe\.txt cannot be read \(it is no file\)"):
        read(tmp_path / "pipe.txt")
    with pytest.raises(ContentError, match="it is no file"):
        read(tmp_path)
    with pytest.raises(ContentError, match="null byte"):
        read(tmp_path / "a\0b")


def test_read_rules__given_what_cannot_be_read__does_not_go_on_without_rules(tmp_path) -> None:
    path = tmp_path / "rules.json"
    path.symlink_to(tmp_path / "gone.json")
    with pytest.raises(RulesError, match="No such file"):
        read_rules(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(RulesError, match="it is no file"):
        read_rules(tmp_path)


@pytest.mark.parametrize("text", ["{", '{"minimumContrast": 1e999}', "\udcff"])
def test_read_rules__given_what_is_no_document__names_the_file(tmp_path, text) -> None:
    (tmp_path / "rules.json").write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(RulesError, match=r"rules\.json: "):
        read_rules(tmp_path)


def test_exemplar__given_a_long_kind__quotes_little_of_it() -> None:
    with pytest.raises(ContentError, match="choose one of") as raised:
        Exemplar("x", "kind" * 1000)  # type: ignore[arg-type]
    assert len(str(raised.value)) < 200
