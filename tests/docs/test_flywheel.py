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
    scenes = {BANNER + n: ("shore", "street")[n % 2] for n in range(40)}
    lines = ["asset,channel,metric,value,key,event_time"]
    for asset, scene in scenes.items():
        clicks = 30 + asset % 5 + 20 * (scene == "shore")
        for metric, value in (("views", 1_000), ("clicks", clicks)):
            told = f"{hex(asset)},web,{metric},{value},{metric}-{asset},2026-01-02T03:04:05Z"
            lines.append(told)
    Path("events.csv").write_text("\n".join(lines))
    ct, maya = creatoken_studio.chain, creatoken_actors.director
    gate = ct.gates.metric("creatoken.clicks", 30)
    names = {"studio": creatoken_studio, "work": creatoken_work, "maya": maya, "gate": gate}
    names |= {"shop": Account.create(), "banner_id": BANNER, "ct": ct, "scenes": scenes}

    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(code, names)

    [check] = re.findall(r"`(ct\.anchors\.verify\(.*?)`", TEXT)
    assert eval(check, names) is True
    assert names["training"].anchored_at == ct.now()
    assert names["batch"].new == 80
    assert names["report"].figure.value == 30 + BANNER % 5 + 20
    low, high = names["scene"].interval
    assert low < 0.02 < high < 0.023
    assert len(names["bonus"]) == 4 * 32 + 65
    step = names["run"].steps[0].step
    record = to_json(step.struct_hash())
    for name, finding in (("clicks", names["report"]), ("scene", names["scene"])):
        opened = creatoken_studio.memory.disclose(record, f"/input/json/feedback/{name}/hash")
        assert opened.field.value == to_json(finding.hash)
        assert opened.verify(step.detail)
