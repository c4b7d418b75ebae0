// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballot, ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, Member, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {CertificateVerifier} from "../../src/validators/CertificateVerifier.sol";
import {Committee} from "../utils/Committee.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {Records} from "../utils/Records.sol";

/// @notice Certificates and single votes against a set of seven unequal members.
contract CertificateTest is PobsTest {
    uint64 private constant EPOCH = 5;
    bytes32 private constant DIGEST = keccak256("summary");
    uint256 private constant SIZE = 7;

    SetHeader private set;

    function setUp() public override {
        vm.warp(T0);
        salt = keccak256("salt");
        domain = keccak256("domain");
        setId = 3;
        committee = new Committee();
        for (uint256 i = 0; i < SIZE; ++i) {
            committee.add(address(uint160(0x1000 + i)), 1_000 + i, uint128(1 + i));
        }
        set = committee.header(setId, T0, T0 + TERM);
    }

    function _ballot() private view returns (Ballot memory) {
        return Ballot(domain, DIGEST, EPOCH, T0, setId);
    }

    function weigh(SetHeader memory header, Certificate calldata certificate, Ballot calldata ballot)
        external
        view
        returns (uint256)
    {
        return CertificateLib.signedWeight(header, certificate, ballot);
    }

    function _weigh(Certificate memory certificate) private view returns (uint256) {
        return this.weigh(set, certificate, _ballot());
    }

    function _expect(bytes memory reason, Certificate memory certificate) private {
        vm.expectRevert(reason);
        this.weigh(set, certificate, _ballot());
    }

    function _message(uint8 kind, uint16 rule) private view returns (bytes32) {
        return _voteDigest(kind, EPOCH, DIGEST, rule);
    }

    function _present(uint8 kind, uint16 rule, uint256[] memory who) private view returns (VoteGroup memory) {
        return committee.present(rule, who, _message(kind, rule));
    }

    function _absent(uint8 kind, uint16 rule, uint256[] memory who) private view returns (VoteGroup memory) {
        return committee.absent(rule, who, _message(kind, rule));
    }

    function _two(VoteGroup memory a, VoteGroup memory b) private view returns (Certificate memory) {
        VoteGroup[] memory groups = new VoteGroup[](2);
        (groups[0], groups[1]) = (a, b);
        return Certificate(setId, 2, groups);
    }

    function test_certificate_fullParticipation() public view {
        assertEq(_weigh(committee.one(setId, 1, _absent(1, 0, new uint256[](0)))), 28);
    }

    function testFuzz_certificate_anySubset(uint256 mask) public view {
        mask = bound(mask, 1, (1 << SIZE) - 1);
        uint256 weight;
        uint256[] memory signers = _indices(mask);
        for (uint256 i = 0; i < signers.length; ++i) {
            weight += signers[i] + 1;
        }
        bool listAbsent = signers.length * 2 > SIZE;
        VoteGroup memory group =
            listAbsent ? _absent(1, 0, _indices(~mask & ((1 << SIZE) - 1))) : _present(1, 0, signers);
        assertEq(_weigh(committee.one(setId, 1, group)), weight);
    }

    function test_certificate_groupsAddUp() public view {
        assertEq(_weigh(_two(_present(2, 3, _list(0, 4)), _present(2, 8, _list(1, 6)))), 1 + 5 + 2 + 7);
        uint256[] memory two = _list(0, 1);
        assertEq(_weigh(_two(_present(2, 3, two), _absent(2, 8, two))), 28);
    }

    function testFuzz_quorum(uint128 signed, uint128 total) public pure {
        assertEq(CertificateLib.isQuorum(signed, total), total != 0 && uint256(signed) * 3 >= uint256(total) * 2);
        assertEq(CertificateLib.isBlocking(signed, total), total != 0 && uint256(signed) * 3 > uint256(total));
    }

    function test_quorum_edges() public pure {
        assertTrue(CertificateLib.isQuorum(2, 3));
        assertFalse(CertificateLib.isQuorum(1, 3));
        assertFalse(CertificateLib.isQuorum(2, 4));
        assertTrue(CertificateLib.isQuorum(3, 4));
        assertFalse(CertificateLib.isQuorum(0, 0));
        assertFalse(CertificateLib.isBlocking(1, 3));
        assertTrue(CertificateLib.isBlocking(2, 4));
        assertFalse(CertificateLib.isBlocking(0, 0));
        // Neither can both be reached by weights that add up to the total.
        assertFalse(CertificateLib.isQuorum(type(uint128).max / 2, type(uint128).max));
    }

    // Reverts

    function test_certificate_revertsForUnknownSet() public {
        Certificate memory certificate = committee.one(setId, 1, _absent(1, 0, new uint256[](0)));
        set.totalWeight = 0;
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_UnknownSet.selector, setId), certificate);
        set = committee.header(setId, T0, T0 + TERM);
        set.membersRoot = bytes32(0);
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_UnknownSet.selector, setId), certificate);
    }

    function test_certificate_revertsForWrongSet() public {
        Certificate memory certificate = committee.one(setId + 1, 1, _absent(1, 0, new uint256[](0)));
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, setId, setId + 1), certificate);
    }

    function test_certificate_revertsForUnknownKind() public {
        for (uint8 kind = 0; kind < 5; kind += 4) {
            Certificate memory certificate = committee.one(setId, kind, _absent(kind, 0, new uint256[](0)));
            _expect(abi.encodeWithSelector(CertificateLib.Certificate_UnknownKind.selector, kind), certificate);
        }
    }

    function test_certificate_revertsWithoutGroups() public {
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_NoGroups.selector),
            Certificate(setId, 1, new VoteGroup[](0))
        );
    }

    function test_certificate_revertsForApprovalOfTwoGroups() public {
        Certificate memory certificate = _two(_present(1, 0, _list(0)), _present(1, 0, _list(1)));
        certificate.kind = 1;
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_ApproveHasOneGroup.selector, 2), certificate);
    }

    function test_certificate_revertsForRuleOfKind() public {
        Certificate memory certificate = committee.one(setId, 1, _absent(1, 2, new uint256[](0)));
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_RuleOfKind.selector, 1, 2), certificate);
        certificate = committee.one(setId, 2, _absent(2, 0, new uint256[](0)));
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_RuleOfKind.selector, 2, 0), certificate);
    }

    function test_certificate_revertsForRulesNotAscending() public {
        Certificate memory certificate = _two(_present(2, 3, _list(0)), _present(2, 3, _list(1)));
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_RulesNotAscending.selector, 3), certificate);
    }

    function test_certificate_revertsWhenTooManyAreListed() public {
        Certificate memory certificate = committee.one(setId, 1, _present(1, 0, _indices(0x0f)));
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_TooManyListed.selector, 4, 7), certificate);
    }

    function test_certificate_revertsWhenNobodySigned() public {
        VoteGroup memory group = _absent(1, 0, new uint256[](0));
        group.absent = false;
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_NobodySigned.selector, 0), committee.one(setId, 1, group)
        );
    }

    function test_certificate_revertsForSiblingsWithoutMembers() public {
        VoteGroup memory group = _absent(1, 0, new uint256[](0));
        group.siblings = new bytes32[](1);
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_BadMembersProof.selector, 0),
            committee.one(setId, 1, group)
        );
    }

    function test_certificate_revertsForMemberOutsideSet() public {
        VoteGroup memory group = _absent(1, 0, _list(2));
        group.members = _recordOf(2, 7, committee.member(2).weight);
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_NotInSet.selector, 7, 7), committee.one(setId, 1, group)
        );
        Certificate memory certificate = _two(_present(2, 3, _list(0)), _present(2, 8, _list(1)));
        certificate.groups[0].members = _recordOf(0, 300, committee.member(0).weight);
        _expect(abi.encodeWithSelector(CertificateLib.Certificate_NotInSet.selector, 300, 7), certificate);
    }

    /// @dev A byte more, a byte less, and a record whose key lacks one.
    function test_certificate_revertsForListLength() public {
        VoteGroup memory group = _absent(1, 0, _list(2));
        bytes memory whole = group.members;
        group.members = bytes.concat(whole, hex"00");
        _expect(abi.encodeWithSelector(MembersLib.Members_BadListLength.selector, 137), committee.one(setId, 1, group));
        Member memory member = committee.member(2);
        member.key = new bytes(95);
        group.members = Records.encode(member);
        bytes memory reason = abi.encodeWithSelector(MembersLib.Members_BadListLength.selector, 135);
        _expect(reason, committee.one(setId, 1, group));
        Certificate memory certificate = _two(_present(2, 3, _list(0)), _present(2, 8, _list(1)));
        certificate.groups[0].members = group.members;
        _expect(reason, certificate);
    }

    /// @dev The record of a member with another index or weight.
    function _recordOf(uint256 at, uint32 index, uint128 weight) private view returns (bytes memory) {
        Member memory member = committee.member(at);
        (member.index, member.weight) = (index, weight);
        return Records.encode(member);
    }

    function test_certificate_revertsForBadMembersProof() public {
        VoteGroup memory group = _absent(1, 0, _list(2));
        group.siblings[0] = keccak256("no");
        bytes memory reason = abi.encodeWithSelector(CertificateLib.Certificate_BadMembersProof.selector, 0);
        _expect(reason, committee.one(setId, 1, group));
        // A lighter absent member would make the certificate heavier.
        group = _absent(1, 0, _list(2));
        group.members = _recordOf(2, 2, 0);
        _expect(reason, committee.one(setId, 1, group));
    }

    function test_certificate_revertsForProofLength() public {
        VoteGroup memory group = _absent(1, 0, _list(2));
        bytes32[] memory siblings = group.siblings;
        group.siblings = new bytes32[](4);
        _expect(abi.encodeWithSelector(MembersLib.Members_ProofTooLong.selector, 4, 3), committee.one(setId, 1, group));
        group.siblings = new bytes32[](2);
        (group.siblings[0], group.siblings[1]) = (siblings[0], siblings[1]);
        _expect(abi.encodeWithSelector(MembersLib.Members_ProofTooShort.selector, 2), committee.one(setId, 1, group));
    }

    function test_certificate_revertsForSignatureLength() public {
        VoteGroup memory group = _absent(1, 0, new uint256[](0));
        group.signature = new bytes(191);
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_BadSignatureLength.selector, 191),
            committee.one(setId, 1, group)
        );
    }

    function test_certificate_revertsForMalformedSignature() public {
        VoteGroup memory group = _absent(1, 0, new uint256[](0));
        group.signature[100] ^= 0x01;
        _expect(
            abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0), committee.one(setId, 1, group)
        );
    }

    function test_certificate_revertsForSignatureOverAnotherVote() public {
        bytes memory reason = abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0);
        uint256[] memory none = new uint256[](0);
        _expect(reason, committee.one(setId, 1, committee.absent(0, none, _voteDigest(1, EPOCH + 1, DIGEST, 0))));
        _expect(reason, committee.one(setId, 1, committee.absent(0, none, _voteDigest(3, EPOCH, DIGEST, 0))));
        _expect(reason, committee.one(setId, 1, committee.absent(0, none, DIGEST)));
    }

    function _indices(uint256 mask) private pure returns (uint256[] memory list) {
        uint256 length;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) {
            ++length;
        }
        list = new uint256[](length);
        uint256 at;
        for (uint256 i = 0; i < 256; ++i) {
            if (mask >> i & 1 == 1) list[at++] = i;
        }
    }
}

/// @notice `CertificateVerifier` over headers that the registry wrote.
contract CertificateVerifierTest is PobsTest {
    function test_inTerm_edges() public view {
        assertFalse(verifier.inTerm(setId, T0 - 1));
        assertTrue(verifier.inTerm(setId, T0));
        assertTrue(verifier.inTerm(setId, T0 + TERM - 1));
        assertFalse(verifier.inTerm(setId, T0 + TERM));
        assertFalse(verifier.inTerm(setId + 1, T0));
        assertFalse(verifier.inTerm(0, T0));
    }

    function test_constructor_revertsForZeroAddress() public {
        vm.expectRevert(ICertificateVerifier.CertificateVerifier_ZeroAddress.selector);
        new CertificateVerifier(address(0));
    }

    function test_checkVote_revertsForStranger() public {
        Member memory member = committee.member(1);
        bytes32[] memory path = committee.path(2);
        bytes memory signature = committee.sign(1, _voteDigest(1, 1, bytes32("digest"), 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                ICertificateVerifier.CertificateVerifier_NotMember.selector, setId, 1, member.validator
            )
        );
        verifier.checkVote(Ballot(domain, bytes32("digest"), 1, T0, setId), 1, 0, member, path, signature);
    }
}
