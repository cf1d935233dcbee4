"""A house with two projects, a work in each, and people by name.

ana is the admin, eve nobody; maya, noor and otto have keys, and safe is a wallet of maya's.
"""

from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from eth_keys.datatypes import PrivateKey
from eth_utils import to_checksum_address

from creatoken_sdk import record
from invariants.chain import CHAIN_ID
from invariants.contract import Contract
from invariants.world import ZERO, World

PROJECTS = (1, 2)
"""Each has the work of the same number."""
KEYS = {it: PrivateKey(record.name_hash(it)) for it in ("maya", "noor", "otto")}
SIGNERS = (*KEYS, "safe")
SENDERS = (*KEYS, "ana", "eve")
NAMES = (*SENDERS, "safe")
DIRECTOR, RECORDER = 2, 4
MAGIC = 0x1626BA7E << 224
"""The word by which a wallet says yes, see EIP-1271."""
FORMS = ("proper", "high s", "v of 0", "64 bytes")
DOMAINS = ("registry", "works", "chain 2")
MOODS = {  # mode and size, as `MockAnswer.set` takes them
    "honest": (0, 0),
    "says no": (1, 32),
    "says maybe": (1, 32),
    "answers more": (1, 64),
    "answers nothing": (1, 0),
    "reverts": (2, 32),
    "burns gas": (3, 0),
    "writes": (4, 0),
}
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class House:
    """The contracts, who has which role, and the mood of what gets asked."""

    def __init__(self, world: World, project: Any) -> None:
        """Deploys what it needs; `project` is Ape's."""
        self.world, self._project = world, project
        address_of = {it: key.public_key.to_address() for it, key in KEYS.items()}
        self._asked = {"safe": (self.deploy("MockWallet", address_of["maya"]), MAGIC)}
        plain = {it: "0x" + record.name_hash(it)[12:].hex() for it in ("ana", "eve")}
        self.addresses = address_of | plain | {"safe": self._asked["safe"][0].address, "zero": ZERO}
        self.projects = self.deploy("Projects")
        self.works = self.deploy("Works", self.projects.address)
        self.anchors = self.deploy("Anchors")
        parts = (self.projects.address, self.works.address, self.anchors.address)
        self.registry = self.deploy("AssetRegistry", *parts)
        ana = self.addresses["ana"]
        for number in PROJECTS:
            self.projects.send("create", (ana, ana, ZERO, 1, (), ""))
            self.works.send("open", (number, ZERO, 2**40 - 1, (), ""), sender=ana)

    def deploy(self, name: str, *arguments: Any) -> Contract:
        contract_type = getattr(self._project, name).contract_type
        return Contract.deploy(self.world.chain, contract_type, *arguments)

    def add_gate(self, name: str) -> Contract:
        """Deploys a gate that gets asked, and has moods, by this name."""
        gate = self.deploy("MockGate")
        self._asked[name] = (gate, 1)
        self.addresses[name] = gate.address
        return gate

    def reset(self) -> None:
        """Takes all roles away, and calms everybody."""
        self.world.reset()
        self.roles = {(project, name): 0 for project in PROJECTS for name in NAMES}
        self.moods = dict.fromkeys(self._asked, "honest")

    def act(self, name: str, contract: Contract, function: str, *arguments: Any) -> Any:
        return contract.send(function, *arguments, sender=self.addresses[name])

    def refuses(self, error: str) -> AbstractContextManager[None]:
        """Passes if the block reverts with this error of whichever contract."""
        named = {"Projects": self.projects, "Works": self.works, "Anchors": self.anchors}
        found = (it for prefix, it in named.items() if error.startswith(prefix))
        return next(found, self.registry).refuses(error)

    def grant(self, project: int, name: str, roles: int) -> None:
        """Gives these roles, and takes all others away."""
        account = self.addresses[name]
        self.act("ana", self.projects, "setRoles", project, account, roles)
        old = self.roles[project, name]
        assert self.projects.events() == [("RolesSet", project, account, old, roles)]
        self.roles[project, name] = roles

    def has(self, project: int, name: str, role: int) -> bool:
        return bool(self.roles[project, name] & role)

    def set_mood(self, name: str, mood: str) -> None:
        """Of the wallet or a gate: how it answers from now on."""
        asked, yes = self._asked[name]
        mode, size = MOODS[mood]
        word = {"says no": 0, "says maybe": yes + 1}.get(mood, yes)
        asked.send("set", mode, word.to_bytes(32, "big"), size)
        self.moods[name] = mood

    def is_signature(self, name: str, key: str, form: str, domain: str) -> bool:
        """Whether what this key signed counts as the named account's."""
        honest = self.moods.get(name, "honest") == "honest"
        return honest and (_owner(key), form, domain) == (_owner(name), "proper", "registry")

    def sign(self, key: str, message: record.Message, form: str, domain: str) -> bytes:
        """What an account's key, or the key of its owner, makes of the message."""
        secret = KEYS[_owner(key)]
        chain_id = 2 if domain == "chain 2" else CHAIN_ID
        where = self.works if domain == "works" else self.registry
        place = record.Domain(chain_id=chain_id, verifying_contract=checksum(where.address))
        return _shape(form, *secret.sign_msg_hash(message.digest(place)).vrs)


@lru_cache(4096)
def checksum(address: str) -> str:
    return to_checksum_address(address)


def _owner(name: str) -> str:
    return "maya" if name == "safe" else name


def _shape(form: str, v: int, r: int, s: int) -> bytes:
    if form == "high s":
        v, s = 1 - v, _ORDER - s
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return raw if form == "64 bytes" else raw + bytes([v if form == "v of 0" else 27 + v])
