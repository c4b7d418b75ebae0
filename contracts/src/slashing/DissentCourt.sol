// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {Certificate, SetHeader, Summary} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {CourtBase} from "./CourtBase.sol";

/// @title The paper's rule that votes contrary to the outcome cost stake, fenced so that a cartel cannot use it against
/// the honest: small, capped, late, vetoable, and never against a rejecter who turns out right.
abstract contract DissentCourt is CourtBase {
    mapping(bytes32 digest => bool) internal _fraudProven;
    mapping(bytes32 digest => bool) private _vetoed;
    mapping(bytes32 digest => bool) private _disputed;
    mapping(address validator => mapping(uint64 epoch => DissentCase)) private _cases;
    mapping(address validator => mapping(uint32 setId => uint16)) private _inTerm;

    /// @inheritdoc ISlashingCourt
    function queueDissent(
        Summary calldata summary,
        Certificate calldata outcome,
        Certificate calldata contrary,
        Accused[] calldata accused
    ) external {
        _requireBatch(accused.length);
        bytes32 digest = SummaryLib.digest(DOMAIN, summary);
        SetHeader memory set = _liveSet(summary.setId);
        DissentCase memory opened = _openCase(summary, digest, outcome, contrary);
        _requireMayPunish(opened);

        bool queued = false;
        for (uint256 i = 0; i < accused.length; ++i) {
            _requireSigner(set, contrary, accused[i]);
            address validator = accused[i].member.validator;
            if (_cases[validator][summary.epoch].executableAt != 0) continue;
            _cases[validator][summary.epoch] = opened;
            queued = true;
            emit DissentQueued(
                validator, summary.epoch, digest, set.setId, opened.executableAt, opened.rejecter, msg.sender
            );
        }
        if (!queued) revert SlashingCourt_NothingQueued();
    }

    /// @inheritdoc ISlashingCourt
    function executeDissent(address validator, uint64 epoch) external {
        DissentCase memory opened = _cases[validator][epoch];
        // Check
        if (opened.executableAt == 0) revert SlashingCourt_UnknownCase(validator, epoch);
        if (convicted(validator, epoch, Offence.Dissent)) revert SlashingCourt_AlreadyConvicted(validator, epoch);
        if (block.timestamp < opened.executableAt) revert SlashingCourt_TooEarly(opened.executableAt);
        _requireMayPunish(opened);
        _liveSet(opened.setId);
        uint16 inTerm = _inTerm[validator][opened.setId] + DISSENT_BPS;
        if (inTerm > DISSENT_CAP_BPS) revert SlashingCourt_TermCapReached(validator, opened.setId);

        // Effect
        _inTerm[validator][opened.setId] = inTerm;

        // Interaction
        uint128 slashed = _convict(validator, epoch, Offence.Dissent, opened.setId, DISSENT_BPS, opened.reporter);
        if (slashed == 0) revert SlashingCourt_NothingSlashed();
    }

    /// @inheritdoc ISlashingCourt
    function veto(bytes32 digest) external onlyTimelock {
        _vetoed[digest] = true;
        emit DissentVetoed(digest);
    }

    /// @inheritdoc ISlashingCourt
    function confirmRejection(Summary calldata summary, Certificate calldata dispute) external {
        if (dispute.kind != CertificateLib.DISPUTE) revert SlashingCourt_NotADispute(dispute.kind);
        bytes32 digest = SummaryLib.digest(DOMAIN, summary);
        (uint256 signed, uint256 total) = _weigh(summary, digest, dispute);
        if (!CertificateLib.isBlocking(signed, total)) revert SlashingCourt_NotBlocking(signed, total);

        _disputed[digest] = true;
        emit RejectionConfirmed(digest);
    }

    /// @inheritdoc ISlashingCourt
    function dissentCase(address validator, uint64 epoch) external view returns (DissentCase memory) {
        return _cases[validator][epoch];
    }

    /// @inheritdoc ISlashingCourt
    function dissentInTerm(address validator, uint32 setId) external view returns (uint16 bps) {
        return _inTerm[validator][setId];
    }

    /// @dev Verifies both certificates: contrary kinds about one summary, the outcome by two thirds.
    function _openCase(
        Summary calldata summary,
        bytes32 digest,
        Certificate calldata outcome,
        Certificate calldata contrary
    ) private view returns (DissentCase memory opened) {
        bool rejecter = outcome.kind == CertificateLib.APPROVE && contrary.kind == CertificateLib.REJECT;
        bool approver = outcome.kind == CertificateLib.REJECT && contrary.kind == CertificateLib.APPROVE;
        if (!rejecter && !approver) revert SlashingCourt_NotDissent(outcome.kind, contrary.kind);
        (uint256 signed, uint256 total) = _weigh(summary, digest, outcome);
        if (!CertificateLib.isQuorum(signed, total)) revert SlashingCourt_NoQuorum(signed, total);
        _weigh(summary, digest, contrary);

        uint64 afterFraud = summary.snapshotTime + FRAUD_WINDOW;
        // forge-lint: disable-next-line(unsafe-typecast) -- seconds
        uint64 afterVeto = uint64(block.timestamp) + VETO_WINDOW;
        return DissentCase({
            digest: digest,
            setId: summary.setId,
            executableAt: afterFraud > afterVeto ? afterFraud : afterVeto,
            rejecter: rejecter,
            reporter: msg.sender
        });
    }

    function _requireMayPunish(DissentCase memory opened) private view {
        if (_vetoed[opened.digest]) revert SlashingCourt_Vetoed(opened.digest);
        if (opened.rejecter && (_fraudProven[opened.digest] || _disputed[opened.digest])) {
            revert SlashingCourt_RejecterWasRight(opened.digest);
        }
    }
}
