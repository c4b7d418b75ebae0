// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Test} from "forge-std/Test.sol";
import {IMirrorSets} from "../../src/interfaces/IMirrorSets.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {Certificate, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {CertificateVerifier} from "../../src/validators/CertificateVerifier.sol";
import {MirrorSets} from "../../src/validators/MirrorSets.sol";
import {Committee} from "../utils/Committee.sol";

/// @notice A further EVM chain: set 7 is the mirror's first, six members of equal weight.
contract MirrorSetsTest is Test {
    uint64 private constant T0 = 1_800_000_000;
    uint64 private constant TERM = 7 days;
    uint64 private constant GRACE = 1 days;
    bytes32 private constant SALT = keccak256("salt");

    address private admin = makeAddr("admin");
    Committee private committee;
    Committee private following;
    MirrorSets private mirror;
    CertificateVerifier private verifier;
    SetHeader private next;

    function setUp() public {
        vm.warp(T0);
        committee = _committee(1);
        following = _committee(50);
        mirror = _mirror(committee.header(7, T0, T0 + TERM));
        verifier = new CertificateVerifier(address(mirror));
        next = following.header(8, T0 + TERM, T0 + 2 * TERM);
    }

    function _committee(uint256 secret) private returns (Committee made) {
        made = new Committee();
        for (uint256 i = 0; i < 6; ++i) {
            made.add(vm.addr(secret + i), secret + i, 100);
        }
    }

    function _mirror(SetHeader memory first) private returns (MirrorSets) {
        address code = address(new MirrorSets(SALT, GRACE));
        return MirrorSets(address(new ERC1967Proxy(code, abi.encodeCall(MirrorSets.initialize, (admin, first)))));
    }

    function _message(SetHeader memory header) private pure returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(keccak256("Handover(bytes32 header)"), keccak256(abi.encode(header))));
        return keccak256(abi.encodePacked(hex"1901", SummaryLib.domainSeparator(SALT), structHash));
    }

    /// @dev Signed by all of `signers` but the first `absent`.
    function _signed(Committee signers, uint32 setId, SetHeader memory header, uint256 absent)
        private
        view
        returns (Certificate memory)
    {
        uint256[] memory missing = new uint256[](absent);
        for (uint256 i = 0; i < absent; ++i) {
            missing[i] = i;
        }
        return signers.one(setId, 0, signers.absent(0, missing, _message(header)));
    }

    function test_handover_byTwoThirds() public {
        Certificate memory certificate = _signed(committee, 7, next, 2);
        vm.expectEmit(address(mirror));
        emit IValidatorSets.SetAccepted(8, next);
        mirror.handover(next, certificate);
        assertEq(mirror.latestSetId(), 8);
        assertEq(keccak256(abi.encode(mirror.header(8))), keccak256(abi.encode(next)));
        assertTrue(verifier.inTerm(8, T0 + TERM));
        // The previous set's term stays what it was.
        assertTrue(verifier.inTerm(7, T0 + TERM - 1));
        // And on to the next.
        SetHeader memory third = committee.header(9, T0 + 2 * TERM, T0 + 3 * TERM);
        mirror.handover(third, _signed(following, 8, third, 0));
        assertEq(mirror.latestSetId(), 9);
    }

    function test_handover_repeatsChangeNothing() public {
        Certificate memory certificate = _signed(committee, 7, next, 0);
        mirror.handover(next, certificate);
        mirror.handover(next, certificate);
        SetHeader memory old = committee.header(7, T0, T0 + 2 * TERM);
        mirror.handover(old, certificate);
        assertEq(mirror.latestSetId(), 8);
        assertEq(mirror.header(7).activeUntil, T0 + TERM);
    }

    function test_handover_withinTheGrace() public {
        vm.warp(T0 + TERM + GRACE);
        mirror.handover(next, _signed(committee, 7, next, 0));
        assertEq(mirror.latestSetId(), 8);
    }

    function test_install_onlyWhenExpired() public {
        SetHeader memory later = following.header(12, T0 + 5 * TERM, T0 + 6 * TERM);
        vm.warp(T0 + TERM + GRACE);
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_NotExpired.selector, 7, T0 + TERM + GRACE));
        mirror.install(later);
        vm.warp(T0 + TERM + GRACE + 1);
        vm.expectPartialRevert(bytes4(keccak256("AccessControlUnauthorizedAccount(address,bytes32)")));
        mirror.install(later);
        vm.startPrank(admin);
        SetHeader memory same = committee.header(7, T0 + 5 * TERM, T0 + 6 * TERM);
        vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_NotNext.selector, 8, 7));
        mirror.install(same);
        vm.expectEmit(address(mirror));
        emit IMirrorSets.SetInstalled(12, 7);
        mirror.install(later);
        vm.stopPrank();
        assertEq(mirror.latestSetId(), 12);
    }

    // Reverts

    function test_handover_revertsBelowTwoThirds() public {
        Certificate memory certificate = _signed(committee, 7, next, 3);
        vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_NoQuorum.selector, 300, 600));
        mirror.handover(next, certificate);
    }

    /// @notice ⟂ A jump of the set id would end every later hand-over.
    function test_handover_revertsForAJump() public {
        for (uint32 id = 9; id != 0; id = id == 9 ? type(uint32).max : 0) {
            next.setId = id;
            Certificate memory certificate = _signed(committee, 7, next, 0);
            vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_NotNext.selector, 8, id));
            mirror.handover(next, certificate);
        }
    }

    function test_handover_revertsForAGapOrOverlap() public {
        for (uint64 from = T0 + TERM - 1; from <= T0 + TERM + 1; from += 2) {
            next.activeFrom = from;
            Certificate memory certificate = _signed(committee, 7, next, 0);
            vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_Gap.selector, T0 + TERM, from));
            mirror.handover(next, certificate);
        }
    }

    /// @notice ⟂ An expired mirror stops: keys whose stake may have left decide nothing.
    function test_handover_revertsWhenExpired() public {
        Certificate memory certificate = _signed(committee, 7, next, 0);
        vm.warp(T0 + TERM + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IMirrorSets.MirrorSets_Expired.selector, 7, T0 + TERM + GRACE));
        mirror.handover(next, certificate);
        assertFalse(verifier.inTerm(7, uint64(block.timestamp)));
    }

    function test_handover_revertsForTheWrongSigners() public {
        Certificate memory certificate = _signed(following, 7, next, 0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        mirror.handover(next, certificate);
        certificate = _signed(committee, 6, next, 0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, 7, 6));
        mirror.handover(next, certificate);
        // Signed for another header.
        certificate = _signed(committee, 7, next, 0);
        next.totalWeight = 1;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        mirror.handover(next, certificate);
    }

    function test_handover_revertsForEmptyAndPowerlessSets() public {
        SetHeader memory good = next;
        next.totalWeight = 0;
        _refused();
        next = good;
        next.membersRoot = 0;
        _refused();
        next = good;
        next.count = 0;
        _refused();
        next = good;
        next.aggregateKey = new bytes(96);
        _refused();
        next = good;
        next.activeUntil = next.activeFrom;
        _refused();
    }

    function test_messageWeight_isForMessagesAlone() public {
        bytes32 message = _message(next);
        (uint256 signed, uint256 total) = verifier.messageWeight(7, message, _signed(committee, 7, next, 1));
        assertEq(signed, 500);
        assertEq(total, 600);
        Certificate memory certificate = _signed(committee, 7, next, 0);
        certificate.kind = 1;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 1, 1, 0));
        verifier.messageWeight(7, message, certificate);
        certificate = _signed(committee, 7, next, 0);
        certificate.groups[0].rule = 3;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 0, 1, 3));
        verifier.messageWeight(7, message, certificate);
        VoteGroup[] memory groups = new VoteGroup[](2);
        certificate = _signed(committee, 7, next, 0);
        (groups[0], groups[1]) = (certificate.groups[0], certificate.groups[0]);
        certificate.groups = groups;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 0, 2, 0));
        verifier.messageWeight(7, message, certificate);
        certificate.groups = new VoteGroup[](0);
        vm.expectRevert(CertificateLib.Certificate_NoGroups.selector);
        verifier.messageWeight(7, message, certificate);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_UnknownSet.selector, 9));
        verifier.messageWeight(9, message, certificate);
        certificate = _signed(committee, 8, next, 0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, 7, 8));
        verifier.messageWeight(7, message, certificate);
    }

    function test_initialize_refusesBadFirstSets() public {
        address code = address(new MirrorSets(SALT, GRACE));
        SetHeader memory first = committee.header(7, T0, T0 + TERM);
        vm.expectRevert(IValidatorSets.ValidatorSets_ZeroAddress.selector);
        new ERC1967Proxy(code, abi.encodeCall(MirrorSets.initialize, (address(0), first)));
        first.setId = 0;
        vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_BadHeader.selector, 0));
        new ERC1967Proxy(code, abi.encodeCall(MirrorSets.initialize, (admin, first)));
        first.setId = 1;
        first.totalWeight = 0;
        vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_BadHeader.selector, 1));
        new ERC1967Proxy(code, abi.encodeCall(MirrorSets.initialize, (admin, first)));
    }

    function _refused() private {
        Certificate memory certificate = _signed(committee, 7, next, 0);
        vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_BadHeader.selector, 8));
        mirror.handover(next, certificate);
    }
}
