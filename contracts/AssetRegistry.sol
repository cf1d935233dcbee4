// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ERC721} from "solady/src/tokens/ERC721.sol";
import {Base64} from "solady/src/utils/Base64.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {Approvals} from "./Approvals.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {IWorks} from "./interfaces/IWorks.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {Roles} from "./libraries/Roles.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title Asset registry
/// @notice See `IAssetRegistry`.
contract AssetRegistry is ERC721, Approvals, IAssetRegistry {
    /// @notice ERC-2981 royalty, in 1/10,000 of a sale price.
    uint256 public constant ROYALTY_BPS = 1_000;

    bytes32 private constant ID_TYPE = keccak256("creatoken.asset.v1");
    uint256 private constant MAX_PARENTS = 16;

    IWorks public immutable WORKS;
    IAnchors public immutable ANCHORS;

    constructor(IProjects projects, IWorks works, IAnchors anchors) Approvals(projects) {
        WORKS = works;
        ANCHORS = anchors;
    }

    /* REGISTRATION */

    /// @inheritdoc IAssetRegistry
    function register(AssetInput calldata asset, address to) external returns (uint256) {
        _requireCreator(asset.creator);
        return _register(asset, to, uint40(block.timestamp));
    }

    /// @inheritdoc IAssetRegistry
    function registerFor(
        AssetInput calldata asset,
        address to,
        uint40 deadline,
        bytes calldata signature
    ) external returns (uint256) {
        _requireSigned(asset, to, deadline, signature);
        return _register(asset, to, uint40(block.timestamp));
    }

    /// @inheritdoc IAssetRegistry
    function registerBatch(AssetInput[] calldata assets, address to)
        external
        returns (uint256[] memory assetIds)
    {
        assetIds = new uint256[](assets.length);
        for (uint256 i; i < assets.length; ++i) {
            _requireCreator(assets[i].creator);
            assetIds[i] = _register(assets[i], to, uint40(block.timestamp));
        }
    }

    /// @inheritdoc IAssetRegistry
    function registerAnchored(
        AssetInput calldata asset,
        address to,
        address anchorer,
        bytes32 root,
        bytes32[] calldata proof,
        uint40 deadline,
        bytes calldata signature
    ) external returns (uint256) {
        if (msg.sender != asset.creator) {
            _requireSigned(asset, to, deadline, signature);
        }
        uint40 anchoredAt = ANCHORS.anchoredAt(anchorer, root);
        require(anchoredAt != 0, AssetRegistryNotAnchored(anchorer, root));
        bytes32 leaf =
            Leaves.asset(asset.creator, asset.contentHash, asset.recordRoot, asset.manifestHash);
        require(
            MerkleProof.verifyCalldata(proof, root, leaf), AssetRegistryProofInvalid(root, leaf)
        );
        return _register(asset, to, anchoredAt);
    }

    /* AFTER REGISTRATION */

    /// @inheritdoc IAssetRegistry
    function attachManifest(uint256 assetId, bytes32 manifestHash) external {
        _requireAuthority(assetOf(assetId), assetId, Roles.RECORDER);
        require(manifestHash != 0, AssetRegistryManifestZero(assetId));
        emit ManifestAttached(assetId, manifestHash, msg.sender);
        emit MetadataUpdate(assetId);
    }

    /// @inheritdoc IAssetRegistry
    function withdraw(uint256 assetId, bytes32 reasonHash) external {
        Asset memory asset = assetOf(assetId);
        _requireAuthority(asset, assetId, Roles.DIRECTOR);
        require(asset.status == Status.ACTIVE, AssetRegistryWithdrawn(assetId));

        asset.status = Status.WITHDRAWN;
        _setExtraData(assetId, _pack(asset));
        emit AssetWithdrawn(assetId, msg.sender, reasonHash);
        emit MetadataUpdate(assetId);
    }

    /* VIEWS */

    /// @inheritdoc IAssetRegistry
    function assetIdOf(address creator, bytes32 contentHash, bytes32 recordRoot)
        public
        view
        override(Approvals, IAssetRegistry)
        returns (uint256)
    {
        return uint256(
            keccak256(
                abi.encode(ID_TYPE, block.chainid, address(this), creator, contentHash, recordRoot)
            )
        );
    }

    /// @inheritdoc IAssetRegistry
    function assetOf(uint256 assetId) public view returns (Asset memory asset) {
        address owner = _ownerOf(assetId);
        require(owner != address(0), AssetRegistryUnknown(assetId));
        return _unpack(owner, _getExtraData(assetId));
    }

    /// @inheritdoc IApprovals
    function isApproved(uint256 assetId, uint8 stage) external view returns (bool) {
        return stage < STAGES && _hasStage(_getExtraData(assetId), stage);
    }

    /// @inheritdoc IApprovals
    function requireApproved(uint256 assetId, uint40 workId, uint8 stage) external view {
        uint96 extra = _getExtraData(assetId);
        require(extra != 0, AssetRegistryUnknown(assetId));
        require(
            uint40(extra >> 16) == workId,
            ApprovalsWorkMismatch(assetId, uint40(extra >> 16), workId)
        );
        require(uint8(extra) == uint8(Status.ACTIVE), ApprovalsWithdrawn(assetId));
        require(stage < STAGES && _hasStage(extra, stage), ApprovalsNotApproved(assetId, stage));
    }

    /// @notice ERC-2981: 10 % of a sale to the work's contribution token; nothing for assets without a work.
    function royaltyInfo(uint256 assetId, uint256 salePrice)
        external
        view
        returns (address receiver, uint256 amount)
    {
        uint40 workId = assetOf(assetId).workId;
        if (workId == 0) return (address(0), 0);
        return (
            WORKS.tokenOf(workId),
            salePrice / 10_000 * ROYALTY_BPS + salePrice % 10_000 * ROYALTY_BPS / 10_000
        );
    }

    /// @notice What is stored of the asset, as JSON in a data URI.
    function tokenURI(uint256 assetId) public view override returns (string memory) {
        Asset memory asset = assetOf(assetId);
        bytes memory json = abi.encodePacked(
            '{"name":"Creatoken asset ',
            LibString.toHexString(assetId, 32),
            '","work":',
            LibString.toString(asset.workId),
            ',"registeredAt":',
            LibString.toString(asset.registeredAt),
            ',"withdrawn":',
            asset.status == Status.WITHDRAWN ? "true}" : "false}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    /// @notice Name of the collection.
    function name() public pure override returns (string memory) {
        return "Creatoken Asset";
    }

    /// @notice Symbol of the collection.
    function symbol() public pure override returns (string memory) {
        return "ASSET";
    }

    /// @notice ERC-165, ERC-721 with metadata, ERC-2981 and ERC-4906.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x2a55205a || interfaceId == 0x49064906
            || super.supportsInterface(interfaceId);
    }

    /// @notice ERC-721 approval of an operator for one token.
    function approve(address account, uint256 id) public payable override {
        _requireNoValue();
        super.approve(account, id);
    }

    /* INTERNAL */

    /// @dev Runs on every mint and transfer. The inherited functions are payable to save gas; money would be stuck.
    function _beforeTokenTransfer(address, address, uint256) internal view override {
        _requireNoValue();
    }

    function _requireWork(uint256 assetId)
        internal
        view
        override
        returns (uint40 workId, uint40 projectId)
    {
        workId = assetOf(assetId).workId;
        require(workId != 0, ApprovalsNoWork(assetId));
        projectId = WORKS.projectOf(workId);
    }

    function _requireApprovable(uint256 assetId, uint8 stage)
        internal
        view
        override
        returns (uint40 workId, uint40 projectId)
    {
        require(stage < STAGES, ApprovalsStageInvalid(stage));
        uint96 extra = _getExtraData(assetId);
        require(extra != 0, AssetRegistryUnknown(assetId));
        workId = uint40(extra >> 16);
        require(workId != 0, ApprovalsNoWork(assetId));
        require(uint8(extra) == uint8(Status.ACTIVE), ApprovalsWithdrawn(assetId));
        require(!_hasStage(extra, stage), ApprovalsAlreadyApproved(assetId, stage));
        projectId = WORKS.projectOf(workId);
    }

    function _setStage(uint256 assetId, uint8 stage) internal override {
        _setExtraData(assetId, _getExtraData(assetId) | (uint96(256) << stage));
    }

    /* PRIVATE */

    function _register(AssetInput calldata asset, address to, uint40 registeredAt)
        private
        returns (uint256 assetId)
    {
        require(to != address(0), AssetRegistryRecipientZero());
        require(asset.contentHash != 0 && asset.recordRoot != 0, AssetRegistryHashZero());
        if (asset.workId != 0) {
            uint40 projectId = WORKS.projectOf(asset.workId);
            PROJECTS.requireAnyRole(projectId, msg.sender, Roles.RECORDER);
        }
        _requireParents(asset.parents);
        assetId = assetIdOf(asset.creator, asset.contentHash, asset.recordRoot);
        uint96 extra = _getExtraData(assetId);
        require(extra == 0, AssetRegistryAlreadyRegistered(assetId, uint40(extra >> 56)));

        uint96 packed = uint96(registeredAt) << 56 | uint96(asset.workId) << 16;
        _mintAndSetExtraDataUnchecked(to, assetId, packed);
        emit AssetRegistered(assetId, asset.contentHash, asset.manifestHash, asset, registeredAt);
    }

    function _requireParents(uint256[] calldata parents) private view {
        uint256 length = parents.length;
        require(length <= MAX_PARENTS, AssetRegistryTooManyParents(length, MAX_PARENTS));
        for (uint256 i; i < length; ++i) {
            uint256 parent = parents[i];
            require(_exists(parent), AssetRegistryParentUnknown(parent));
            for (uint256 j; j < i; ++j) {
                require(parents[j] != parent, AssetRegistryParentRepeated(parent));
            }
        }
    }

    function _requireCreator(address creator) private view {
        require(msg.sender == creator, AssetRegistryNotCreator(msg.sender, creator));
    }

    function _requireSigned(
        AssetInput calldata asset,
        address to,
        uint40 deadline,
        bytes calldata signature
    ) private view {
        require(block.timestamp <= deadline, AssetRegistryExpired(deadline, block.timestamp));
        bytes32 structHash = TypedData.hash(
            TypedData.Registration({
                assetId: assetIdOf(asset.creator, asset.contentHash, asset.recordRoot),
                to: to,
                workId: asset.workId,
                manifestHash: asset.manifestHash,
                parentsHash: keccak256(abi.encodePacked(asset.parents)),
                deadline: deadline
            })
        );
        bytes32 digest = TypedData.digest(domainSeparator(), structHash);
        require(
            Signatures.isValid(asset.creator, digest, signature),
            AssetRegistrySignatureInvalid(asset.creator, digest)
        );
    }

    /// @dev Stages start at bit 8 of the extra data.
    function _hasStage(uint96 extra, uint8 stage) private pure returns (bool) {
        return extra & (uint96(256) << stage) != 0;
    }

    /// @dev Who may change an asset: a role of its work's project, so that no buyer of the token can stop payouts;
    /// without a work, the owner.
    function _requireAuthority(Asset memory asset, uint256 assetId, uint8 role) private view {
        if (asset.workId == 0) {
            require(
                msg.sender == asset.owner, AssetRegistryNotOwner(assetId, msg.sender, asset.owner)
            );
        } else {
            PROJECTS.requireAnyRole(WORKS.projectOf(asset.workId), msg.sender, role);
        }
    }

    function _requireNoValue() private view {
        require(msg.value == 0, AssetRegistryNotPayable(msg.value));
    }

    /// @dev Extra data of the ownership slot: registeredAt 40 bits, workId 40, stages 8, status 8.
    function _pack(Asset memory asset) private pure returns (uint96) {
        return uint96(asset.registeredAt) << 56 | uint96(asset.workId) << 16 | uint96(asset.stages)
            << 8 | uint96(asset.status);
    }

    function _unpack(address owner, uint96 extra) private pure returns (Asset memory) {
        // The casts keep the low bits, which is the field.
        return Asset({
            owner: owner,
            registeredAt: uint40(extra >> 56),
            workId: uint40(extra >> 16),
            stages: uint8(extra >> 8),
            status: Status(uint8(extra))
        });
    }
}
