// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {Ballot, IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {Certificate, Member, SetHeader} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";

/// @title One chain's copy of the validator-set headers, and its verifier of votes and certificates.
/// @dev Headers are written once and never change: certificates of the previous term stay checkable.
contract ValidatorSets is IValidatorSets, AccessControlUpgradeable, UUPSUpgradeable {
    /// @dev A header in five words. `count` and the times fit: 1024 members, seconds below 2^40.
    struct Stored {
        uint128 totalWeight;
        uint40 activeFrom;
        uint40 activeUntil;
        uint32 count;
        bytes32 membersRoot;
        bytes32 key0;
        bytes32 key1;
        bytes32 key2;
    }

    /// @custom:storage-location erc7201:pobs.storage.ValidatorSets
    struct SetsStorage {
        uint32 latest;
        mapping(uint32 setId => Stored) headers;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorSets")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf2181b02e41967b9c272d35c2160f25e3c8033a42c2ba6b8abbcb9485840b600;

    /// @notice The registry on L1; on L2 its alias, as which its retryable tickets arrive.
    address public immutable WRITER;

    constructor(address writer) {
        if (writer == address(0)) revert ValidatorSets_ZeroAddress();
        WRITER = writer;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade.
    function initialize(address admin) external initializer {
        if (admin == address(0)) revert ValidatorSets_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IValidatorSets
    function accept(SetHeader calldata given) external {
        if (msg.sender != WRITER) revert ValidatorSets_NotWriter(msg.sender);
        SetsStorage storage $ = _storage();
        // Repeated, late and disordered tickets change nothing and do not fail, so nobody need mind their order.
        if (given.setId <= $.latest) return;
        if (!_wellFormed(given)) revert ValidatorSets_BadHeader(given.setId);

        $.latest = given.setId;
        bytes calldata key = given.aggregateKey;
        $.headers[given.setId] = Stored({
            totalWeight: given.totalWeight,
            activeFrom: uint40(given.activeFrom),
            activeUntil: uint40(given.activeUntil),
            count: given.count,
            membersRoot: given.membersRoot,
            key0: bytes32(key[0:32]),
            key1: bytes32(key[32:64]),
            key2: bytes32(key[64:96])
        });
        emit SetAccepted(given.setId, given);
    }

    /// @inheritdoc IValidatorSets
    function signedWeight(Ballot calldata ballot, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total)
    {
        SetHeader memory set = _setInTerm(ballot);
        return (CertificateLib.signedWeight(set, certificate, ballot), set.totalWeight);
    }

    /// @inheritdoc IValidatorSets
    function checkVote(
        Ballot calldata ballot,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external view {
        SetHeader memory set = _setInTerm(ballot);
        CertificateLib.checkRule(kind, rule);
        if (!MembersLib.verify(member, set.membersRoot, set.count, path)) {
            revert ValidatorSets_NotMember(ballot.setId, member.index, member.validator);
        }
        bytes32 message =
            SummaryLib.voteDigest(ballot.domain, kind, ballot.epoch, ballot.setId, ballot.digest, rule);
        CertificateLib.checkSignature(member, signature, message);
    }

    /// @inheritdoc IValidatorSets
    function header(uint32 setId) external view returns (SetHeader memory) {
        return _load(setId);
    }

    /// @inheritdoc IValidatorSets
    function inTerm(uint32 setId, uint64 snapshotTime) external view returns (bool) {
        return _inTerm(_load(setId), snapshotTime);
    }

    /// @inheritdoc IValidatorSets
    function latestSetId() external view returns (uint32) {
        return _storage().latest;
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    function _setInTerm(Ballot calldata ballot) private view returns (SetHeader memory set) {
        set = _load(ballot.setId);
        if (!_inTerm(set, ballot.snapshotTime)) {
            revert ValidatorSets_NotInTerm(ballot.setId, ballot.snapshotTime);
        }
    }

    /// @dev An unknown set has no weight and an empty term.
    function _inTerm(SetHeader memory set, uint64 snapshotTime) private pure returns (bool) {
        return set.totalWeight != 0 && set.activeFrom <= snapshotTime && snapshotTime < set.activeUntil;
    }

    function _load(uint32 setId) private view returns (SetHeader memory result) {
        Stored storage stored = _storage().headers[setId];
        result.setId = setId;
        result.totalWeight = stored.totalWeight;
        if (result.totalWeight == 0) return result;
        result.activeFrom = stored.activeFrom;
        result.activeUntil = stored.activeUntil;
        result.count = stored.count;
        result.membersRoot = stored.membersRoot;
        result.aggregateKey = abi.encodePacked(stored.key0, stored.key1, stored.key2);
    }

    /// @dev No empty, powerless or timeless set ever enters (a set that nobody can outvote is worse than none).
    function _wellFormed(SetHeader calldata given) private pure returns (bool) {
        return given.membersRoot != bytes32(0) && given.totalWeight != 0 && given.count != 0
            && given.count <= MembersLib.MEMBERS_MAX && given.aggregateKey.length == BlsLib.KEY_BYTES
            && !BlsLib.isInfinity(BlsLib.toG1(given.aggregateKey)) && given.activeFrom < given.activeUntil
            && given.activeUntil <= type(uint40).max;
    }

    function _storage() private pure returns (SetsStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
