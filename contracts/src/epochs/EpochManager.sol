// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {Ballot, ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {IEpochManager} from "../interfaces/IEpochManager.sol";
import {Certificate, Line, Member, Summary, VoteGroup} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {VerifierCall} from "../libraries/VerifierCall.sol";

/// @title L2: where epochs are proposed and votes tallied.
contract EpochManager is IEpochManager, AccessControlUpgradeable, UUPSUpgradeable {
    using RulesHashes for RulesHashes.Hashes;

    /// @custom:storage-location erc7201:pobs.storage.EpochManager
    struct ManagerStorage {
        uint64 lastEpoch;
        uint64 lastApproved;
        RulesHashes.Hashes rules;
        mapping(uint64 epoch => Proposal) proposals;
        mapping(uint32 setId => Term) terms;
        address poster;
        uint64 posterNonce;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.EpochManager")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x7beb9b97428189d2b21d971cae469554ea2e0eb67cb370957ab1c73cb22e3200;

    /// @notice Greatest distance between a snapshot and the block that proposes it, seconds.
    uint256 public constant CLOCK_SKEW_MAX = 120;

    ICertificateVerifier public immutable VERIFIER;
    /// @notice EIP-712 domain of the deployment, equal on every chain.
    bytes32 public immutable DOMAIN;
    /// @notice Seconds after the proposal in which votes count as participation.
    uint64 public immutable VOTE_PERIOD;
    /// @notice The registry's alias, as which its retryable tickets arrive; on one chain the registry itself.
    address public immutable REGISTRY;

    /// @param salt Names the deployment: see {SummaryLib-saltOf}.
    /// @param registry The one who names posters.
    constructor(ICertificateVerifier verifier, bytes32 salt, uint64 votePeriod, address registry) {
        if (address(verifier) == address(0) || registry == address(0)) revert EpochManager_ZeroAddress();
        if (salt == bytes32(0) || votePeriod == 0) revert EpochManager_BadParameters();
        VERIFIER = verifier;
        DOMAIN = SummaryLib.domainSeparator(salt);
        VOTE_PERIOD = votePeriod;
        REGISTRY = registry;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade and set rules.
    /// @param firstPoster Proposes until the registry names the bonded operator's key.
    function initialize(address admin, address firstPoster) external initializer {
        if (admin == address(0) || firstPoster == address(0)) revert EpochManager_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _storage().poster = firstPoster;
        emit PosterSet(firstPoster, 0);
    }

    /// @inheritdoc IEpochManager
    function acceptPoster(address named, uint64 nonce) external {
        if (msg.sender != REGISTRY) revert EpochManager_NotRegistry(msg.sender);
        ManagerStorage storage $ = _storage();
        // Repeated, late and disordered tickets change nothing and do not fail, so nobody need mind their order.
        if (nonce <= $.posterNonce) return;

        $.poster = named;
        $.posterNonce = nonce;
        emit PosterSet(named, nonce);
    }

    /// @inheritdoc IEpochManager
    function propose(Summary calldata summary, Line[] calldata lines) external {
        ManagerStorage storage $ = _storage();
        // Check
        if (msg.sender != $.poster) revert EpochManager_NotPoster(msg.sender);
        uint64 epoch = $.lastEpoch + 1;
        if (summary.epoch != epoch) revert EpochManager_NotNextEpoch(summary.epoch, epoch);
        _checkTime(summary.snapshotTime, $.proposals[epoch - 1].snapshotTime);
        if (!$.rules.known(summary.rulesHash)) revert EpochManager_UnknownRules(summary.rulesHash);
        if (!VERIFIER.inTerm(summary.setId, summary.snapshotTime)) {
            revert EpochManager_SetNotInTerm(summary.setId, summary.snapshotTime);
        }
        _checkLines(summary, lines);

        // Effect
        bytes32 digest = SummaryLib.digest(DOMAIN, summary);
        $.lastEpoch = epoch;
        Proposal storage proposal = $.proposals[epoch];
        proposal.digest = digest;
        proposal.snapshotTime = summary.snapshotTime;
        proposal.voteDeadline = uint64(block.timestamp) + VOTE_PERIOD;
        proposal.setId = summary.setId;
        proposal.status = Status.Proposed;
        Term storage term = $.terms[summary.setId];
        if (term.firstEpoch == 0) term.firstEpoch = epoch;
        term.lastEpoch = epoch;
        emit EpochProposed(epoch, digest, summary, lines);
        emit VoteDeadlineSet(epoch, proposal.voteDeadline);
    }

    /// @inheritdoc IEpochManager
    function certify(uint64 epoch, Certificate calldata certificate) external {
        // Check
        Proposal storage proposal = _openProposal(epoch);
        bool undecided = proposal.status == Status.Proposed;
        if (undecided && certificate.kind == CertificateLib.APPROVE) _checkNotSuperseded(epoch);
        (uint256 signed, uint256 total) = VerifierCall.signedWeight(VERIFIER, _ballot(epoch, proposal), certificate);
        uint256 kind = certificate.kind - 1;
        if (signed <= proposal.heaviest[kind]) revert EpochManager_NotHeavier(signed, proposal.heaviest[kind]);

        // Effect
        GroupInfo[] memory groups = _groupInfo(certificate);
        emit CertificateAccepted(epoch, proposal.digest, certificate.kind, proposal.setId, signed, total, groups);
        bool decides = undecided && _decide(epoch, proposal, certificate.kind, signed, total);
        if (block.timestamp <= proposal.voteDeadline) {
            // forge-lint: disable-next-line(unsafe-typecast) -- at most the set's total weight, a uint128
            proposal.heaviest[kind] = uint128(signed);
            proposal.groupsHash[kind] = keccak256(abi.encode(groups));
        } else if (!decides) {
            // Participation is closed: what is late may only decide.
            revert EpochManager_VotingClosed(epoch, proposal.voteDeadline);
        }
    }

    /// @inheritdoc IEpochManager
    function castVote(
        uint64 epoch,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external {
        Proposal storage proposal = _openProposal(epoch);
        VERIFIER.checkVote(_ballot(epoch, proposal), kind, rule, member, path, signature);

        emit VoteCast(epoch, member.validator, kind, rule, member.index, member.weight, signature);
    }

    /// @inheritdoc IEpochManager
    function setRulesHash(bytes32 rulesHash) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (rulesHash == bytes32(0)) revert EpochManager_ZeroRulesHash();
        _storage().rules.set(rulesHash);
        emit RulesHashSet(rulesHash);
    }

    /// @inheritdoc IEpochManager
    function digestOf(uint64 epoch) external view returns (bytes32) {
        return _storage().proposals[epoch].digest;
    }

    /// @inheritdoc IEpochManager
    function statusOf(uint64 epoch) external view returns (Status) {
        return _storage().proposals[epoch].status;
    }

    /// @inheritdoc IEpochManager
    function setIdOf(uint64 epoch) external view returns (uint32) {
        return _storage().proposals[epoch].setId;
    }

    /// @inheritdoc IEpochManager
    function snapshotTimeOf(uint64 epoch) external view returns (uint64) {
        return _storage().proposals[epoch].snapshotTime;
    }

    /// @inheritdoc IEpochManager
    function proposalOf(uint64 epoch) external view returns (Proposal memory) {
        return _storage().proposals[epoch];
    }

    /// @inheritdoc IEpochManager
    function voteDeadlineOf(uint64 epoch) external view returns (uint64) {
        return _storage().proposals[epoch].voteDeadline;
    }

    /// @inheritdoc IEpochManager
    function termOf(uint32 setId) external view returns (Term memory) {
        return _storage().terms[setId];
    }

    /// @inheritdoc IEpochManager
    function votesCloseAfter() external view returns (uint64) {
        return uint64(CLOCK_SKEW_MAX) + VOTE_PERIOD;
    }

    /// @inheritdoc IEpochManager
    function poster() external view returns (address key, uint64 nonce) {
        ManagerStorage storage $ = _storage();
        return ($.poster, $.posterNonce);
    }

    /// @notice Heaviest certificates taken until the deadline, by kind.
    function heaviestOf(uint64 epoch) external view returns (uint128 approve, uint128 reject, uint128 dispute) {
        uint128[3] storage heaviest = _storage().proposals[epoch].heaviest;
        return (heaviest[0], heaviest[1], heaviest[2]);
    }

    /// @inheritdoc IEpochManager
    function lastEpoch() external view returns (uint64) {
        return _storage().lastEpoch;
    }

    /// @inheritdoc IEpochManager
    function lastApproved() external view returns (uint64 epoch, bytes32 digest) {
        ManagerStorage storage $ = _storage();
        epoch = $.lastApproved;
        digest = $.proposals[epoch].digest;
    }

    /// @notice True for the rules in force and the ones before them.
    function rulesHashKnown(bytes32 rulesHash) external view returns (bool) {
        return _storage().rules.known(rulesHash);
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    function _checkTime(uint64 snapshotTime, uint64 previous) private view {
        if (snapshotTime <= previous) revert EpochManager_SnapshotNotLater(snapshotTime, previous);
        uint256 distance =
            snapshotTime > block.timestamp ? snapshotTime - block.timestamp : block.timestamp - snapshotTime;
        if (distance > CLOCK_SKEW_MAX) revert EpochManager_SnapshotFarFromNow(snapshotTime, block.timestamp);
    }

    /// @dev Lines are as many as promised, strictly ascending by (chainId, custody), and hash to the root.
    function _checkLines(Summary calldata summary, Line[] calldata lines) private pure {
        if (lines.length == 0 || lines.length > SummaryLib.LINES_MAX || lines.length != summary.lineCount) {
            revert EpochManager_BadLineCount(lines.length, summary.lineCount);
        }
        for (uint256 i = 1; i < lines.length; ++i) {
            Line calldata a = lines[i - 1];
            Line calldata b = lines[i];
            if (a.chainId > b.chainId || (a.chainId == b.chainId && a.custody >= b.custody)) {
                revert EpochManager_LinesNotSorted(i);
            }
        }
        bytes32 root = SummaryLib.linesRoot(lines);
        if (root != summary.linesRoot) revert EpochManager_WrongLinesRoot(root, summary.linesRoot);
    }

    function _ballot(uint64 epoch, Proposal storage proposal) private view returns (Ballot memory) {
        return Ballot(DOMAIN, proposal.digest, epoch, proposal.snapshotTime, proposal.setId);
    }

    /// @dev An undecided epoch stays open; a decided one until its deadline.
    function _openProposal(uint64 epoch) private view returns (Proposal storage proposal) {
        proposal = _storage().proposals[epoch];
        if (proposal.status == Status.None) revert EpochManager_UnknownEpoch(epoch);
        if (proposal.status != Status.Proposed && block.timestamp > proposal.voteDeadline) {
            revert EpochManager_VotingClosed(epoch, proposal.voteDeadline);
        }
    }

    /// @dev An approval behind a later one would fork the chain of parents (PROTOCOL §6, dead epochs).
    function _checkNotSuperseded(uint64 epoch) private view {
        uint64 newest = _storage().lastApproved;
        if (epoch < newest) revert EpochManager_Superseded(epoch, newest);
    }

    function _decide(uint64 epoch, Proposal storage proposal, uint8 kind, uint256 signed, uint256 total)
        private
        returns (bool)
    {
        if (kind == CertificateLib.APPROVE && CertificateLib.isQuorum(signed, total)) {
            proposal.status = Status.Approved;
            _storage().lastApproved = epoch;
            emit EpochApproved(epoch, proposal.digest);
            return true;
        }
        if (kind == CertificateLib.REJECT && CertificateLib.isBlocking(signed, total)) {
            proposal.status = Status.Rejected;
            emit EpochRejected(epoch, proposal.digest);
            return true;
        }
        return false;
    }

    function _groupInfo(Certificate calldata certificate) private pure returns (GroupInfo[] memory infos) {
        infos = new GroupInfo[](certificate.groups.length);
        for (uint256 i = 0; i < infos.length; ++i) {
            VoteGroup calldata group = certificate.groups[i];
            uint32[] memory indices = new uint32[](MembersLib.listed(group.members));
            for (uint256 j = 0; j < indices.length; ++j) {
                indices[j] = MembersLib.indexAt(group.members, j);
            }
            infos[i] = GroupInfo({rule: group.rule, absent: group.absent, indices: indices});
        }
    }

    function _storage() private pure returns (ManagerStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
