// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApprovals} from "./IApprovals.sol";

/// @title Asset registry: digital birth certificates
/// @notice An asset is one immutable version of content. Its ERC-721 id is a hash that is known before any
/// transaction: `keccak256(abi.encode(keccak256("creatoken.asset.v1"), chainid, registry, creator, contentHash,
/// recordRoot))`. Given a file, its certificate is one look-up of `AssetRegistered` by content or manifest hash.
/// @dev Beside ownership nothing but time, work, stages and status is stored, all in the ownership slot. ERC-2981
/// royalties go to the work's contribution token; ERC-4906 events announce metadata changes.
/// `sourceType` is the IPTC digitalSourceType: 0 unspecified; the numbering is in the SDK's `source_types`.
interface IAssetRegistry is IApprovals {
    /// @notice What an asset is.
    /// @param workId Work it belongs to; 0 for none.
    /// @param creator Account whose asset it is; must send or sign.
    /// @param contentHash SHA-256 of the bytes before a C2PA manifest is embedded.
    /// @param recordRoot Root of the salted commitments to prompts, model, parameters, oversight and lineage.
    /// @param manifestHash SHA-256 of the active C2PA manifest's content; 0 if there is none yet.
    /// @param sourceType IPTC digitalSourceType as a number.
    /// @param parents Assets this one derives from; at most 16, distinct, registered before.
    /// @param uri Where the public part of the record may be found; not interpreted.
    struct AssetInput {
        uint40 workId;
        address creator;
        bytes32 contentHash;
        bytes32 recordRoot;
        bytes32 manifestHash;
        uint8 sourceType;
        uint256[] parents;
        string uri;
    }

    /// @notice Whether an asset stands or was withdrawn.
    enum Status {
        ACTIVE,
        WITHDRAWN
    }

    /// @notice What is stored of an asset.
    /// @param owner ERC-721 owner.
    /// @param registeredAt Time of registration, or of the anchor it was promoted from, in UTC seconds.
    /// @param workId Work it belongs to; 0 for none.
    /// @param stages Approved stages, bit n for stage n.
    /// @param status Active or withdrawn.
    struct Asset {
        address owner;
        uint40 registeredAt;
        uint40 workId;
        uint8 stages;
        Status status;
    }

    /// @notice The asset is not registered.
    error AssetRegistryUnknown(uint256 assetId);

    /// @notice The asset is registered; the first time stands.
    error AssetRegistryAlreadyRegistered(uint256 assetId, uint40 registeredAt);

    /// @notice The sender is not the creator, and no signature of the creator is given.
    error AssetRegistryNotCreator(address account, address creator);

    /// @notice An asset needs a content hash and a record root.
    error AssetRegistryHashZero();

    /// @notice An asset cannot be minted to the zero address.
    error AssetRegistryRecipientZero();

    /// @notice More parents than an asset may have.
    error AssetRegistryTooManyParents(uint256 count, uint256 max);

    /// @notice The parent is not registered.
    error AssetRegistryParentUnknown(uint256 parentId);

    /// @notice The parent is listed twice.
    error AssetRegistryParentRepeated(uint256 parentId);

    /// @notice The signature's deadline has passed.
    error AssetRegistryExpired(uint40 deadline, uint256 blockTime);

    /// @notice The signature is not the creator's over this registration.
    error AssetRegistrySignatureInvalid(address creator, bytes32 digest);

    /// @notice The anchorer never anchored this root.
    error AssetRegistryNotAnchored(address anchorer, bytes32 root);

    /// @notice The proof does not lead from the asset's leaf to the anchored root.
    error AssetRegistryProofInvalid(bytes32 root, bytes32 leaf);

    /// @notice The asset was withdrawn before.
    error AssetRegistryWithdrawn(uint256 assetId);

    /// @notice Only the owner may do this to an asset without a work.
    error AssetRegistryNotOwner(uint256 assetId, address account, address owner);

    /// @notice A manifest hash must not be zero.
    error AssetRegistryManifestZero(uint256 assetId);

    /// @notice No money is accepted here.
    error AssetRegistryNotPayable(uint256 value);

    /// @notice An asset was registered. Everything that is not stored is here.
    event AssetRegistered(
        uint256 indexed assetId,
        bytes32 indexed contentHash,
        bytes32 indexed manifestHash,
        AssetInput asset,
        uint40 registeredAt
    );

    /// @notice A C2PA manifest was made after registration. Append-only; `by` says whose word it is.
    event ManifestAttached(
        uint256 indexed assetId, bytes32 indexed manifestHash, address indexed by
    );

    /// @notice An asset was withdrawn. It is never erased.
    event AssetWithdrawn(uint256 indexed assetId, address indexed by, bytes32 reasonHash);

    /// @notice ERC-4906: the token's metadata changed.
    event MetadataUpdate(uint256 _tokenId);

    /// @notice Registers an asset. The sender is the creator, and RECORDER if the asset belongs to a work.
    /// @param asset See `AssetInput`.
    /// @param to First owner.
    /// @return assetId Hash that identifies the asset.
    function register(AssetInput calldata asset, address to) external returns (uint256 assetId);

    /// @notice Registers an asset that its creator signed for. Anyone may call; RECORDER if it belongs to a work.
    /// @dev The creator signs `Registration(assetId, to, workId, manifestHash, parentsHash, deadline)`, parentsHash
    /// being keccak256 over the parents' words. Warning: `sourceType` and `uri` are the relayer's statement; the
    /// record root commits to the true source type.
    /// @param asset See `AssetInput`.
    /// @param to First owner, as signed.
    /// @param deadline Last second, in UTC, at which the signature counts.
    /// @param signature The creator's, see `IApprovals`.
    /// @return assetId Hash that identifies the asset.
    function registerFor(
        AssetInput calldata asset,
        address to,
        uint40 deadline,
        bytes calldata signature
    ) external returns (uint256 assetId);

    /// @notice Registers many assets of the sender, all or none.
    /// @param assets See `AssetInput`.
    /// @param to First owner of all.
    /// @return assetIds In the order given.
    function registerBatch(AssetInput[] calldata assets, address to)
        external
        returns (uint256[] memory assetIds);

    /// @notice Registers an asset that was anchored earlier and keeps the anchor's time.
    /// @dev The leaf is (creator, contentHash, recordRoot, manifestHash), double-hashed.
    /// It does not hold the parents, so these may have been registered later than the anchor.
    /// @param asset See `AssetInput`.
    /// @param to First owner.
    /// @param anchorer Account that anchored the root.
    /// @param root Anchored root.
    /// @param proof Sibling hashes from the leaf to the root.
    /// @param deadline As for `registerFor`; ignored when the creator sends.
    /// @param signature As for `registerFor`; may be empty when the creator sends.
    /// @return assetId Hash that identifies the asset.
    function registerAnchored(
        AssetInput calldata asset,
        address to,
        address anchorer,
        bytes32 root,
        bytes32[] calldata proof,
        uint40 deadline,
        bytes calldata signature
    ) external returns (uint256 assetId);

    /// @notice States the hash of a manifest made after registration. RECORDER of the asset's work, or the owner of
    /// an asset without one.
    /// @param assetId Asset the manifest belongs to.
    /// @param manifestHash SHA-256 of the manifest's content; not zero.
    function attachManifest(uint256 assetId, bytes32 manifestHash) external;

    /// @notice Withdraws an asset: it can no longer be approved or release payouts. DIRECTOR of the asset's work, or
    /// the owner of an asset without one. There is no way back.
    /// @param assetId Asset to withdraw.
    /// @param reasonHash Hash of the reason.
    function withdraw(uint256 assetId, bytes32 reasonHash) external;

    /// @notice Id of an asset, registered or not.
    function assetIdOf(address creator, bytes32 contentHash, bytes32 recordRoot)
        external
        view
        returns (uint256 assetId);

    /// @notice What is stored of an asset. Reverts with `AssetRegistryUnknown`.
    function assetOf(uint256 assetId) external view returns (Asset memory asset);
}
