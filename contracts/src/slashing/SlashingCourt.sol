// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge, IOutbox} from "../arbitrum/IBridge.sol";
import {Ballot} from "../interfaces/ICertificateVerifier.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {Certificate, SetHeader, Summary} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {VerifierCall} from "../libraries/VerifierCall.sol";
import {CourtBase} from "./CourtBase.sol";
import {DissentCourt} from "./DissentCourt.sol";

/// @title L1: takes stake by evidence that anybody brings.
contract SlashingCourt is DissentCourt {
    /// @notice Arbitrum's bridge on this chain and the contract on L2 that counts participation.
    address public bridge;
    address public l2Reporter;

    mapping(bytes32 digest => bool) private _operatorConvicted;
    mapping(uint32 setId => mapping(address validator => bool)) private _jailed;

    constructor(Parameters memory p) CourtBase(p) {}

    /// @inheritdoc ISlashingCourt
    function proveFraud(bytes calldata evidence) external returns (bytes32 digest) {
        uint64 epoch;
        uint64 chainId;
        address custody;
        (epoch, digest, chainId, custody) = FRAUD_VERIFIER.check(evidence);
        if (_fraudProven[digest]) return digest;
        _fraudProven[digest] = true;
        emit FraudProven(epoch, digest, chainId, custody, msg.sender);
    }

    /// @inheritdoc ISlashingCourt
    function slashFraud(Summary calldata summary, Certificate calldata approval, Accused[] calldata accused) external {
        _requireBatch(accused.length);
        bytes32 digest = _requireFraudApproved(summary, approval);
        SetHeader memory set = _liveSet(summary.setId);
        _weigh(summary, digest, approval);

        uint256 slashed = 0;
        for (uint256 i = 0; i < accused.length; ++i) {
            _requireSigner(set, approval, accused[i]);
            slashed += _convict(
                accused[i].member.validator, summary.epoch, Offence.Fraud, set.setId, ALL_BPS, msg.sender
            );
        }
        if (slashed == 0) revert SlashingCourt_NothingSlashed();
    }

    /// @inheritdoc ISlashingCourt
    function slashOperator(Summary calldata summary, Certificate calldata approval) external {
        // Check
        bytes32 digest = _requireFraudApproved(summary, approval);
        _liveSet(summary.setId);
        if (_operatorConvicted[digest]) revert SlashingCourt_OperatorConvicted(digest);
        (uint256 signed, uint256 total) = _weigh(summary, digest, approval);
        if (!CertificateLib.isQuorum(signed, total)) revert SlashingCourt_NoQuorum(signed, total);

        // Effect
        _operatorConvicted[digest] = true;

        // Interaction
        uint128 slashed = REGISTRY.slashBond(ALL_BPS, BOUNTY_BPS, msg.sender);
        if (slashed == 0) revert SlashingCourt_NothingSlashed();
        emit OperatorConvicted(summary.epoch, digest, slashed, msg.sender);
    }

    /// @inheritdoc ISlashingCourt
    function slashEquivocation(
        uint64 epoch,
        Votes calldata first,
        Votes calldata second,
        Accused[] calldata inFirst,
        Accused[] calldata inSecond
    ) external {
        _requireBatch(inFirst.length);
        if (inFirst.length != inSecond.length) revert SlashingCourt_UnequalLists(inFirst.length, inSecond.length);
        if (!_conflict(first, second)) revert SlashingCourt_NoConflict();
        SetHeader memory firstSet = _requireVotes(epoch, first);
        SetHeader memory secondSet = _requireVotes(epoch, second);

        uint256 slashed = 0;
        for (uint256 i = 0; i < inFirst.length; ++i) {
            _requireSigner(firstSet, first.certificate, inFirst[i]);
            _requireSigner(secondSet, second.certificate, inSecond[i]);
            address validator = inFirst[i].member.validator;
            address other = inSecond[i].member.validator;
            if (validator != other) revert SlashingCourt_OtherValidator(validator, other);
            slashed += _convict(validator, epoch, Offence.Equivocation, firstSet.setId, ALL_BPS, msg.sender);
        }
        if (slashed == 0) revert SlashingCourt_NothingSlashed();
    }

    /// @inheritdoc ISlashingCourt
    function jailAbsent(uint32 setId, address[] calldata absent) external {
        // The bridge calls with every message of L2; only the outbox it executes knows whose message it is.
        if (msg.sender != bridge || IOutbox(IBridge(msg.sender).activeOutbox()).l2ToL1Sender() != l2Reporter) {
            revert SlashingCourt_NotFromL2Reporter(msg.sender);
        }
        _liveSet(setId);
        for (uint256 i = 0; i < absent.length; ++i) {
            if (_jailed[setId][absent[i]]) continue;
            _jailed[setId][absent[i]] = true;
            emit AbsentJailed(absent[i], setId);
            REGISTRY.jail(absent[i]);
        }
    }

    /// @inheritdoc ISlashingCourt
    function setAbsenceReporter(address bridge_, address l2Reporter_) external onlyTimelock {
        if (bridge_ == address(0) || l2Reporter_ == address(0)) revert SlashingCourt_ZeroAddress();
        (bridge, l2Reporter) = (bridge_, l2Reporter_);
        emit AbsenceReporterSet(bridge_, l2Reporter_);
    }

    /// @inheritdoc ISlashingCourt
    function fraudProven(bytes32 digest) external view returns (bool) {
        return _fraudProven[digest];
    }

    /// @dev The summary is a proven fraud and the certificate claims to approve it.
    function _requireFraudApproved(Summary calldata summary, Certificate calldata approval)
        private
        view
        returns (bytes32 digest)
    {
        digest = SummaryLib.digest(DOMAIN, summary);
        if (!_fraudProven[digest]) revert SlashingCourt_NotProven(digest);
        if (approval.kind != CertificateLib.APPROVE) revert SlashingCourt_NotAnApproval(approval.kind);
    }

    /// @dev Two APPROVEs of different summaries, or APPROVE and REJECT. Two REJECTs are none, nor is any DISPUTE: it is
    /// what an honest validator says when an approved sheet turns out wrong.
    function _conflict(Votes calldata first, Votes calldata second) private pure returns (bool) {
        (uint8 a, uint8 b) = (first.certificate.kind, second.certificate.kind);
        if (a == CertificateLib.APPROVE && b == CertificateLib.APPROVE) return first.digest != second.digest;
        return (a == CertificateLib.APPROVE && b == CertificateLib.REJECT)
            || (a == CertificateLib.REJECT && b == CertificateLib.APPROVE);
    }

    /// @dev Verifies votes about a digest whose summary nobody need know. They name no time: the set's own start stands
    /// in for it, since a vote for the wrong term is as much a second vote as any other.
    function _requireVotes(uint64 epoch, Votes calldata votes) private view returns (SetHeader memory set) {
        uint32 setId = votes.certificate.setId;
        set = _liveSet(setId);
        Ballot memory ballot = Ballot(DOMAIN, votes.digest, epoch, set.activeFrom, setId);
        VerifierCall.signedWeight(VERIFIER, ballot, votes.certificate);
    }
}
