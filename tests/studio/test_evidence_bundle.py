"""The zip file: what is in it, that anybody can run it, and what of it is refused."""

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tracemalloc
import zipfile

import pytest

from creatoken_sdk import Creatoken
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.bundle import EVIDENCE, SCRIPTS, Bundle
from creatoken_sdk.studio.errors import UnprovedWarning
from creatoken_sdk.studio.evidence import pack, verify_bundle
from creatoken_sdk.studio.findings import State
from endpoint import FaultyEndpoint
from studio.both import seen, states
from studio.scene import BANNER, PROMPT, made


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with made(tmp_path_factory.mktemp("bundle")) as scene:
        yield scene


@pytest.fixture(scope="module")
def bundle(scene):
    return scene.studio.pack(scene.banner, scene.folder / "bundle.zip")


def run(*command, cwd=None):
    """Run a script with Python alone: no packages, no variables, no user's folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", *map(str, command)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout, done.stderr


def told(output):
    found = json.loads(output)["findings"]
    return {answer: {check: state for check, state, _ in one} for answer, one in found.items()}


def test_pack__given_an_approved_file__holds_everything_a_court_needs(bundle):
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        readme = archive.read("README.txt").decode()
        evidence = json.loads(archive.read(EVIDENCE))
        assert archive.read("file/banner.png") == BANNER
    assert sorted(names) == sorted(["README.txt", *SCRIPTS, EVIDENCE, "file/banner.png"])
    assert hashlib.sha256(BANNER).hexdigest() in readme
    events = [one["event"].split("(")[0] for one in evidence["events"]]
    assert events == ["AssetRegistered", "AssetApproved", "Anchored", "StepsRecorded"]
    assert all(one["header"] for one in evidence["events"])
    assert list(evidence["stepProofs"]) == ["0", "1", "2"]
    assert PROMPT not in json.dumps(evidence)


def test_verify_bundle__given_a_node__holds_in_all_three(scene, bundle):
    report = verify_bundle(bundle, scene.stranger, known=scene.known)
    assert {one.state for one in (report.integrity, report.trust, report.chain)} == {State.HOLDS}


def test_script__when_run_from_the_zip_or_the_folder__agrees_with_the_sdk(bundle, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    expected = states(seen(verify_bundle(bundle)))
    for command in ([bundle, "--json"], [tmp_path / "verify.py", "--json"]):
        # -I leaves the script's folder out of the path, so run the folder as Python runs a zip.
        command[0] = tmp_path if command[0] != bundle else bundle
        code, output, errors = run(*command)
        assert (code, errors) == (0, "")
        assert told(output) == expected


def test_script__given_a_node__confirms_every_event(scene, bundle):
    code, output, _ = run(bundle, "--json", "--rpc", scene.chain.url)
    assert code == 0
    assert set(told(output)["chain"].values()) == {"holds"}
    assert set(told(output)["chain"]) == {"event 0", "event 1", "event 2", "event 3", "asset"}


def test_script__when_the_node_does_not_answer__leaves_unknown_what_only_it_could_say(bundle):
    code, output, errors = run(bundle, "--json", "--rpc", "http://127.0.0.1:1")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    assert found["answers"] == {"integrity": "holds", "trust": "unknown", "chain": "unknown"}
    assert {(state, why) for _, state, why in found["findings"]["chain"]} == {
        ("unknown", "the node did not answer (URLError)")
    }


def test_script__when_the_node_refuses_to_answer__says_why_and_leaves_it_unknown(scene, bundle):
    endpoint = FaultyEndpoint(scene.chain.url)
    pruned = {"error": {"code": -32000, "message": "history is pruned"}}
    endpoint.fail("eth_getTransactionReceipt", pruned)
    code, output, _ = run(bundle, "--json", "--rpc", "http://" + endpoint.url.split("@")[1])
    endpoint.close()
    assert code == 0
    chain = {check: (state, why) for check, state, why in json.loads(output)["findings"]["chain"]}
    assert chain["event 0"][0] == "unknown"
    assert "history is pruned" in chain["event 0"][1]
    assert chain["asset"][0] == "holds"


def test_script__given_no_url_of_a_node__says_what_one_is(bundle):
    code, output, errors = run(bundle, "--rpc", "127.0.0.1:8545")
    assert (code, output) == (2, "")
    assert errors == "--rpc takes the URL of a node, http:// or https://: '127.0.0.1:8545'\n"


def test_script__given_the_hashes_of_the_blocks__needs_no_node_for_the_chain(bundle):
    evidence = json.loads(zipfile.ZipFile(bundle).read(EVIDENCE))
    blocks = [one["log"]["blockHash"] for one in evidence["events"]]
    named = [part for block in blocks for part in ("--block", block)]
    code, output, _ = run(bundle, "--json", *named)
    assert code == 0
    assert told(output)["chain"] == {f"event {i}": "holds" for i in range(4)}
    assert verify_bundle(bundle, blocks=blocks).chain.state is State.HOLDS
    assert verify_bundle(bundle, blocks=blocks[1:]).chain.state is State.UNKNOWN
    assert "unknown event 0" in run(bundle, *named[2:])[1]


@pytest.mark.parametrize("block", ["", "0x12", "ab" * 32, "0x" + "AB" * 32, "0x" + "ab" * 33, "7"])
def test_script__given_a_block_that_is_no_hash__exits_with_2_and_one_line(bundle, block):
    code, output, error = run(bundle, "--block", "0x" + "ab" * 32, "--block", block)
    assert (code, output) == (2, "")
    assert error == f"--block takes the hash of a block, 0x and 64 of 0-9a-f: {block!r}\n"
    with pytest.raises(RecordError, match="0x and 64 lower-case hex digits"):
        verify_bundle(bundle, blocks=[block])


@pytest.mark.parametrize(
    ("method", "rewrite", "reason"),
    [
        (
            "eth_getBlockByHash",
            lambda block: {**block, "extraData": "0x01"},
            "the node's answer does not add up to the hash of the block",
        ),
        (
            "eth_getBlockReceipts",
            lambda receipts: [{**one, "cumulativeGasUsed": "0x1"} for one in receipts],
            "the node's receipts are not those that the block names",
        ),
        ("eth_getBlockReceipts", lambda _: [{}], "the node's receipts are malformed"),
    ],
)
def test_pack__when_the_node_hashes_otherwise__packs_without_proof_and_says_so(
    scene, tmp_path, method, rewrite, reason
):
    endpoint = FaultyEndpoint(scene.chain.url)
    endpoint.lies[method] = rewrite
    wallet = Wallet(Rpc.connect(endpoint.url), 31337)
    client = Creatoken(wallet, scene.stranger.deployment)
    path = tmp_path / "b.zip"
    with pytest.warns(UnprovedWarning) as warned:
        pack(client, path, scene.banner, scene.certificate, asset=scene.final.asset)
    assert len(warned) == 4
    assert re.match(f"AssetRegistered in block 0x.*{reason}", str(warned[0].message))
    endpoint.close()
    report = verify_bundle(path)
    assert report.integrity.state is State.HOLDS
    assert report.chain["event 0"].state is State.UNKNOWN
    assert f"not proved here ({reason})" in report.chain["event 0"].reason
    assert f"not proved here ({reason})" in run(path)[1]
    blocks = [one["log"]["blockHash"] for one in Bundle.read(path).evidence["events"]]
    assert verify_bundle(path, blocks=blocks).chain.state is State.UNKNOWN
    assert verify_bundle(path, scene.stranger).chain["event 0"].state is State.HOLDS


def test_script__given_a_log_that_the_chain_never_had__fails_the_chain(scene, bundle, tmp_path):
    evidence = json.loads(zipfile.ZipFile(bundle).read(EVIDENCE))
    evidence["events"][0]["log"]["transactionHash"] = "0x" + "ab" * 32
    forged = rewritten(bundle, tmp_path, {EVIDENCE: json.dumps(evidence)})
    code, output, _ = run(forged, "--rpc", scene.chain.url)
    assert code == 1
    assert "fails   event 0: the chain has no such event" in output
    report = verify_bundle(forged, scene.stranger)
    assert report.chain["event 0"].reason == "the chain has no such event"


def test_script__given_a_changed_file__says_so_in_plain_words_and_exits_with_1(bundle, tmp_path):
    forged = rewritten(bundle, tmp_path, {"file/banner.png": b"another banner"})
    code, output, errors = run(forged)
    assert (code, errors) == (1, "")
    assert "INTEGRITY: fails\n  fails   file: the bytes are others" in output
    assert verify_bundle(forged).integrity.state is State.FAILS


@pytest.mark.threat("D2")
def test_pack__given_hidden_fields__leaves_them_out_and_what_is_shown_is_proved(scene, tmp_path):
    path = scene.studio.pack(
        scene.banner, tmp_path / "b.zip", hide=["/steps[1]", "/details/file"], with_file=False
    )
    report = verify_bundle(path, file=scene.banner)
    assert report.integrity["step order"].state is State.UNKNOWN
    assert report.integrity["steps root"].reason == "2 steps are under it"
    assert "/details/file" in report.integrity["record"].reason
    code, output, _ = run(path, "--json", "--file", scene.banner)
    assert (code, told(output)) == (0, states(seen(report)))
    assert "file: the file is not here" in run(path)[1]


@pytest.mark.threat("D2")
@pytest.mark.parametrize("hidden", ["/details", "/details/file"])
@pytest.mark.parametrize("with_file", [True, False])
def test_pack__given_a_hidden_name__shows_it_nowhere(scene, tmp_path, hidden, with_file):
    path = tmp_path / "b.zip"
    scene.studio.pack(scene.banner, path, hide=[hidden], with_file=with_file)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        whole = b"".join(map(archive.read, names)) + "".join(names).encode()
    assert b"banner.png" not in whole
    assert scene.banner.name.encode() not in path.read_bytes()
    assert b"File:     unnamed" in whole
    assert ("file/unnamed" in names) is with_file
    report = verify_bundle(path, file=None if with_file else scene.banner)
    assert report.integrity["file"].state is State.HOLDS
    code, output, _ = run(path, "--json", *([] if with_file else ["--file", scene.banner]))
    assert (code, told(output)) == (0, states(seen(report)))


def test_pack__given_an_opened_field_of_a_step__proves_it_under_what_the_actor_signed(
    scene, tmp_path
):
    [draft] = [one for one in scene.studio.memory.find("copy-7") if one.run == "banner"]
    opened = (draft.step, scene.studio.memory.disclose(draft.id, "/model"))
    path = scene.studio.pack(scene.banner, tmp_path / "b.zip", disclosures=[opened])
    assert verify_bundle(path).integrity["disclosure 0"].reason == "/model is copy-7"
    assert '/model is "copy-7"' in run(path)[1]


@pytest.mark.parametrize("step", [None, 0, 99])
def test_pack__given_an_opened_field_of_another_document__packs_nothing(scene, tmp_path, step):
    [draft] = [one for one in scene.studio.memory.find("copy-7") if one.run == "banner"]
    opened = (step, scene.studio.memory.disclose(draft.id, "/model"))
    with pytest.raises(RecordError, match="did not say /model; pass it with the `step`"):
        scene.studio.pack(scene.banner, tmp_path / "b.zip", disclosures=[opened])
    assert not (tmp_path / "b.zip").exists()


def test_pack__given_a_path_that_exists__changes_nothing(scene, bundle):
    before = bundle.read_bytes()
    with pytest.raises(RecordError, match="is there already"):
        scene.studio.pack(scene.banner, bundle)
    assert bundle.read_bytes() == before
    assert not [name for name in os.listdir(scene.folder) if name.startswith(".bundle")]


def test_pack__given_a_file_of_others__says_what_to_do(scene, tmp_path):
    (tmp_path / "x.png").write_bytes(b"x")
    with pytest.raises(RecordError, match=r"x.png is no output of this studio"):
        scene.studio.pack(tmp_path / "x.png", tmp_path / "b.zip")


def rewritten(bundle, folder, changes):
    """A copy with other contents of some members."""
    path = folder / "forged.zip"
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return path


def member(name, mode=0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


HARMFUL = {
    "traversal": (member("../outside"), "leads out of the bundle"),
    "backslashes": (member("file\\..\\..\\outside"), "leads out of the bundle"),
    "absolute": (member("/outside"), "is an absolute path"),
    "drive": (member("C:outside"), "is an absolute path"),
    "link": (member("file/link", stat.S_IFLNK | 0o777), "is a symbolic link"),
    "case clash": (member("FILE/BANNER.PNG".replace("FILE", "file")), "is there twice"),
    "stranger": (member("setup.py"), "belongs to no bundle"),
    "folder": (member("file/"), "belongs to no bundle"),
}


@pytest.mark.threat("D4")
@pytest.mark.parametrize("name", HARMFUL)
def test_read__given_a_harmful_member__refuses_the_bundle(bundle, tmp_path, name):
    info, reason = HARMFUL[name]
    path = rewritten(bundle, tmp_path, {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, b"x")
    with pytest.raises(RecordError, match=reason):
        Bundle.read(path)


@pytest.mark.threat("D4")
def test_read__given_a_member_twice__refuses_the_bundle(bundle, tmp_path):
    path = rewritten(bundle, tmp_path, {})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(EVIDENCE, b"{}")
    with pytest.raises(RecordError, match="is there twice"):
        Bundle.read(path)


@pytest.mark.threat("D4")
def test_read__given_a_zip_bomb__refuses_it_unread(bundle, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(EVIDENCE, b" " * 50_000_000)
    with pytest.raises(RecordError, match="a zip bomb"):
        Bundle.read(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_read__given_a_size_that_is_a_lie__never_holds_it_in_memory(tmp_path, method):
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(EVIDENCE, bytes(256 << 20))
        packed = archive.getinfo(EVIDENCE).compress_size
    data = bytearray(path.read_bytes())
    said = data.rindex(b"PK\1\2") + 24  # uncompressed size, in the central directory
    data[said : said + 4] = (90 * packed).to_bytes(4, "little")
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(RecordError):
            Bundle.read(path)
        assert tracemalloc.get_traced_memory()[1] < 128 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.threat("D4")
def test_read__given_too_many_members__refuses_the_bundle(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(17):
            archive.writestr(f"file/{index}", b"")
    with pytest.raises(RecordError, match="at most 16 members"):
        Bundle.read(path)


@pytest.mark.threat("D3")
@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (b"[]", "has schema None"),
        (b'{"schema": "creatoken.evidence", "v": 2}', "upgrade creatoken-sdk"),
        (b'{"v": 1, "v": 1}', "appears twice"),
        (b"\xff", "not UTF-8"),
        (b'{"schema": "creatoken.evidence", "v": 1, "file": "file/x"}', "not in it"),
        (b'{"schema": "creatoken.evidence", "v": 1}', "not in it"),
        (b'{"schema": "creatoken.evidence", "v": 1, "file": ""}', "the evidence is malformed"),
    ],
)
def test_verify_bundle__given_malformed_evidence__says_what_to_do(tmp_path, evidence, reason):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(EVIDENCE, evidence)
    with pytest.raises(RecordError, match=reason):
        verify_bundle(path)


@pytest.mark.threat("D4")
@pytest.mark.parametrize("cut", [10, 1000, -30])
def test_read__given_a_damaged_zip__says_so(bundle, tmp_path, cut):
    path = tmp_path / "cut.zip"
    path.write_bytes(bundle.read_bytes()[:cut])
    with pytest.raises(RecordError, match="is damaged"):
        Bundle.read(path)


def test_read__given_one_byte_of_the_file_changed_in_the_zip__refuses_it(bundle, tmp_path):
    data = bundle.read_bytes()
    assert data.count(BANNER) == 1
    path = tmp_path / "rotten.zip"
    path.write_bytes(data.replace(BANNER, BANNER[:-1] + b"R"))
    with pytest.raises(RecordError, match="is damaged"):
        Bundle.read(path)


@pytest.mark.threat("D4")
@pytest.mark.parametrize("evidence", [b"[" * 100_000, b"{}", b"\xff"])
def test_script__given_evidence_that_cannot_be_read__says_so_in_a_line(bundle, tmp_path, evidence):
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, evidence if name == EVIDENCE else old.read(name))
    code, _, error = run(path)
    assert code == 1
    assert error.startswith("The bundle cannot be read: ")
    assert error.count("\n") == 1
