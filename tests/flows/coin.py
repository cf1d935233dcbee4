"""Money in the stories: a currency that people can be given, can pay with and can count."""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from creatoken_sdk import NATIVE, Call, Creatoken

DECIMALS = 6


@dataclass(frozen=True)
class Coin:
    """A currency by its address."""

    address: str

    @classmethod
    def create(cls, ct: Creatoken, creation_code: bytes) -> Coin:
        """Deploy a mock ERC-20."""
        code = creation_code + encode(["uint8"], [DECIMALS])
        receipt = ct.send(Call(None, code, name="a token"))  # type: ignore[arg-type]
        mined = ct.wallet.rpc.mapping("eth_getTransactionReceipt", receipt.tx_hash)
        return cls(to_checksum_address(mined["contractAddress"]))

    def mint(self, ct: Creatoken, to: str, amount: int) -> None:
        """Make money; the native currency is everybody's from the start."""
        if self.address != NATIVE:
            ct.send(self._call("mint", to, amount))

    def pay(self, ct: Creatoken, to: str, amount: int) -> None:
        """Pay by a plain transfer."""
        if self.address == NATIVE:
            ct.send(Call(to, b"", amount, "a plain transfer"))
        else:
            ct.send(self._call("transfer", to, amount))

    def balance(self, ct: Creatoken, account: str) -> int:
        """Return what an account has, in base units."""
        if self.address == NATIVE:
            return ct.wallet.rpc.integer("eth_getBalance", account, "latest")
        data = keccak(text="balanceOf(address)")[:4] + encode(["address"], [account])
        return int.from_bytes(ct.wallet.read(self.address, data), "big")

    def _call(self, function: str, to: str, amount: int) -> Call:
        selector = keccak(text=f"{function}(address,uint256)")[:4]
        data = selector + encode(["address", "uint256"], [to, amount])
        return Call(self.address, data, name=function)


ETHER = Coin(NATIVE)
