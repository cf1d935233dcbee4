"""What a transaction emitted, in full: Ape's own comparison passes over arguments left out."""

from typing import Any

from eth_utils import is_address, to_checksum_address


def events_of(receipt: Any, contract: Any) -> list[tuple[str, dict[str, Any]]]:
    """Name and all arguments of every event, in order; all must come from this contract.

    Structs are lists of their fields, with checksummed addresses.
    """
    assert {log.contract_address for log in receipt.events} <= {contract.address}
    assert len(receipt.events) == len(receipt.logs)
    return [
        (log.event_name, {name: _plain(value) for name, value in log.event_arguments.items()})
        for log in receipt.events
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return to_checksum_address(value) if isinstance(value, str) and is_address(value) else value
