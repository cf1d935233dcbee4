"""The way in for pipelines: what is recorded is kept here, and settled on chain from here."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import SourceType
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import encode
from creatoken_sdk.studio.actors import Actor, Who, address_of
from creatoken_sdk.studio.errors import RunWarning, SettlementError
from creatoken_sdk.studio.evidence import Opened, pack
from creatoken_sdk.studio.finality import Finality
from creatoken_sdk.studio.findings import Report
from creatoken_sdk.studio.hindsight import Hindsight
from creatoken_sdk.studio.index import Index
from creatoken_sdk.studio.jobs import Job, Jobs, JobState
from creatoken_sdk.studio.journal import AUTHORISE
from creatoken_sdk.studio.kept import kept
from creatoken_sdk.studio.memory import Memory
from creatoken_sdk.studio.recorded import recorded
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.runs import open_run, require_run
from creatoken_sdk.studio.sequencer import Sequencer
from creatoken_sdk.studio.settlement import Settlement
from creatoken_sdk.studio.status import Status
from creatoken_sdk.studio.step import StepSpec
from creatoken_sdk.studio.store import Store, open_store
from creatoken_sdk.studio.unsigned import sign_steps, unsigned_steps
from creatoken_sdk.studio.values import content_of
from creatoken_sdk.studio.verify import file_hash, verify
from creatoken_sdk.studio.witness import connect_witness

__all__ = ["Studio"]

F = TypeVar("F", bound=Callable[..., Any])


class Studio(Hindsight):
    """Records runs of pipelines into a store, and settles them.

    `signer` signs for every actor without an account of its own, and creates assets.
    """

    def __init__(
        self, store: Store, chain: Creatoken, signer: Signer, witness: Rpc | None = None
    ) -> None:
        """Use an open store; `open` opens one."""
        self.store = store
        self.chain = chain
        self.signer = signer
        self.witness = witness

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        chain: Creatoken,
        signer: Signer,
        witness: str | None = None,
    ) -> Studio:
        """Open the studio kept in a SQLite file or at a postgresql:// URL, made if missing.

        `witness` is the URL of a second node of the chain, best of another provider: what
        `flush` settles is final, and what `index` reads is taken, only once both say so.
        RecordError if it is the URL of the first.
        """
        second = None if witness is None else connect_witness(witness, chain.wallet.rpc)
        return cls(open_store(where), chain, signer, second)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def step(
        self,
        action: str,
        *,
        actor: str,
        signer: Who | None = None,
        source_type: SourceType | str = SourceType.ALGORITHMIC_MEDIA,
        shares: int = 0,
        model: str = "",
        parameters: Mapping[str, object] | None = None,
        content: Callable[[Any], object] | None = None,
    ) -> Callable[[F], F]:
        """Return a decorator: each call of the function, within a run, is a step.

        `actor` is "agent:copy" or "tool:resize", `source_type` may be the vocabulary's term such
        as "trainedAlgorithmicMedia", `shares` are what each new step earns, and `content` turns an
        output that is neither text, bytes, a path nor JSON into one that is.
        """
        encode(("uint40",), (shares,))  # refused here, not at each call
        spec = StepSpec(
            action,
            Actor.of(actor, signer or self.signer),
            SourceType.of(source_type),
            shares,
            model,
            parameters or {},
            *([content] if content else []),
        )
        return lambda function: recorded(spec, function)

    def flush(
        self,
        *,
        wait: Finality = "final",
        timeout_seconds: float = 600,
        progress: Callable[[Counter[JobState]], None] | None = None,
    ) -> Counter[JobState]:
        """Settle what is recorded and wait until it is this sure; may be repeated at will.

        Returns how many jobs are in each state; SettlementError names those that a contract
        refused, and runs that cannot be settled, once all else is.
        """
        settlement = Settlement(self.store, self.chain)
        sequencer = Sequencer(self.store, self.chain, finality=wait, witness=self.witness)
        settlement.queue()
        states = sequencer.drain(timeout_seconds=timeout_seconds, progress=progress)
        runs = settlement.queue()
        if self._jobs.states() != states:
            states = sequencer.drain(timeout_seconds=timeout_seconds, progress=progress)
        if runs or states[JobState.REVERTED]:
            raise SettlementError(self._jobs.within(JobState.REVERTED), runs)
        return states

    def preview(self) -> list[Job]:
        """Queue what is recorded, and return what `flush` would send; nothing is sent.

        That is also what it would take over from another account, unless a relayer of that runs.
        A RunWarning names each run that cannot be settled.
        """
        for refused in Settlement(self.store, self.chain).queue():
            warnings.warn(str(refused), RunWarning, stacklevel=2)
        return self._jobs.ahead()

    def status(self) -> Status:
        """Return how far everything is, and for how long the oldest has waited."""
        return Status.of(self.store, self.chain.chain_id, self.chain.address)

    def retry(self) -> int:
        """Queue the jobs that were refused again, once the reason is gone; return how many."""
        jobs = self._jobs
        refused = jobs.within(JobState.REVERTED)
        with self.store.transaction() as db:
            for job in refused:
                jobs.move(db, job, JobState.QUEUED)
        return len(refused)

    @property
    def _jobs(self) -> Jobs:
        return Jobs(self.store, self.chain.chain_id, self.chain.address)

    @cached_property
    def memory(self) -> Memory:
        """The private documents: find, open, erase."""
        return Memory(self.store)

    def verify(
        self, path: str | Path, *, known: Mapping[str, str] = MappingProxyType({})
    ) -> Report:
        """Say what is true of a file: integrity, trust and chain, each with reasons.

        The store adds the file's certificate, if it has one; what is asked is only the chain.
        `known` names accounts that you know. For other people's files see `studio.verify.verify`.
        """
        path = Path(path)
        found = kept(self.store, file_hash(path))
        if found is None:
            return verify(self.chain, file=path, known=known)
        output, anchor = found
        return verify(
            self.chain,
            file=path,
            certificate=output.certificate(),
            asset=output.asset,
            anchor=anchor,
            known=known,
        )

    def pack(
        self,
        path: str | Path,
        to: str | Path,
        *,
        hide: Sequence[str] = (),
        disclosures: Sequence[Opened] = (),
        with_file: bool = True,
    ) -> Path:
        """Write the bundle of evidence on a file of this studio; see `studio.evidence.pack`."""
        found = kept(self.store, file_hash(Path(path)))
        if found is None:
            raise RecordError(f"{Path(path).name} is no output of this studio; see `run.output`")
        output, anchor = found
        return pack(
            self.chain,
            Path(to),
            Path(path),
            output.certificate(),
            asset=output.asset,
            anchor=anchor,
            hide=hide,
            disclosures=disclosures,
            with_file=with_file,
        )

    @cached_property
    def index(self) -> Index:
        """The events of all contracts, in this store."""
        return Index(self.store, self.chain, witness=self.witness)

    def pending(self) -> dict[str, int]:
        """Return how many steps await the signature of which account."""
        return unsigned_steps(self.store)

    def sign(self, signer: Signer) -> int:
        """Sign every step that awaits the signature of this account; return how many.

        The account may be a contract wallet (EIP-1271): then `unsafe_sign_hash` gives what the
        wallet takes, of any length, and the wallet is asked on chain before it is kept.
        """
        return sign_steps(self.store, self.chain, signer)

    @contextmanager
    def run(
        self,
        name: str,
        *,
        work: Work,
        brief: object,
        authorised_by: Who,
        policy: Mapping[str, object] | None = None,
        durable: bool = True,
    ) -> Iterator[Run]:
        """Open a run; its step 0 is the director's authorisation of brief and policy.

        The same name for the same work resumes the run. Opening it raises what goes wrong, since
        nothing may be recorded without step 0; what happens in it only warns.
        """
        director = Actor.of(f"human:{address_of(authorised_by)}", authorised_by)
        spec = StepSpec(AUTHORISE, director, SourceType.DIGITAL_CREATION)
        run = self._run(name, work, durable)
        run.write(spec.entry(AUTHORISE, content_of(brief), dict(policy or {})))
        with run.active():
            yield run

    @contextmanager
    def resume(self, name: str, *, work: Work, durable: bool = True) -> Iterator[Run]:
        """Go on with a run that was opened before, where its director need not sign again.

        RecordError if there is none: only `run` can open it.
        """
        require_run(self.store, self.chain.works.domain, work.id, name)
        with self._run(name, work, durable).active() as run:
            yield run

    def _run(self, name: str, work: Work, durable: bool) -> Run:
        journal = open_run(self.store, self.chain.works.domain, work.id, name)
        return Run(name, self, journal, work, durable=durable)
