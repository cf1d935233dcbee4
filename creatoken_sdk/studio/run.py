"""A run of a pipeline: what happens in it becomes steps of one chain."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import CreatokenError
from creatoken_sdk.record import SignedStep, SourceType, new_key
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.studio.actors import Actor, Who, address_of
from creatoken_sdk.studio.errors import RecordingWarning
from creatoken_sdk.studio.journal import Entry, Journal
from creatoken_sdk.studio.numbering import Numbering
from creatoken_sdk.studio.outputs import Output, parent_ids
from creatoken_sdk.studio.step import Begun, StepSpec
from creatoken_sdk.studio.ticket import Ticket, stage_of
from creatoken_sdk.studio.values import content_of

if TYPE_CHECKING:
    from creatoken_sdk.studio.studio import Studio

__all__ = ["Retriever", "Run", "current_run"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
D = TypeVar("D", covariant=True)

_RUN: ContextVar[Run | None] = ContextVar("creatoken_run", default=None)


def current_run() -> Run | None:
    """Return the run that this code belongs to, if any."""
    return _RUN.get()


class Retriever(Protocol[D]):
    """What finds texts for a prompt, such as a brand index; its answer says what it cited."""

    def retrieve(self, query: str, k: int) -> D:
        """Return the k texts nearest to the query."""


class Run:
    """What `studio.run(...)` gives. Opening the same name for the same work again resumes it.

    A step is known by its key: its action and a number, such as `draft#2` for the second draft of
    this run, unless you name one. A call that raised takes no number. A repeated key is the same
    step, not a new contribution. Processes that work on one run at once need a part each: see
    `nested`.
    What could not be recorded is listed in `unrecorded`; it never stops the pipeline.
    """

    def __init__(
        self,
        name: str,
        studio: Studio,
        journal: Journal,
        work: Work,
        *,
        durable: bool,
        prefix: str = "",
    ) -> None:
        """Belong to a studio and a journal; `durable` as for `Store.transaction`."""
        self.name = name
        self.id = journal.run_id
        self._prefix = prefix
        self._studio = studio
        self._work = work
        self.unrecorded: list[str] = []
        self._journal = journal
        self._durable = durable
        self.numbering = Numbering()

    @property
    def signer(self) -> Signer:
        """The studio's account, which signs for every actor without one of its own."""
        return self._studio.signer

    @contextmanager
    def active(self) -> Iterator[Run]:
        """Make this the run that steps of the enclosed code belong to."""
        token = _RUN.set(self)
        try:
            yield self
        finally:
            _RUN.reset(token)

    @contextmanager
    def nested(self, name: str) -> Iterator[Run]:
        """Open a part of this run with keys of its own: same work, same chain of steps."""
        part = Run(
            f"{self.name}/{name}",
            self._studio,
            self._journal,
            self._work,
            durable=self._durable,
            prefix=f"{self._prefix}{name}/",
        )
        part.unrecorded = self.unrecorded
        with part.active():
            yield part

    def bind(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return the function as part of this run, for threads: a new thread belongs to no run."""

        @wraps(function)
        def bound(*args: P.args, **kwargs: P.kwargs) -> R:
            def call() -> R:
                with self.active():
                    return function(*args, **kwargs)

            return copy_context().run(call)

        return bound

    def begin(self, spec: StepSpec, input: object, *, key: str | None = None) -> Begun:
        """Note what goes into a step; `finish` of the result writes it."""
        number = 0 if key else self.numbering.take(spec.action)
        key = self._prefix + (key or f"{spec.action}#{number}")
        with self.guarded(key):
            return Begun(self, spec, key, content_of(input), number)
        return Begun(self, spec, key, None, number)

    def human(
        self,
        action: str,
        input: object,
        *,
        by: Who,
        output: T,
        name: str = "",
        key: str | None = None,
        shares: int = 0,
        source_type: SourceType | str = SourceType.HUMAN_EDITS,
    ) -> T:
        """Record what a person did and return the output.

        `by` is an account that signs at once, or the address of a person who signs later.
        """
        actor = Actor.of(f"human:{name or address_of(by)}", by)
        self.begin(StepSpec(action, actor, source_type, shares), input, key=key).finish(output)
        return output

    def retrieve(self, retriever: Retriever[T], query: str, *, k: int = 5) -> T:
        """Return the k texts nearest to a query, and record which they are."""
        actor = Actor.of("tool:retrieve", self.signer)
        begun = self.begin(StepSpec("retrieve", actor, SourceType.DATA_DRIVEN_MEDIA), query)
        try:
            found = retriever.retrieve(query, k)
        except BaseException:
            begun.abandon()
            raise
        begun.finish(found)
        return found

    def gate(self, name: str, report: T, *, asset: Output | None = None) -> T:
        """Record what a check found, as a step of the tool of that name; return the report."""
        actor = Actor.of(f"tool:{name}", self.signer)
        about = None if asset is None else hex(asset.id)
        spec = StepSpec(f"gate:{name}", actor, SourceType.DATA_DRIVEN_MEDIA)
        self.begin(spec, about).finish(report)
        return report

    def request_approval(self, asset: Output, *, stage: int | str = "final") -> Ticket:
        """Return what a director needs to approve the asset at a stage: 0 to 7, or its name."""
        return Ticket(self._studio.chain, asset.asset, stage_of(stage))

    def output(
        self,
        path: str | os.PathLike[str],
        *,
        parents: Sequence[int | Output] = (),
        creator: Signer | None = None,
        owner: str = "",
        source_type: SourceType | str = SourceType.ALGORITHMIC_MEDIA,
        final: bool = True,
        details: Mapping[str, Json] | None = None,
    ) -> Output:
        """Give a file its birth certificate and return it; its id is known here, offline.

        Every step so far must be signed. A final is registered by the next `flush`, a draft only
        anchored; made final later, it keeps the anchor's time. `creator` is the studio's signer
        and `owner` the creator, unless named. The same file in the same run is the same asset.
        What is returned can be passed where a path can: it is then the file.
        """
        creator = creator or self.signer
        store, run_id, file = self._studio.store, self._journal.run_id, content_of(Path(path))
        output = Output.find(store, run_id, file["sha256"], creator.address)
        if output is None:
            key = new_key()
            output = Output.make(
                self._studio.chain,
                file,
                self._journal.signed_steps(),
                creator,
                work_id=self._work.id,
                parents=parent_ids(parents),
                source_type=SourceType.of(source_type),
                owner=owner or creator.address,
                details=details or {},
                key=key,
            )
            with store.transaction(durable=self._durable) as db:
                output = output.store(db, run_id, key, final=final)
        if final:
            output = output.promote(store, self._studio.chain, creator)
        return replace(output, path=Path(path))

    @property
    def steps(self) -> list[SignedStep]:
        """The steps so far; UnsignedError if one awaits its actor's signature."""
        return self._journal.signed_steps()

    def write(self, entry: Entry) -> None:
        """Write a step."""
        self._journal.append(entry, durable=self._durable)

    @contextmanager
    def guarded(self, key: str) -> Iterator[None]:
        """Warn, and list the step as unrecorded, if the enclosed code raises."""
        try:
            yield
        except Exception as error:
            # The text of anybody else's exception may hold contents.
            why = str(error) if isinstance(error, CreatokenError) else type(error).__name__
            self.unrecorded.append(f"{key}: {why}")
            warnings.warn(f"step {key} was not recorded: {why}", RecordingWarning, stacklevel=4)
