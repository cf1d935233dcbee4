"""Deploy the packaged contracts; run it again to go on where it stopped.

ape run deploy --network ethereum:sepolia:node --account ALIAS
CREATOKEN_DEPLOYER_KEY=0x... ape run deploy --network ethereum:consortium:http://host:8545
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from ape import accounts
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand, account_option

import creatoken_sdk
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import DeployedContract, Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.signers import TransactionSigner, take_account
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import CreatokenError

KEY = "CREATOKEN_DEPLOYER_KEY"
DEVELOPMENT_CHAIN = 31337
PACKAGED = Path(creatoken_sdk.__file__).parent / "deployments"


class ApeSigner:
    """An Ape account, as the SDK's wallet asks for it."""

    def __init__(self, account: AccountAPI, provider: ProviderAPI) -> None:
        """Sign with the account, for the provider's chain."""
        self.address = str(account.address)
        self._account = account
        self._ecosystem = provider.network.ecosystem

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> bytes:
        """Return the raw signed bytes; Ape may ask for a passphrase."""
        transaction = self._ecosystem.create_transaction(**transaction_dict)
        signed = self._account.sign_transaction(transaction)
        if signed is None:
            raise click.ClickException("the account did not sign; unlock it and run this again")
        return bytes(signed.serialize_transaction())


@click.command(cls=ConnectedProviderCommand)
@account_option("--account", prompt=False)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=PACKAGED,
    help="Where to write <chain id>.json.",
)
def cli(provider: ProviderAPI, account: AccountAPI | None, folder: Path) -> None:
    """Deploy every contract and write down where it is."""
    try:
        _deploy(provider, _signer(provider, account), folder / f"{provider.chain_id}.json")
    except CreatokenError as error:
        raise click.ClickException(str(error)) from None


def _deploy(provider: ProviderAPI, signer: TransactionSigner, path: Path) -> None:
    wallet = Wallet(Rpc.connect(provider.web3), provider.chain_id, signer)
    contracts = dict(Deployment.load(path).contracts) if path.is_file() else {}
    for name, contract in deploy(wallet):
        before = contracts.get(name)
        contracts[name] = replace(contract, block=_block(provider, contract, before))
        _write(path, Deployment(provider.chain_id, contracts))
        click.echo(f"{name} {contract.address} {'deployed' if contract.block else 'was there'}")


def _signer(provider: ProviderAPI, account: AccountAPI | None) -> TransactionSigner:
    if account is not None:
        return ApeSigner(account, provider)
    if KEY in os.environ:
        return take_account(KEY, "deployer", "it pays the gas")
    if provider.network.is_local:
        return ApeSigner(accounts.test_accounts[0], provider)
    raise click.UsageError(f"who pays? Give --account or set {KEY}")


def _block(
    provider: ProviderAPI, contract: DeployedContract, before: DeployedContract | None
) -> int:
    if provider.chain_id == DEVELOPMENT_CHAIN:  # starts anew each time
        return 0
    return contract.block or (before.block if before else 0)


def _write(path: Path, deployment: Deployment) -> None:
    """Write the record after each contract, so that a run that is killed loses none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(deployment.to_json(), indent=1, sort_keys=True) + "\n", "utf-8")
    draft.replace(path)
