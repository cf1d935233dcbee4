"""A studio that made, settled and approved a banner on a real chain, for tests of its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.record import Certificate
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.studio import Studio

PROMPT = "a calm sea at dawn, with the brand's blue"
BANNER = b"the finished banner"


@dataclass
class Scene:
    """`stranger` can only read; ana edited, maya authorised and approved, pipe is the pipeline."""

    chain: Anvil
    studio: Studio
    stranger: Creatoken
    work: Work
    folder: Path
    maya: LocalAccount
    pipe: LocalAccount
    ana: LocalAccount
    banner: Path
    final: Output

    @property
    def certificate(self) -> Certificate:
        return self.final.certificate()

    @property
    def known(self) -> dict[str, str]:
        return {
            self.ana.address: "Ana, designer",
            self.maya.address: "Maya, director",
            self.pipe.address: "the pipeline",
        }

    def make(self, name: str, content: bytes, **options: object) -> tuple[Path, Output]:
        """Make a file in a run of its own; nothing of it is settled yet."""
        studio = self.studio

        @studio.step("draft", actor="agent:copy", shares=10, model="copy-7")
        def draft(prompt: str) -> str:
            return f"text for {prompt}"

        with studio.run(name, work=self.work, brief="sell", authorised_by=self.maya) as run:
            edited = run.human("edit", draft(PROMPT), by=self.ana, output="better", shares=30)
            assert edited == "better"
            path = self.folder / f"{name}.png"
            path.write_bytes(content)
            return path, run.output(path, **options)


@contextmanager
def made(folder: Path) -> Iterator[Scene]:
    with Anvil() as chain:
        owner, pipe, maya, *_ = chain.accounts
        ana = Account.from_key(b"\5" * 32)
        rpc = Rpc.connect(chain.url)
        deployment = Deployment(31337, dict(deploy(Wallet(rpc, 31337, owner))))
        ct = Creatoken(Wallet(rpc, 31337, owner), deployment)
        project = ct.projects.create(treasury=owner, directors=[maya], recorders=[pipe])
        pipeline = ct.with_signer(pipe)
        work = pipeline.works.open(project)
        studio = Studio.open(folder / "studio.db", chain=pipeline, signer=pipe)
        stranger = Creatoken(Wallet(rpc, 31337), deployment)
        nothing = folder / "banner.png"
        scene = Scene(
            chain,
            studio,
            stranger,
            work,
            folder,
            maya,
            pipe,
            ana,
            nothing,
            None,  # type: ignore[arg-type]
        )
        scene.make("sketch", b"a sketch", final=False)
        scene.make("banner", BANNER, final=False)
        studio.flush(wait="latest")
        scene.banner, scene.final = scene.make("banner", BANNER)
        studio.flush(wait="latest")
        approval = pipeline.approvals.sign(maya, scene.final.id, 7)
        pipeline.approvals.approve(scene.final.asset, 7, [approval])
        yield scene
        studio.close()
