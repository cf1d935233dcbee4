// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGate} from "./interfaces/IGate.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Projects
/// @notice See `IProjects`.
contract Projects is IProjects {
    uint256 private constant MAX_GATES = 8;
    uint8 private constant STAGES = 8;

    /// @dev The first slot holds all that an approval without gates needs. Masks have bit n for stage n.
    struct Project {
        address admin;
        uint8 approvalsRequired;
        uint8 gatedStages;
        uint8 lockedStages;
        address pendingAdmin;
        address treasury;
        bool treasuryAccepted;
        ILicensing licensing;
    }

    uint40 private _count;
    mapping(uint40 projectId => Project) private _projects;
    mapping(uint40 projectId => mapping(address account => uint8 mask)) private _roles;
    mapping(uint40 projectId => mapping(uint8 stage => IGate[])) private _gates;

    modifier onlyAdmin(uint40 projectId) {
        requireAnyRole(projectId, msg.sender, Roles.ADMIN);
        _;
    }

    /* USER FUNCTIONS */

    /// @inheritdoc IProjects
    function create(ProjectInput calldata input) external returns (uint40 projectId) {
        projectId = ++_count;
        require(input.admin != address(0), ProjectsZeroAddress(projectId));
        require(input.approvalsRequired > 0, ProjectsApprovalsRequiredZero(projectId));

        Project storage project = _projects[projectId];
        project.admin = input.admin;
        project.approvalsRequired = input.approvalsRequired;
        project.licensing = input.licensing;
        emit ProjectCreated(projectId, input.admin, input.treasury, input.licensing, input.uri);

        _writeTreasury(projectId, input.treasury);
        _writeRoles(projectId, input.admin, Roles.ADMIN);
        for (uint256 i; i < input.grants.length; ++i) {
            RoleGrant calldata grant = input.grants[i];
            uint8 admin = grant.account == input.admin ? Roles.ADMIN : 0;
            _grantRoles(projectId, grant.account, grant.roles | admin);
        }
    }

    /// @inheritdoc IProjects
    function acceptAdmin(uint40 projectId) external {
        Project storage project = _projects[projectId];
        address pending = project.pendingAdmin;
        require(msg.sender == pending, ProjectsNotPendingAdmin(projectId, msg.sender, pending));
        address old = project.admin;
        project.admin = msg.sender;
        delete project.pendingAdmin;
        _writeRoles(projectId, old, _roles[projectId][old] & ~Roles.ADMIN);
        _writeRoles(projectId, msg.sender, _roles[projectId][msg.sender] | Roles.ADMIN);
        emit AdminTransferred(projectId, old, msg.sender);
    }

    /// @inheritdoc IProjects
    function acceptTreasury(uint40 projectId) external {
        Project storage project = _existing(projectId);
        address treasury = project.treasury;
        require(msg.sender == treasury, ProjectsNotTreasury(projectId, msg.sender, treasury));
        project.treasuryAccepted = true;
        emit TreasuryAccepted(projectId, treasury);
    }

    /* ADMIN FUNCTIONS */

    /// @inheritdoc IProjects
    function setRoles(uint40 projectId, address account, uint8 roles)
        external
        onlyAdmin(projectId)
    {
        _grantRoles(projectId, account, roles);
    }

    /// @inheritdoc IProjects
    function transferAdmin(uint40 projectId, address pendingAdmin) external onlyAdmin(projectId) {
        _projects[projectId].pendingAdmin = pendingAdmin;
        emit AdminTransferStarted(projectId, msg.sender, pendingAdmin);
    }

    /// @inheritdoc IProjects
    function setApprovalsRequired(uint40 projectId, uint8 required) external onlyAdmin(projectId) {
        require(required > 0, ProjectsApprovalsRequiredZero(projectId));
        Project storage project = _projects[projectId];
        uint8 old = project.approvalsRequired;
        project.approvalsRequired = required;
        emit ApprovalsRequiredSet(projectId, old, required);
    }

    /// @inheritdoc IProjects
    function setTreasury(uint40 projectId, address treasury) external onlyAdmin(projectId) {
        _writeTreasury(projectId, treasury);
    }

    /// @inheritdoc IProjects
    function setGates(uint40 projectId, uint8 stage, IGate[] calldata gates)
        external
        onlyAdmin(projectId)
    {
        Project storage project = _unlocked(projectId, stage);
        require(
            gates.length <= MAX_GATES,
            ProjectsTooManyGates(projectId, stage, gates.length, MAX_GATES)
        );
        uint8 bit = uint8(1 << stage);
        project.gatedStages =
            gates.length > 0 ? project.gatedStages | bit : project.gatedStages & ~bit;
        _gates[projectId][stage] = gates;
        emit GatesSet(projectId, stage, gates);
    }

    /// @inheritdoc IProjects
    function lockGates(uint40 projectId, uint8 stage) external onlyAdmin(projectId) {
        _unlocked(projectId, stage).lockedStages |= uint8(1 << stage);
        emit GatesLocked(projectId, stage);
    }

    /* VIEWS */

    /// @inheritdoc IProjects
    function requireAnyRole(uint40 projectId, address account, uint8 anyOf) public view {
        require(
            _roles[projectId][account] & anyOf != 0, ProjectsUnauthorized(projectId, account, anyOf)
        );
    }

    /// @inheritdoc IProjects
    function hasRoles(uint40 projectId, address account, uint8 mask) external view returns (bool) {
        return mask != 0 && _roles[projectId][account] & mask == mask;
    }

    /// @inheritdoc IProjects
    function rolesOf(uint40 projectId, address account) external view returns (uint8) {
        return _roles[projectId][account];
    }

    /// @inheritdoc IProjects
    function policyOf(uint40 projectId, uint8 stage)
        external
        view
        returns (uint8 approvalsRequired, bool gated)
    {
        Project storage project = _existing(projectId);
        return (project.approvalsRequired, _has(project.gatedStages, stage));
    }

    /// @inheritdoc IProjects
    function gatesOf(uint40 projectId, uint8 stage) external view returns (IGate[] memory) {
        return _gates[projectId][stage];
    }

    /// @inheritdoc IProjects
    function gatesLocked(uint40 projectId, uint8 stage) external view returns (bool) {
        return _has(_existing(projectId).lockedStages, stage);
    }

    /// @inheritdoc IProjects
    function adminOf(uint40 projectId) external view returns (address, address) {
        Project storage project = _existing(projectId);
        return (project.admin, project.pendingAdmin);
    }

    /// @inheritdoc IProjects
    function treasuryOf(uint40 projectId) external view returns (address) {
        return _existing(projectId).treasury;
    }

    /// @inheritdoc IProjects
    function licenseeOf(uint40 projectId) external view returns (address) {
        Project storage project = _existing(projectId);
        return project.treasuryAccepted ? project.treasury : address(0);
    }

    /// @inheritdoc IProjects
    function licensingOf(uint40 projectId) external view returns (ILicensing) {
        return _existing(projectId).licensing;
    }

    /* PRIVATE */

    function _grantRoles(uint40 projectId, address account, uint8 roles) private {
        require(account != address(0), ProjectsZeroAddress(projectId));
        bool keepsAdmin = (roles ^ _roles[projectId][account]) & Roles.ADMIN == 0;
        require(roles <= Roles.ALL && keepsAdmin, ProjectsRolesInvalid(projectId, account, roles));
        _writeRoles(projectId, account, roles);
    }

    function _writeRoles(uint40 projectId, address account, uint8 roles) private {
        uint8 old = _roles[projectId][account];
        _roles[projectId][account] = roles;
        emit RolesSet(projectId, account, old, roles);
    }

    function _writeTreasury(uint40 projectId, address treasury) private {
        require(treasury != address(0), ProjectsZeroAddress(projectId));
        Project storage project = _projects[projectId];
        address old = project.treasury;
        project.treasury = treasury;
        project.treasuryAccepted = msg.sender == treasury;
        emit TreasurySet(projectId, old, treasury);
        if (msg.sender == treasury) emit TreasuryAccepted(projectId, treasury);
    }

    function _existing(uint40 projectId) private view returns (Project storage project) {
        project = _projects[projectId];
        require(project.admin != address(0), ProjectsUnknown(projectId));
    }

    function _unlocked(uint40 projectId, uint8 stage)
        private
        view
        returns (Project storage project)
    {
        require(stage < STAGES, ProjectsStageInvalid(stage));
        project = _projects[projectId];
        require(!_has(project.lockedStages, stage), ProjectsGatesLocked(projectId, stage));
    }

    function _has(uint8 mask, uint8 stage) private pure returns (bool) {
        return mask & (uint256(1) << stage) != 0;
    }
}
