"""Damage done to real files, and what is saved of them."""

import random
import sqlite3
from contextlib import closing

import pytest

from creatoken_sdk.studio.errors import CorruptStoreError, StoreAccessError, StoreError
from creatoken_sdk.studio.rescue import rescue
from creatoken_sdk.studio.store import open_store
from creatoken_sdk.studio.studio import Studio

PAGE = 4096
RUNS, STEPS = 40, 3000


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "studio.db"
    store = open_store(path)
    with store.transaction() as db:
        for i in range(RUNS):
            db.execute("INSERT INTO runs VALUES (?, 'a', 1, '0x', 1, 0, 1)", (f"run {i}",))
        for i in range(STEPS):
            values = (f"run {i % RUNS}", i, i, f"0x{i:064x}", f"{i} " * 60)
            db.execute("INSERT INTO steps VALUES (?, ?, 'k', ?, ?, 'a', 0, '{}', NULL, ?)", values)
    store.close()
    return path


def content(path):
    with closing(sqlite3.connect(path)) as db:
        return {
            table: set(db.execute(f"SELECT * FROM {table}").fetchall())
            for table in ("runs", "steps", "schema_version")
        }


def page_of(path, *, holds, lacks=b"\0no such bytes"):
    """Number, from 0, of the first page with some bytes and without others."""
    data = path.read_bytes()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    return next(i for i, page in enumerate(pages) if holds in page and lacks not in page)


def spoil(path, page):
    """Overwrite a page, as a broken disk does; return what was there."""
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        spoilt = file.read(PAGE)
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)
    return spoilt


def read_all(path):
    store = open_store(path)
    try:
        return [len(list(store.stream(f"SELECT * FROM {name}"))) for name in ("runs", "steps")]
    finally:
        store.close()


@pytest.mark.threat("C8")
def test_rescue__given_a_spoilt_page__saves_all_rows_but_those_on_it(path):
    before = content(path)
    spoilt = spoil(path, page_of(path, holds=b"1500 1500 1500"))
    with pytest.raises(CorruptStoreError, match=r"is damaged .* `creatoken rescue` saves"):
        read_all(path)
    damaged = path.read_bytes()
    done = rescue(path)
    after = content(path)
    lost = before["steps"] - after["steps"]
    assert after == {**before, "steps": before["steps"] - lost}
    assert 0 < len(lost) < 30
    assert all(row[9].encode() in spoilt for row in lost)
    saved = {name: count for name, count in done.saved.items() if count}
    assert saved == {"runs": RUNS, "steps": STEPS - len(lost)}
    assert done.damaged.name.startswith("studio.db.damaged-")
    assert done.damaged.read_bytes() == damaged
    assert read_all(path) == [RUNS, STEPS - len(lost)]


def test_rescue__given_a_spoilt_index__saves_every_row(path):
    before = content(path)
    spoil(path, page_of(path, holds=f"0x{1500:064x}".encode(), lacks=b"1500 1500 1500"))
    store = open_store(path)
    with pytest.raises(CorruptStoreError):
        store.rows("SELECT * FROM steps WHERE struct_hash > '0x'")
    store.close()
    rescue(path)
    assert content(path) == before


def test_rescue__given_rows_still_in_the_log__saves_them_too(path):
    before = content(path)
    open_store(path)  # while it is open, its log stays
    store = open_store(path)
    with store.transaction() as db:
        db.execute("INSERT INTO runs VALUES ('late', 'a', 1, '0x', 1, 0, 1)")
    spoil(path, page_of(path, holds=b"1500 1500 1500"))
    done = rescue(path)
    assert done.saved["runs"] == RUNS + 1
    assert content(path)["runs"] == before["runs"] | {("late", "a", 1, "0x", 1, 0, 1)}
    assert done.damaged.with_name(f"{done.damaged.name}-wal").stat().st_size > 0


def test_rescue__given_a_cut_file__saves_what_is_left(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(CorruptStoreError):
        open_store(path)
    done = rescue(path)
    assert STEPS // 3 < done.saved["steps"] < STEPS
    assert read_all(path) == [done.saved["runs"], done.saved["steps"]]


@pytest.mark.threat("C8")
@pytest.mark.parametrize("cut", [16, 100, PAGE])
def test_rescue__given_a_spoilt_header__changes_nothing(path, cut):
    path.write_bytes(b"\0" * cut + path.read_bytes()[cut:])
    with pytest.raises(CorruptStoreError):
        open_store(path)
    damaged = path.read_bytes()
    with pytest.raises(CorruptStoreError, match=r"no row of .* restore it from a backup"):
        rescue(path)
    assert path.read_bytes() == damaged
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_rescue__given_an_intact_file__changes_nothing(path):
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is intact; nothing was changed"):
        rescue(path)
    assert path.read_bytes() == before
    assert read_all(path) == [RUNS, STEPS]


def test_rescue__given_no_file__says_so(tmp_path):
    with pytest.raises(StoreAccessError, match="is no file; name the damaged store"):
        rescue(tmp_path / "studio.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.threat("C8")
@pytest.mark.parametrize("seed", range(5))
def test_rescue__given_flipped_bytes_anywhere__leaves_an_intact_file(path, seed):
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(100):
        data[chance.randrange(PAGE, len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    done = rescue(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert read_all(path) == [done.saved["runs"], done.saved["steps"]]
    assert done.saved["steps"] > STEPS // 4


def test_run__when_only_its_steps_could_be_saved__is_refused_and_pays_nobody_twice(
    tmp_path, creatoken_client, creatoken_work, creatoken_actors
):
    chain = creatoken_client.with_signer(creatoken_actors.recorder)
    studio = Studio.open(tmp_path / "a.db", chain=chain, signer=creatoken_actors.recorder)
    ana, maya = creatoken_actors.designer, creatoken_actors.director
    with studio.run("ad", work=creatoken_work, brief="b", authorised_by=maya) as run:
        run.human("edit", "a", by=ana, output="b", shares=30)
    studio.flush(wait="latest")
    with closing(sqlite3.connect(tmp_path / "a.db")) as damaged, damaged:
        damaged.execute("DELETE FROM runs")
    with (
        pytest.raises(CorruptStoreError, match="open a run of another name"),
        studio.run("ad", work=creatoken_work, brief="b", authorised_by=maya) as run,
    ):
        run.human("edit", "a", by=ana, output="c", key="more", shares=1)
    with studio.run("ad 2", work=creatoken_work, brief="b", authorised_by=maya) as run:
        run.human("edit", "a", by=ana, output="c", shares=1)
    studio.flush(wait="latest")
    assert creatoken_client.contributions.shares_of(creatoken_work, ana) == 31
    studio.close()
