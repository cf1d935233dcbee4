// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayoutVault} from "../../contracts/PayoutVault.sol";
import {IAssetRegistry} from "../../contracts/interfaces/IAssetRegistry.sol";
import {IPayoutVault} from "../../contracts/interfaces/IPayoutVault.sol";

/// @notice What a payout's id binds.
contract PayoutVaultProofs {
    PayoutVault private immutable VAULT = new PayoutVault(IAssetRegistry(address(1)));

    function check_payoutIdOf__given_any_terms__is_the_hash_of_their_encoding(
        IPayoutVault.PayoutTerms calldata terms
    ) external view {
        bytes32 idType = keccak256("creatoken.payout.v1");
        assert(
            VAULT.payoutIdOf(terms)
                == keccak256(abi.encode(idType, block.chainid, address(VAULT), terms))
        );
    }
}
