// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {ISlashingCourt} from "../../src/interfaces/ISlashingCourt.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {CourtTest} from "../utils/CourtTest.sol";

/// @notice Ways to earn by slashing, to slash the innocent, and to get away.
contract SlashingAttacks is CourtTest {
    bytes private constant NOTHING = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NothingSlashed.selector);

    function _equivocate(uint256 who, bytes memory reason) private {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, who), _approve(OTHER, who));
        if (reason.length != 0) vm.expectRevert(reason);
        vm.prank(reporter);
        court.slashEquivocation(1, a, b, _accuse(who), _accuse(who));
    }

    /* PROFIT */

    /// @notice Reporting oneself under another name returns 5 % of what is lost.
    function test_attack_reportOneself() public {
        _equivocate(0, "");
        assertEq(stake.balanceOf(reporter), STAKE * 5 / 100);
        assertEq(_stakeOf(0), 0);
    }

    /// @notice Accomplices that report each other get together what one reporter would: 5 % of what all lose.
    function test_attack_accomplicesReportEachOther() public {
        Epoch memory epoch = _provenBad(1);
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(_validator((i + 1) % 4));
            court.slashFraud(epoch.summary, epoch.certificate, _accuse(i));
        }
        uint256 kept = 0;
        for (uint256 i = 0; i < 4; ++i) {
            kept += stake.balanceOf(_validator(i)) + _stakeOf(i);
        }
        assertEq(kept, 4 * STAKE * 5 / 100);
    }

    /// @notice Dissenting on purpose and reporting it costs 95 % of each small slash as well.
    function test_attack_dissentForBounty() public {
        _queued(1);
        vm.warp(T0 + FRAUD_WINDOW);
        court.executeDissent(_validator(3), 1);
        uint256 lost = STAKE - _stakeOf(3);
        assertEq(lost, STAKE * DISSENT / 10_000);
        assertEq(stake.balanceOf(reporter), lost * 5 / 100);
    }

    /* THE INNOCENT */

    /// @notice Somebody else in the offender's place, at the offender's index, or beyond the set.
    function test_attack_forgedMemberProof() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 0));
        for (uint256 what = 0; what < 5; ++what) {
            ISlashingCourt.Accused[] memory forged = _accuse(0);
            if (what == 0) forged[0].member.validator = _validator(1);
            if (what == 1) forged[0].member.index = 4;
            if (what == 2) forged[0].member.key = bytes.concat(forged[0].member.key, hex"00");
            if (what == 3) forged[0].member.weight += 1;
            if (what == 4) (forged[0].member, forged[0].path) = (_accuse(1)[0].member, _accuse(0)[0].path);
            vm.expectRevert(
                abi.encodeWithSelector(
                    ISlashingCourt.SlashingCourt_NotMember.selector,
                    setId,
                    forged[0].member.index,
                    forged[0].member.validator
                )
            );
            court.slashEquivocation(1, a, b, forged, forged);
        }
    }

    /// @notice The two offending votes are of one member, the accused is another one, in either list.
    function test_attack_blameABystander() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 0));
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotSigner.selector, setId, 1);
        vm.expectRevert(reason);
        court.slashEquivocation(1, a, b, _accuse(1), _accuse(1));
        vm.expectRevert(reason);
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(1));
    }

    /// @notice A committee of the attacker's own keys under the number of a real set, or of none.
    function test_attack_wrongSet() public {
        Committee own = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            own.add(_validator(i), 666 + i, STAKE);
        }
        ISlashingCourt.Accused[] memory accused = new ISlashingCourt.Accused[](1);
        accused[0] = ISlashingCourt.Accused(own.member(0), own.path(0));
        bytes32 message = _voteDigest(1, 1, ONE, 0);
        ISlashingCourt.Votes memory forged =
            ISlashingCourt.Votes(ONE, own.one(setId, 1, own.present(0, _list(0), message)));
        ISlashingCourt.Votes memory second = _approve(OTHER, 0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadMembersProof.selector, 0));
        court.slashEquivocation(1, forged, second, accused, accused);
        forged.certificate.setId = 99;
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_UnknownSet.selector, 99));
        court.slashEquivocation(1, forged, second, accused, accused);
    }

    /// @notice Votes for another epoch number are no second vote for this one.
    function test_attack_otherEpoch() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) =
            (_approve(ONE, 0), _votes(1, 2, OTHER, 0, _list(0)));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(0));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        court.slashEquivocation(2, a, b, _accuse(0), _accuse(0));
    }

    /// @notice A vote signed for another deployment, such as a test network with the same keys.
    function test_attack_voteOfAnotherDeployment() public {
        bytes32 other = SummaryLib.domainSeparator(keccak256("other deployment"));
        bytes32 message = SummaryLib.voteDigest(other, 1, 1, setId, OTHER, 0);
        ISlashingCourt.Votes memory foreign =
            ISlashingCourt.Votes(OTHER, committee.one(setId, 1, committee.present(0, _list(0), message)));
        ISlashingCourt.Votes memory own = _approve(ONE, 0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        court.slashEquivocation(1, own, foreign, _accuse(0), _accuse(0));
    }

    /// @notice A fraud proven against another deployment's digest proves nothing about this one's.
    function test_attack_fraudOfAnotherDeployment() public {
        Epoch memory epoch = _bad(1);
        (, bytes32 foreign,,) = new FraudVerifier(keccak256("other deployment")).check(_evidenceOf(epoch));
        assertNotEq(foreign, court.proveFraud(_evidenceOf(epoch)));
        assertFalse(court.fraudProven(foreign));
    }

    /// @notice An aggregate that pairs is made of the accused's key and its negation: nobody signed.
    function test_attack_infinitySignature() public {
        Epoch memory epoch = _provenBad(1);
        epoch.certificate.groups[0].signature = new bytes(BlsSigner.sign(1, ONE).length);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_SignatureIsInfinity.selector, 0));
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
    }

    /// @notice An honest sheet whose approval is real: no evidence, no slash.
    function test_attack_slashForAnHonestSheet() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(IFraudProofs.FraudVerifier_NoFraud.selector);
        court.proveFraud(_evidenceOf(epoch));
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotProven.selector, epoch.digest));
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
    }

    /// @notice A DISPUTE after an APPROVE is what an honest validator says that was deceived.
    function test_attack_slashADispute() public {
        ISlashingCourt.Votes memory dispute = _votes(3, 1, ONE, 3, _list(0));
        ISlashingCourt.Votes memory approval = _approve(ONE, 0);
        vm.expectRevert(ISlashingCourt.SlashingCourt_NoConflict.selector);
        court.slashEquivocation(1, approval, dispute, _accuse(0), _accuse(0));
    }

    /// @notice A made-up fraud and the few signatures of whoever wants to burn the operator's bond.
    function test_attack_burnTheBondByMinority() public {
        Epoch memory epoch = _provenBad(1);
        Certificate memory few = _votes(1, 1, epoch.digest, 0, _list(0, 1)).certificate;
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NoQuorum.selector, 2 * STAKE, 4 * STAKE));
        court.slashOperator(epoch.summary, few);
    }

    /* TWICE */

    /// @notice The same pair, swapped, and another pair of the same epoch, against the stake of a new beginning.
    function test_attack_slashTwice() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 0));
        ISlashingCourt.Votes memory third = _approve(keccak256("third"), 0);
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(0));
        _register(_validator(0), 77, STAKE);
        vm.expectRevert(NOTHING);
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(0));
        vm.expectRevert(NOTHING);
        court.slashEquivocation(1, b, a, _accuse(0), _accuse(0));
        vm.expectRevert(NOTHING);
        court.slashEquivocation(1, a, third, _accuse(0), _accuse(0));
        assertEq(_stakeOf(0), STAKE);
    }

    /// @notice One member named twice in one batch is slashed, and paid for, once.
    function test_attack_namedTwiceInABatch() public {
        Epoch memory epoch = _provenBad(1);
        vm.prank(reporter);
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_list(2, 2)));
        assertEq(stake.balanceOf(reporter), STAKE * 5 / 100);
    }

    /// @notice Dissent taken again and again for one vote, or for many votes of one term beyond the cap.
    function test_attack_tinyRepeatedSlashes() public {
        for (uint64 epoch = 1; epoch <= 4; ++epoch) {
            _queued(epoch);
        }
        vm.warp(T0 + FRAUD_WINDOW);
        court.executeDissent(_validator(3), 1);
        court.executeDissent(_validator(3), 2);
        uint128 after2 = _stakeOf(3);
        // Rounded against the offender, so that nothing is too small to be felt.
        assertEq(after2, STAKE - 0.5 ether - 0.4975 ether);
        for (uint64 epoch = 1; epoch <= 2; ++epoch) {
            vm.expectRevert(
                abi.encodeWithSelector(ISlashingCourt.SlashingCourt_AlreadyConvicted.selector, _validator(3), epoch)
            );
            court.executeDissent(_validator(3), epoch);
        }
        for (uint64 epoch = 3; epoch <= 4; ++epoch) {
            vm.expectRevert(
                abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TermCapReached.selector, _validator(3), setId)
            );
            court.executeDissent(_validator(3), epoch);
        }
        assertEq(_stakeOf(3), after2);
    }

    /* DISSENT */

    /// @notice Half of the weight, or an outcome that one third decides, is no outcome to be measured by.
    function test_attack_dissentAgainstNoQuorum() public {
        Epoch memory epoch = _good(1);
        Certificate memory half = _approvalWithout(1, epoch.digest, _list(2, 3));
        Certificate memory contrary = _rejects(epoch, 3);
        bytes memory reason =
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NoQuorum.selector, 2 * STAKE, 4 * STAKE);
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, half, contrary, _accuse(3));
        // Rejected by half: enough to reject the epoch, not to punish who approved it.
        Certificate memory rejected = _rejection(1, epoch.digest, 3, _list(2, 3));
        Certificate memory approver = _approve(epoch.digest, 0).certificate;
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, rejected, approver, _accuse(0));
    }

    /// @notice A cartel approves a false sheet and wants the one who said so punished before it can prove it.
    function test_attack_cartelPunishesTheHonest() public {
        Epoch memory epoch = _bad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        court.queueDissent(epoch.summary, epoch.certificate, _rejects(epoch, 3), _accuse(3));
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooEarly.selector, T0 + FRAUD_WINDOW));
        court.executeDissent(_validator(3), 1);
        court.proveFraud(_evidenceOf(epoch));
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_list(0, 1)));
        vm.warp(T0 + FRAUD_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_RejecterWasRight.selector, epoch.digest));
        court.executeDissent(_validator(3), 1);
        assertEq(_stakeOf(3), STAKE);
    }

    /// @notice Queued late, so that the fraud window is over: the veto window still runs; after the veto nothing helps.
    function test_attack_vetoBypass() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        vm.warp(T0 + FRAUD_WINDOW);
        court.queueDissent(epoch.summary, epoch.certificate, _rejects(epoch, 3), _accuse(3));
        vm.warp(T0 + FRAUD_WINDOW + VETO_WINDOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooEarly.selector, T0 + FRAUD_WINDOW + VETO_WINDOW)
        );
        court.executeDissent(_validator(3), 1);
        vm.prank(address(timelock));
        court.veto(epoch.digest);

        vm.warp(T0 + FRAUD_WINDOW + VETO_WINDOW);
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_Vetoed.selector, epoch.digest);
        vm.expectRevert(reason);
        court.executeDissent(_validator(3), 1);
        Certificate memory contrary = _rejects(epoch, 3);
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
        assertEq(_stakeOf(3), STAKE);
    }

    /* GETTING AWAY */

    /// @notice An accomplice convicts one of the batch first, or has no stake left: the others are slashed all the same.
    function test_attack_blockTheBatch() public {
        Epoch memory epoch = _provenBad(1);
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
        _equivocate(1, "");
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_all()));
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(_stakeOf(i), 0);
        }
    }

    /// @notice A summary whose snapshot lies outside its set's term is not that set's to approve, however it is signed.
    function test_attack_setOutOfTerm() public {
        Epoch memory epoch = _bad(1);
        epoch.summary.snapshotTime = T0 + TERM;
        _seal(epoch);
        court.proveFraud(_evidenceOf(epoch));
        vm.expectRevert(
            abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, setId, T0 + TERM)
        );
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
        vm.expectRevert(
            abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, setId, T0 + TERM)
        );
        court.slashOperator(epoch.summary, epoch.certificate);
    }

    /// @notice A validator that votes twice and leaves at once: its stake is within reach until it can be withdrawn.
    function test_attack_leaveAfterTheOffence() public {
        address offender = _validator(0);
        vm.prank(offender);
        registry.requestExit(offender);
        vm.warp(T0 + TERM + 14 days - 1);
        _equivocate(0, "");
        assertEq(_stakeOf(0), 0);
    }

    /* ABSENCE */

    /// @notice Anybody on L2 can send a message to L1, and anybody on L1 can call.
    function test_attack_jailTheInnocent() public {
        address[] memory innocent = new address[](1);
        innocent[0] = _validator(0);
        bytes memory message = abi.encodeCall(ISlashingCourt.jailAbsent, (setId, innocent));
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotFromL2Reporter.selector, address(bridge))
        );
        bridge.execute(reporter, address(court), message);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotFromL2Reporter.selector, reporter));
        vm.prank(reporter);
        court.jailAbsent(setId, innocent);
    }

    /// @notice A message of L2 has no end of life: one kept back for years jails nobody.
    function test_attack_jailYearsLater() public {
        bytes memory message = abi.encodeCall(ISlashingCourt.jailAbsent, (setId, new address[](0)));
        vm.warp(T0 + TERM + EVIDENCE_SECONDS + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.SlashingCourt_EvidenceExpired.selector, setId, T0 + TERM + EVIDENCE_SECONDS
            )
        );
        bridge.execute(l2Reporter, address(court), message);
    }
}
