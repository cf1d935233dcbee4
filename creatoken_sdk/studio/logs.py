"""Logs of our contracts as an endpoint gives them, each checked against what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.events import Event, decode_log, topics
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["RECENT", "Emitter", "Header", "Log", "Logs", "ask_logs"]

RECENT = 64
"""So many blocks below the head may still change; those under them are read for good."""

_HASH = re.compile("0x[0-9a-f]{64}")

_ADDRESSES = 500
"""Tokens asked for at once."""


class Header(NamedTuple):
    """A block; `at` is its time in UTC seconds."""

    number: int
    hash: str
    parent: str
    at: int


@dataclass(frozen=True, slots=True)
class Emitter:
    """One of our contracts, by name; of a token, `work` is the work that it belongs to."""

    contract: str
    work: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """An event with its place, and the raw log it was read from."""

    event: Event
    emitter: Emitter
    block_hash: str
    at: int
    topics: str
    data: str

    @property
    def key(self) -> tuple[str, int]:
        """What identifies it on a chain, on any fork."""
        return self.block_hash, self.event.log_index


class Logs:
    """The logs of a deployment and of the tokens of its works.

    Anybody may log anything, so only what these addresses emitted counts. A `witness` is a second
    endpoint that has to give the same logs: nothing else shows that one left some out.
    """

    def __init__(self, rpc: Rpc, deployment: Deployment, witness: Rpc | None = None) -> None:
        """Know the deployment; tokens become known by `learn`."""
        self._rpc = rpc
        self._nodes = Witnessed(rpc, witness)
        contracts = deployment.contracts.items()
        self._fixed = {one.address.lower(): Emitter(name) for name, one in contracts}
        self._tokens: dict[str, Emitter] = {}
        self._works = deployment.address("Works").lower()

    def learn(self, token: str, work: int) -> None:
        """Take the logs of a work's token from now on."""
        self._tokens[token.lower()] = Emitter("ContributionToken", work)

    def header(self, number: int) -> Header | None:
        """Return the block of a height; None if the endpoint has none yet."""
        block = self._rpc.request("eth_getBlockByNumber", hex(number), False)
        return None if block is None else self._header(block)

    def of_block(self, header: Header) -> list[Log]:
        """Return all logs of one block, asked for by its hash: no other block's can come."""
        place = {"blockHash": header.hash, "topics": [topics()]}
        answers = [log for log in self._ask(place) if self._emitter(log) or self._may_open(log)]
        self._learn(answers)
        logs = self._checked([log for log in answers if self._emitter(log)])
        if any((log.event.block_number, log.block_hash) != header[:2] for log in logs):
            raise _wrong(self._rpc, "with logs of another block")
        return logs

    def between(self, first: int, last: int) -> list[Log]:
        """Return all logs of blocks in order. A node may refuse: ask for fewer blocks then."""
        place = {"fromBlock": hex(first), "toBlock": hex(last)}
        answers = self._ask({**place, "address": sorted(self._fixed)})
        self._learn(answers)
        tokens = sorted(self._tokens)
        for start in range(0, len(tokens), _ADDRESSES):
            answers += self._ask({**place, "address": tokens[start : start + _ADDRESSES]})
        if not all(map(self._emitter, answers)):
            raise _wrong(self._rpc, "with logs of other contracts")
        logs = self._checked(answers)
        if any(not first <= log.event.block_number <= last for log in logs):
            raise _wrong(self._rpc, "with logs of other blocks")
        return logs

    def _ask(self, query: Mapping[str, Any]) -> list[Any]:
        logs = ask_logs(self._rpc, query)
        self._nodes.confirm(logs, lambda rpc: ask_logs(rpc, query), by=_keys)
        return logs

    def _emitter(self, log: Mapping[str, Any]) -> Emitter | None:
        address = str(log.get("address")).lower()
        return self._fixed.get(address) or self._tokens.get(address)

    def _may_open(self, log: Mapping[str, Any]) -> bool:
        return str(log.get("address")).lower() == self._works

    def _learn(self, answers: Iterable[Mapping[str, Any]]) -> None:
        for answer in filter(self._may_open, answers):
            event = decode_log(answer)
            if event is not None and event.name == "WorkOpened":
                self.learn(event["token"], event["work_id"])

    def _checked(self, answers: Sequence[Mapping[str, Any]]) -> list[Log]:
        """Return the logs in order, each once."""
        times: dict[str, int] = {}
        logs: dict[tuple[str, int], Log] = {}
        hashes: dict[int, str] = {}
        for answer in answers:
            log = self._log(answer, times)
            same_height = hashes.setdefault(log.event.block_number, log.block_hash)
            if logs.setdefault(log.key, log) != log or same_height != log.block_hash:
                raise _wrong(self._rpc, "with logs that contradict each other")
        return sorted(logs.values(), key=lambda log: (log.event.block_number, log.event.log_index))

    def _log(self, answer: Mapping[str, Any], times: dict[str, int]) -> Log:
        event, emitter = decode_log(answer), self._emitter(answer)
        block_hash = str(answer.get("blockHash"))
        placed = _HASH.fullmatch(block_hash) and _HASH.fullmatch(str(answer.get("transactionHash")))
        if event is None or emitter is None or answer.get("removed") or not placed:
            raise _wrong(self._rpc, "with a log that our contracts never emit")
        if block_hash not in times:
            times[block_hash] = self._time(answer, block_hash)
        topics = " ".join(answer["topics"])
        return Log(event, emitter, block_hash, times[block_hash], topics, answer["data"])

    def _time(self, answer: Mapping[str, Any], block_hash: str) -> int:
        if given := answer.get("blockTimestamp"):  # newer nodes
            return int(given, 16)
        return self._header(self._rpc.mapping("eth_getBlockByHash", block_hash, False)).at

    def _header(self, block: Mapping[str, Any]) -> Header:
        try:
            number, at = int(block["number"], 16), int(block["timestamp"], 16)
            return Header(number, block["hash"], block["parentHash"], at)
        except (LookupError, TypeError, ValueError):
            raise BadResponseError(
                f"{self._rpc.endpoint} gave a block without number, hash or time; "
                "use another endpoint"
            ) from None


def ask_logs(rpc: Rpc, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return raw logs. A range is asked for once: a node that finds it too long always will."""
    long = query.get("fromBlock") != query.get("toBlock")
    ask = rpc.request_once if long else rpc.request
    found = ask("eth_getLogs", query)
    if not isinstance(found, list) or not all(isinstance(log, Mapping) for log in found):
        raise _wrong(rpc, "with no list of logs")
    return found


def _wrong(rpc: Rpc, how: str) -> BadResponseError:
    return BadResponseError(f"{rpc.endpoint} answered eth_getLogs {how}; use another endpoint")


def _keys(logs: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    names = ("blockHash", "logIndex", "address", "data", "topics")
    return {tuple(str(log.get(name)).lower() for name in names) for log in logs}
