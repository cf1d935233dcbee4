"""What docs/how-to/close-the-loop.md tells people to run does run."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
from eth_account import Account

from creatoken_sdk.record.structs import to_json

TEXT = (Path(__file__).parents[2] / "docs/how-to/close-the-loop.md").read_text()
BANNER = 0xBA


def test_close_the_loop__when_followed__authorises_a_run_by_an_anchored_report(
    creatoken_studio, creatoken_work, creatoken_actors, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    rows = pa.Table.from_pylist([{"id": 1, "text": "a calm sea"}, {"id": 2, "text": "a storm"}])
    pa.parquet.write_table(rows, "train.parquet")
    header = "asset,channel,metric,value,key,event_time\n"
    events = [f"{hex(BANNER)},web,clicks,{n},e{n},2026-01-02T03:{n}:00Z\n" for n in (10, 20)]
    Path("events.csv").write_text(header + "".join(events))
    ct, maya = creatoken_studio.chain, creatoken_actors.director
    gate = ct.gates.metric("creatoken.clicks", 30)
    names = {"studio": creatoken_studio, "work": creatoken_work, "maya": maya, "gate": gate}
    names |= {"shop": Account.create(), "banner_id": BANNER, "ct": ct}

    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(code, names)

    [check] = re.findall(r"`(ct\.anchors\.verify\(.*?)`", TEXT)
    assert eval(check, names) is True
    assert names["training"].anchored_at == ct.now()
    assert names["batch"].new == 2
    assert names["report"].figure.value == 30
    assert len(names["bonus"]) == 4 * 32 + 65
    step = names["run"].steps[0].step
    record = to_json(step.struct_hash())
    opened = creatoken_studio.memory.disclose(record, "/input/json/feedback/clicks/hash")
    assert opened.field.value == to_json(names["report"].figure.report_hash)
    assert opened.verify(step.detail)
