// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGate} from "./IGate.sol";
import {ILicensing} from "./ILicensing.sol";

/// @title Projects: tenants, their roles and their approval policy
/// @notice A project is a studio's campaign or catalogue. It has exactly one admin, any number of role holders, a
/// treasury, a licence market fixed at creation, a number of required approvals and gates per stage.
/// @dev Roles are a bit mask per project and account: ADMIN=1, DIRECTOR=2, RECORDER=4, COMPLIANCE=8, REPORTER=16,
/// TREASURER=32. Nobody has power over a project from outside it, and no power of a project reaches money that is
/// already owed: refunds, claims and sealing after `sealBy` never ask this contract.
interface IProjects {
    /// @notice One account and the roles it gets.
    /// @param account Account to grant to; not zero.
    /// @param roles Bit mask of roles; without ADMIN, which only moves by `acceptAdmin`.
    struct RoleGrant {
        address account;
        uint8 roles;
    }

    /// @notice What a new project is made of.
    /// @param admin Sole holder of ADMIN; need not be the sender.
    /// @param treasury Account that holds the project's licences; not zero. Unless it sends, it must accept.
    /// @param licensing Licence market that speaks for this project's works, for ever; zero means that no other
    /// project can derive from them.
    /// @param approvalsRequired Distinct director signatures an approval needs, at least 1.
    /// @param grants First role holders.
    /// @param uri Where a description may be found; not interpreted.
    struct ProjectInput {
        address admin;
        address treasury;
        ILicensing licensing;
        uint8 approvalsRequired;
        RoleGrant[] grants;
        string uri;
    }

    /// @notice The project does not exist.
    error ProjectsUnknown(uint40 projectId);

    /// @notice The account holds none of the roles in the mask `anyOf`.
    error ProjectsUnauthorized(uint40 projectId, address account, uint8 anyOf);

    /// @notice An admin, treasury or role holder is the zero address.
    error ProjectsZeroAddress(uint40 projectId);

    /// @notice The mask has unknown bits, or would give or take ADMIN outside a transfer.
    error ProjectsRolesInvalid(uint40 projectId, address account, uint8 roles);

    /// @notice The account is not the one the admin offered the project to.
    error ProjectsNotPendingAdmin(uint40 projectId, address account, address pendingAdmin);

    /// @notice The account is not the treasury that the admin named.
    error ProjectsNotTreasury(uint40 projectId, address account, address treasury);

    /// @notice At least one approval must be required.
    error ProjectsApprovalsRequiredZero(uint40 projectId);

    /// @notice Stages run from 0 to 7.
    error ProjectsStageInvalid(uint8 stage);

    /// @notice More gates than one approval may run.
    error ProjectsTooManyGates(uint40 projectId, uint8 stage, uint256 count, uint256 max);

    /// @notice The gates of this stage were locked and can never change again.
    error ProjectsGatesLocked(uint40 projectId, uint8 stage);

    /// @notice A project was created.
    event ProjectCreated(
        uint40 indexed projectId,
        address indexed admin,
        address indexed treasury,
        ILicensing licensing,
        string uri
    );

    /// @notice The roles of an account changed; the masks include ADMIN.
    event RolesSet(
        uint40 indexed projectId, address indexed account, uint8 oldRoles, uint8 newRoles
    );

    /// @notice The admin offered the project to another account; zero withdraws the offer.
    event AdminTransferStarted(
        uint40 indexed projectId, address indexed admin, address indexed pendingAdmin
    );

    /// @notice The offered account took over.
    event AdminTransferred(
        uint40 indexed projectId, address indexed oldAdmin, address indexed newAdmin
    );

    /// @notice The number of required approvals changed.
    event ApprovalsRequiredSet(uint40 indexed projectId, uint8 oldRequired, uint8 newRequired);

    /// @notice The treasury changed.
    event TreasurySet(
        uint40 indexed projectId, address indexed oldTreasury, address indexed newTreasury
    );

    /// @notice The treasury agreed to hold the project's licences.
    event TreasuryAccepted(uint40 indexed projectId, address indexed treasury);

    /// @notice The gates of a stage were replaced.
    event GatesSet(uint40 indexed projectId, uint8 indexed stage, IGate[] gates);

    /// @notice The gates of a stage became immutable.
    event GatesLocked(uint40 indexed projectId, uint8 indexed stage);

    /// @notice Creates a project. Anyone may call.
    /// @param input See `ProjectInput`.
    /// @return projectId Sequential from 1.
    function create(ProjectInput calldata input) external returns (uint40 projectId);

    /// @notice Replaces the roles of an account. ADMIN only.
    /// @dev The ADMIN bit of `roles` must say what is true already: the last admin cannot be lost by mistake.
    /// Warning: directors count at the moment of approval, so removing one voids what it signed but nobody relayed.
    /// @param projectId Project to change.
    /// @param account Account to change; not zero.
    /// @param roles New bit mask.
    function setRoles(uint40 projectId, address account, uint8 roles) external;

    /// @notice Offers the project to another account, which must accept. ADMIN only.
    /// @param projectId Project to hand over.
    /// @param pendingAdmin Account that may accept; zero withdraws the offer.
    function transferAdmin(uint40 projectId, address pendingAdmin) external;

    /// @notice Takes over a project that was offered to the sender. The old admin keeps its other roles.
    /// @param projectId Project to take over.
    function acceptAdmin(uint40 projectId) external;

    /// @notice Sets how many distinct directors must sign an approval. ADMIN only.
    /// @dev Warning: counts for approvals that are signed but not yet relayed, too.
    /// @param projectId Project to change.
    /// @param required At least 1.
    function setApprovalsRequired(uint40 projectId, uint8 required) external;

    /// @notice Sets the account that holds the project's licences. ADMIN only. Unless it sends, it must accept.
    /// @param projectId Project to change.
    /// @param treasury New treasury; not zero.
    function setTreasury(uint40 projectId, address treasury) external;

    /// @notice Agrees to hold the project's licences. The treasury: nobody's licences serve a project without consent.
    /// @param projectId Project that named the sender.
    function acceptTreasury(uint40 projectId) external;

    /// @notice Replaces the gates of a stage. ADMIN only, until locked.
    /// @param projectId Project to change.
    /// @param stage Stage 0 to 7.
    /// @param gates At most 8, run in this order.
    function setGates(uint40 projectId, uint8 stage, IGate[] calldata gates) external;

    /// @notice Makes the gates of a stage immutable, for ever. ADMIN only.
    /// @param projectId Project to change.
    /// @param stage Stage 0 to 7.
    function lockGates(uint40 projectId, uint8 stage) external;

    /// @notice Whether the account holds every role in a non-empty mask.
    function hasRoles(uint40 projectId, address account, uint8 mask) external view returns (bool);

    /// @notice Reverts with `ProjectsUnauthorized` unless the account holds at least one role in the mask.
    function requireAnyRole(uint40 projectId, address account, uint8 anyOf) external view;

    /// @notice Roles of an account as a bit mask; 0 for strangers and unknown projects.
    function rolesOf(uint40 projectId, address account) external view returns (uint8 roles);

    /// @notice What an approval of a stage needs.
    /// @return approvalsRequired Distinct director signatures.
    /// @return gated Whether the stage has gates, see `gatesOf`.
    function policyOf(uint40 projectId, uint8 stage)
        external
        view
        returns (uint8 approvalsRequired, bool gated);

    /// @notice Gates of a stage that must all say yes, in order.
    function gatesOf(uint40 projectId, uint8 stage) external view returns (IGate[] memory gates);

    /// @notice Whether the gates of a stage are immutable.
    function gatesLocked(uint40 projectId, uint8 stage) external view returns (bool);

    /// @notice The admin and the account it offered the project to, if any.
    function adminOf(uint40 projectId) external view returns (address admin, address pendingAdmin);

    /// @notice Treasury that the admin named.
    function treasuryOf(uint40 projectId) external view returns (address treasury);

    /// @notice Treasury whose licences serve the project; zero until it accepted.
    function licenseeOf(uint40 projectId) external view returns (address treasury);

    /// @notice Licence market of a project; zero if it has none.
    function licensingOf(uint40 projectId) external view returns (ILicensing licensing);
}
