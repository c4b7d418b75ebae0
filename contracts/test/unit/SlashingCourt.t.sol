// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {IFraudVerifier} from "../../src/interfaces/IFraudVerifier.sol";
import {ISlashingCourt} from "../../src/interfaces/ISlashingCourt.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Certificate, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {CourtBase} from "../../src/slashing/CourtBase.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {SlashingCourt} from "../../src/slashing/SlashingCourt.sol";
import {CourtTest} from "../utils/CourtTest.sol";

contract SlashingCourtConstructorTest is CourtTest {
    function _deploy(CourtBase.Parameters memory p, bytes memory reason) private {
        vm.expectRevert(reason);
        new SlashingCourt(p);
    }

    function test_constructor() public view {
        assertEq(court.DOMAIN(), domain);
        assertEq(address(court.REGISTRY()), address(registry));
        assertEq(court.SETS(), address(sets));
        assertEq(court.TIMELOCK(), address(timelock));
        assertEq(court.BOUNTY_BPS(), BOUNTY);
    }

    /// @dev On a chain without a timelock contract the veto is an account's and has no delay.
    function test_constructor_accountAsTimelock() public {
        CourtBase.Parameters memory p = _courtParameters();
        (p.timelock, p.vetoWindow) = (admin, 1);
        assertEq(new SlashingCourt(p).TIMELOCK(), admin);
    }

    function test_constructor_zeroAddress() public {
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_ZeroAddress.selector);
        CourtBase.Parameters memory p = _courtParameters();
        p.registry = IValidatorRegistry(address(0));
        _deploy(p, reason);
        p = _courtParameters();
        p.sets = address(0);
        _deploy(p, reason);
        p = _courtParameters();
        p.timelock = address(0);
        _deploy(p, reason);
        p = _courtParameters();
        p.fraudVerifier = IFraudVerifier(address(0));
        _deploy(p, reason);
    }

    function test_constructor_bountyTooLarge() public {
        CourtBase.Parameters memory p = _courtParameters();
        p.bountyBps = 501;
        _deploy(p, abi.encodeWithSelector(ISlashingCourt.SlashingCourt_BountyTooLarge.selector, 501, 500));
    }

    function test_constructor_dissentTooLarge() public {
        bytes4 selector = ISlashingCourt.SlashingCourt_DissentTooLarge.selector;
        CourtBase.Parameters memory p = _courtParameters();
        p.dissentBps = 101;
        _deploy(p, abi.encodeWithSelector(selector, 101, 100));
        (p.dissentBps, p.dissentCapBps) = (50, 501);
        _deploy(p, abi.encodeWithSelector(selector, 50, 501));
        p.dissentCapBps = 49;
        _deploy(p, abi.encodeWithSelector(selector, 50, 49));
        p.dissentBps = 0;
        _deploy(p, abi.encodeWithSelector(selector, 0, 49));
    }

    function test_constructor_badParameters() public {
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_BadParameters.selector);
        CourtBase.Parameters memory p = _courtParameters();
        p.fraudWindow = 0;
        _deploy(p, reason);
        (p.fraudWindow, p.vetoWindow) = (1, 0);
        _deploy(p, reason);
    }

    function test_constructor_evidenceTooShort() public {
        CourtBase.Parameters memory p = _courtParameters();
        p.evidenceSeconds = 21 days - 1;
        _deploy(p, abi.encodeWithSelector(ISlashingCourt.SlashingCourt_EvidenceTooShort.selector, 21 days - 1, 21 days));
    }

    function test_constructor_windowTooLong() public {
        bytes4 selector = ISlashingCourt.SlashingCourt_WindowTooLong.selector;
        CourtBase.Parameters memory p = _courtParameters();
        p.fraudWindow = 14 days + 1;
        _deploy(p, abi.encodeWithSelector(selector, 14 days + 1, 14 days));
        (p.fraudWindow, p.vetoWindow) = (1, 14 days + 1);
        _deploy(p, abi.encodeWithSelector(selector, 14 days + 1, 14 days));
    }

    function test_constructor_vetoTooShort() public {
        CourtBase.Parameters memory p = _courtParameters();
        p.vetoWindow = 2 days;
        _deploy(p, abi.encodeWithSelector(ISlashingCourt.SlashingCourt_VetoTooShort.selector, 2 days, 2 days));
    }

    function test_constructor_wrongDomain() public {
        CourtBase.Parameters memory p = _courtParameters();
        p.fraudVerifier = new FraudVerifier(keccak256("other"));
        bytes32 other = SummaryLib.domainSeparator(keccak256("other"));
        _deploy(p, abi.encodeWithSelector(ISlashingCourt.SlashingCourt_WrongDomain.selector, other, domain));
    }
}

contract SlashingCourtFraudTest is CourtTest {
    /* proveFraud */

    function test_proveFraud() public {
        Epoch memory epoch = _bad(1);
        vm.expectEmit(address(court));
        emit ISlashingCourt.FraudProven(1, epoch.digest, uint64(block.chainid), address(custody), reporter);
        vm.prank(reporter);
        assertEq(court.proveFraud(_evidenceOf(epoch)), epoch.digest);
        assertTrue(court.fraudProven(epoch.digest));

        vm.recordLogs();
        assertEq(court.proveFraud(_evidenceOf(epoch)), epoch.digest);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_proveFraud_noFraud() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(IFraudProofs.FraudVerifier_NoFraud.selector);
        court.proveFraud(_evidenceOf(epoch));
        assertFalse(court.fraudProven(epoch.digest));
    }

    /* slashFraud */

    function test_slashFraud() public {
        Epoch memory epoch = _provenBad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(2));
        vm.expectCall(
            address(registry), abi.encodeCall(IValidatorRegistry.slash, (_validator(0), 10_000, BOUNTY, reporter))
        );
        vm.expectEmit(address(court));
        emit ISlashingCourt.Convicted(_validator(0), 1, ISlashingCourt.Offence.Fraud, setId, STAKE, reporter);
        vm.prank(reporter);
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_list(0, 1)));
        assertEq(_stakeOf(0) + _stakeOf(1), 0);
        assertEq(_stakeOf(2) + _stakeOf(3), 2 * STAKE);
        assertTrue(court.convicted(_validator(1), 1, ISlashingCourt.Offence.Fraud));
        assertFalse(court.convicted(_validator(1), 1, ISlashingCourt.Offence.Equivocation));

        // The next batch may name some again: they are passed over.
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_list(1, 3)));
        assertEq(_stakeOf(3), 0);
        assertEq(_stakeOf(2), STAKE);
    }

    /// @dev One signature is enough against the one who gave it.
    function test_slashFraud_singleVote() public {
        Epoch memory epoch = _provenBad(1);
        Certificate memory vote = _approve(epoch.digest, 2).certificate;
        court.slashFraud(epoch.summary, vote, _accuse(2));
        assertEq(_stakeOf(2), 0);
    }

    function test_slashFraud_notProven() public {
        Epoch memory epoch = _bad(1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotProven.selector, epoch.digest));
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
    }

    function test_slashFraud_notAnApproval() public {
        Epoch memory epoch = _provenBad(1);
        for (uint8 kind = 2; kind <= 3; ++kind) {
            Certificate memory votes = _votes(kind, 1, epoch.digest, 3, _list(0)).certificate;
            vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotAnApproval.selector, kind));
            court.slashFraud(epoch.summary, votes, _accuse(0));
        }
    }

    function test_slashFraud_notSigner() public {
        Epoch memory epoch = _provenBad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(2));
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotSigner.selector, setId, 2);
        vm.expectRevert(reason);
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(_list(1, 2)));
        assertEq(_stakeOf(1), STAKE);
        Certificate memory vote = _approve(epoch.digest, 1).certificate;
        vm.expectRevert(reason);
        court.slashFraud(epoch.summary, vote, _accuse(2));
    }

    function test_slashFraud_notMember() public {
        Epoch memory epoch = _provenBad(1);
        ISlashingCourt.Accused[] memory accused = _accuse(0);
        accused[0].path[0] = bytes32(0);
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotMember.selector, setId, 0, _validator(0))
        );
        court.slashFraud(epoch.summary, epoch.certificate, accused);
    }

    function test_slashFraud_tooManyAccused() public {
        Epoch memory epoch = _provenBad(1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooManyAccused.selector, 65, 64));
        court.slashFraud(epoch.summary, epoch.certificate, new ISlashingCourt.Accused[](65));
    }

    function test_slashFraud_nothingSlashed() public {
        Epoch memory epoch = _provenBad(1);
        vm.expectRevert(ISlashingCourt.SlashingCourt_NothingSlashed.selector);
        court.slashFraud(epoch.summary, epoch.certificate, new ISlashingCourt.Accused[](0));
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
        vm.expectRevert(ISlashingCourt.SlashingCourt_NothingSlashed.selector);
        court.slashFraud(epoch.summary, epoch.certificate, _accuse(0));
    }

    /* slashOperator */

    function _bond(uint128 amount) private {
        address operator = makeAddr("operator");
        vm.prank(admin);
        registry.setOperator(operator, makeAddr("l2EpochManager"));
        stake.mint(operator, amount);
        vm.startPrank(operator);
        stake.approve(address(registry), amount);
        registry.depositBond(amount);
        registry.requestBondExit(amount / 4);
        vm.stopPrank();
    }

    /// @dev All of it, also what is unbonding.
    function test_slashOperator() public {
        _bond(2_000 ether);
        Epoch memory epoch = _provenBad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(2));
        vm.expectEmit(address(court));
        emit ISlashingCourt.OperatorConvicted(1, epoch.digest, 2_000 ether, reporter);
        vm.prank(reporter);
        court.slashOperator(epoch.summary, epoch.certificate);
        assertEq(registry.bond().amount + registry.bond().leaving, 0);
        assertEq(stake.balanceOf(reporter), 100 ether);
    }

    function test_slashOperator_operatorConvicted() public {
        _bond(2_000 ether);
        Epoch memory epoch = _provenBad(1);
        court.slashOperator(epoch.summary, epoch.certificate);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_OperatorConvicted.selector, epoch.digest));
        court.slashOperator(epoch.summary, epoch.certificate);
    }

    function test_slashOperator_noQuorum() public {
        Epoch memory epoch = _provenBad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(0, 1));
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NoQuorum.selector, 2 * STAKE, 4 * STAKE));
        court.slashOperator(epoch.summary, epoch.certificate);
    }

    function test_slashOperator_notProven() public {
        Epoch memory epoch = _bad(1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotProven.selector, epoch.digest));
        court.slashOperator(epoch.summary, epoch.certificate);
    }

    function test_slashOperator_notAnApproval() public {
        Epoch memory epoch = _provenBad(1);
        Certificate memory votes = _rejects(epoch, 0);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotAnApproval.selector, 2));
        court.slashOperator(epoch.summary, votes);
    }

    function test_slashOperator_nothingSlashed() public {
        Epoch memory epoch = _provenBad(1);
        vm.expectRevert(ISlashingCourt.SlashingCourt_NothingSlashed.selector);
        court.slashOperator(epoch.summary, epoch.certificate);
    }
}

contract SlashingCourtEquivocationTest is CourtTest {
    function _slash(ISlashingCourt.Votes memory first, ISlashingCourt.Votes memory second, uint256 who) private {
        vm.prank(reporter);
        court.slashEquivocation(1, first, second, _accuse(who), _accuse(who));
    }

    function _refused(ISlashingCourt.Votes memory first, ISlashingCourt.Votes memory second, bytes memory reason)
        private
    {
        ISlashingCourt.Accused[] memory accused = _accuse(0);
        vm.expectRevert(reason);
        court.slashEquivocation(1, first, second, accused, accused);
    }

    function test_slashEquivocation_twoApprovals() public {
        vm.expectEmit(address(court));
        emit ISlashingCourt.Convicted(_validator(2), 1, ISlashingCourt.Offence.Equivocation, setId, STAKE, reporter);
        _slash(_approve(ONE, 2), _approve(OTHER, 2), 2);
        assertEq(_stakeOf(2), 0);
        assertTrue(court.convicted(_validator(2), 1, ISlashingCourt.Offence.Equivocation));
    }

    function test_slashEquivocation_approveAndReject() public {
        _slash(_approve(ONE, 1), _reject(ONE, 1), 1);
        assertEq(_stakeOf(1), 0);
        _slash(_reject(ONE, 2), _approve(OTHER, 2), 2);
        assertEq(_stakeOf(2), 0);
    }

    /// @dev By certificates: everybody approved, everybody but one approved something else.
    function test_slashEquivocation_certificates() public {
        ISlashingCourt.Votes memory second = ISlashingCourt.Votes(OTHER, _approvalWithout(1, OTHER, _list(2)));
        court.slashEquivocation(1, _approveAll(1, ONE), second, _accuse(_list(0, 3)), _accuse(_list(0, 3)));
        assertEq(_stakeOf(0) + _stakeOf(3), 0);
        assertEq(_stakeOf(1) + _stakeOf(2), 2 * STAKE);
        ISlashingCourt.Votes memory first = _approveAll(1, ONE);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotSigner.selector, setId, 2));
        court.slashEquivocation(1, first, second, _accuse(2), _accuse(2));
    }

    /// @dev A rejecter is found in whichever group it signed.
    function test_slashEquivocation_groups() public {
        VoteGroup[] memory groups = new VoteGroup[](2);
        groups[0] = committee.present(3, _list(1), _voteDigest(2, 1, ONE, 3));
        groups[1] = committee.present(8, _list(0, 2), _voteDigest(2, 1, ONE, 8));
        ISlashingCourt.Votes memory rejections = ISlashingCourt.Votes(ONE, Certificate(setId, 2, groups));
        court.slashEquivocation(1, _approveAll(1, ONE), rejections, _accuse(_list(1, 2)), _accuse(_list(1, 2)));
        assertEq(_stakeOf(1) + _stakeOf(2), 0);
    }

    /// @dev An epoch at the turn of terms: the same validators vote as members of two sets.
    function test_slashEquivocation_twoSets() public {
        ISlashingCourt.Votes memory first = _approve(ONE, 2);
        vm.warp(T0 + TERM - 1);
        setId = registry.fixTerm();
        assertEq(first.certificate.setId + 1, setId);
        _slash(first, _approve(OTHER, 2), 2);
        assertEq(_stakeOf(2), 0);
    }

    function test_slashEquivocation_noConflict() public {
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NoConflict.selector);
        _refused(_approve(ONE, 0), _approve(ONE, 0), reason);
        _refused(_reject(ONE, 0), _reject(OTHER, 0), reason);
        ISlashingCourt.Votes memory dispute = _votes(3, 1, ONE, 3, _list(0));
        _refused(_approve(ONE, 0), dispute, reason);
        _refused(dispute, _approve(OTHER, 0), reason);
        _refused(_reject(ONE, 0), dispute, reason);
        _refused(dispute, _votes(3, 1, OTHER, 3, _list(0)), reason);
    }

    function test_slashEquivocation_unequalLists() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 0));
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_UnequalLists.selector, 1, 2));
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(_list(0, 1)));
    }

    function test_slashEquivocation_tooManyAccused() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 0));
        ISlashingCourt.Accused[] memory many = new ISlashingCourt.Accused[](65);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooManyAccused.selector, 65, 64));
        court.slashEquivocation(1, a, b, many, many);
    }

    function test_slashEquivocation_otherValidator() public {
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) = (_approve(ONE, 0), _approve(OTHER, 1));
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_OtherValidator.selector, _validator(0), _validator(1))
        );
        court.slashEquivocation(1, a, b, _accuse(0), _accuse(1));
    }

    function test_slashEquivocation_unknownSet() public {
        ISlashingCourt.Votes memory first = _approve(ONE, 0);
        setId = 9;
        _refused(first, _approve(OTHER, 0), abi.encodeWithSelector(ISlashingCourt.SlashingCourt_UnknownSet.selector, 9));
    }

    function test_slashEquivocation_evidenceExpired() public {
        uint64 expiry = T0 + TERM + EVIDENCE_SECONDS;
        vm.warp(expiry + 1);
        _refused(
            _approve(ONE, 0),
            _approve(OTHER, 0),
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_EvidenceExpired.selector, setId, expiry)
        );
        vm.warp(expiry);
        _slash(_approve(ONE, 0), _approve(OTHER, 0), 0);
        assertEq(_stakeOf(0), 0);
    }

    function test_slashEquivocation_nothingSlashed() public {
        _slash(_approve(ONE, 0), _approve(OTHER, 0), 0);
        _refused(
            _approve(ONE, 0),
            _approve(OTHER, 0),
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NothingSlashed.selector)
        );
    }
}

contract SlashingCourtAbsenceTest is CourtTest {
    function _absent() private view returns (bytes memory) {
        address[] memory absent = new address[](2);
        (absent[0], absent[1]) = (_validator(1), _validator(2));
        return abi.encodeCall(ISlashingCourt.jailAbsent, (setId, absent));
    }

    function test_jailAbsent() public {
        for (uint256 i = 1; i < 3; ++i) {
            vm.expectCall(address(registry), abi.encodeCall(IValidatorRegistry.jail, (_validator(i))), 1);
            vm.expectEmit(address(court));
            emit ISlashingCourt.AbsentJailed(_validator(i), setId);
        }
        bridge.execute(l2Reporter, address(court), _absent());
        assertEq(_stakeOf(1), STAKE);
        // Once per term: a second message about it changes nothing.
        bridge.execute(l2Reporter, address(court), _absent());
    }

    function test_jailAbsent_notFromL2Reporter() public {
        bytes memory message = _absent();
        bytes4 selector = ISlashingCourt.SlashingCourt_NotFromL2Reporter.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, address(bridge)));
        bridge.execute(reporter, address(court), message);
        vm.expectRevert(abi.encodeWithSelector(selector, l2Reporter));
        vm.prank(l2Reporter);
        court.jailAbsent(setId, new address[](0));
    }

    function test_jailAbsent_unknownSet() public {
        setId = 9;
        bytes memory message = _absent();
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_UnknownSet.selector, 9));
        bridge.execute(l2Reporter, address(court), message);
    }

    /* setAbsenceReporter */

    function test_setAbsenceReporter() public {
        vm.expectEmit(address(court));
        emit ISlashingCourt.AbsenceReporterSet(admin, guardian);
        vm.prank(address(timelock));
        court.setAbsenceReporter(admin, guardian);
        assertEq(court.bridge(), admin);
        assertEq(court.l2Reporter(), guardian);
    }

    function test_setAbsenceReporter_notTimelock() public {
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotTimelock.selector, reporter));
        vm.prank(reporter);
        court.setAbsenceReporter(reporter, reporter);
    }

    function test_setAbsenceReporter_zeroAddress() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(ISlashingCourt.SlashingCourt_ZeroAddress.selector);
        court.setAbsenceReporter(address(0), l2Reporter);
        vm.expectRevert(ISlashingCourt.SlashingCourt_ZeroAddress.selector);
        court.setAbsenceReporter(address(bridge), address(0));
    }
}
