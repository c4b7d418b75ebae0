// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {Ballot, ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, Member, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {VerifierCall} from "../../src/libraries/VerifierCall.sol";
import {Committee} from "../utils/Committee.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {Records} from "../utils/Records.sol";

/// @notice Answers a verifier's question with so many bytes.
contract ShortVerifier {
    uint256 private immutable LENGTH;

    constructor(uint256 length) {
        LENGTH = length;
    }

    fallback() external {
        uint256 length = LENGTH;
        assembly {
            mstore(0x00, 3)
            mstore(0x20, 4)
            return(0x00, length)
        }
    }
}

/// @notice Messages that are no votes, single votes, bitmaps at the edges of their words, and answers cut short.
contract CertificateEdgesTest is PobsTest {
    uint64 private constant EPOCH = 5;
    bytes32 private constant DIGEST = keccak256("summary");
    bytes32 private constant MESSAGE = keccak256("message");

    SetHeader private set;

    function setUp() public override {
        vm.warp(T0);
        salt = keccak256("salt");
        domain = keccak256("domain");
        setId = 3;
        committee = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            committee.add(address(uint160(0x1000 + i)), 1_000 + i, uint128(1 + i));
        }
        set = committee.header(setId, T0, T0 + TERM);
    }

    function weigh(SetHeader memory header, Certificate calldata certificate, Ballot calldata ballot)
        external
        view
        returns (uint256)
    {
        return CertificateLib.signedWeight(header, certificate, ballot);
    }

    function weighMessage(SetHeader memory header, Certificate calldata certificate) external view returns (uint256) {
        return CertificateLib.messageWeight(header, certificate, MESSAGE);
    }

    function checkSignature(Member calldata member, bytes calldata signature, bytes32 message) external view {
        CertificateLib.checkSignature(member, signature, message);
    }

    function ask(ICertificateVerifier asked, Ballot memory ballot, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total)
    {
        return VerifierCall.signedWeight(asked, ballot, certificate);
    }

    function readAt(bytes calldata members, uint256 at)
        external
        pure
        returns (bytes32, uint256, uint256, bytes memory)
    {
        return MembersLib.readAt(members, at);
    }

    function _ballot() private view returns (Ballot memory) {
        return Ballot(domain, DIGEST, EPOCH, T0, setId);
    }

    function _message() private view returns (Certificate memory) {
        return committee.one(setId, 0, committee.absent(0, new uint256[](0), MESSAGE));
    }

    function _twoAbsent(uint256[] memory first, uint256[] memory second) private view returns (Certificate memory) {
        VoteGroup[] memory groups = new VoteGroup[](2);
        groups[0] = committee.absent(2, first, _voteDigest(2, EPOCH, DIGEST, 2));
        groups[1] = committee.absent(3, second, _voteDigest(2, EPOCH, DIGEST, 3));
        return Certificate(setId, 2, groups);
    }

    // Messages

    function test_message_weight() public view {
        assertEq(this.weighMessage(set, _message()), 1 + 2 + 3 + 4);
    }

    function test_message_revertsForUnknownSet() public {
        Certificate memory certificate = _message();
        SetHeader memory header = set;
        header.totalWeight = 0;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_UnknownSet.selector, setId));
        this.weighMessage(header, certificate);
        header = set;
        header.membersRoot = bytes32(0);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_UnknownSet.selector, setId));
        this.weighMessage(header, certificate);
    }

    function test_message_revertsForWrongSet() public {
        Certificate memory certificate = _message();
        certificate.setId = setId + 1;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, setId, setId + 1));
        this.weighMessage(set, certificate);
    }

    function test_message_revertsWithoutGroups() public {
        vm.expectRevert(CertificateLib.Certificate_NoGroups.selector);
        this.weighMessage(set, Certificate(setId, 0, new VoteGroup[](0)));
    }

    function test_message_revertsForAVote() public {
        Certificate memory certificate = _message();
        certificate.kind = 1;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 1, 1, 0));
        this.weighMessage(set, certificate);
        certificate.kind = 0;
        certificate.groups[0].rule = 4;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 0, 1, 4));
        this.weighMessage(set, certificate);
    }

    function test_message_revertsForTwoGroups() public {
        VoteGroup[] memory groups = new VoteGroup[](2);
        groups[0] = committee.absent(0, new uint256[](0), MESSAGE);
        groups[1] = groups[0];
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotMessage.selector, 0, 2, 0));
        this.weighMessage(set, Certificate(setId, 0, groups));
    }

    // Single votes

    function test_checkSignature_ofTheMember() public {
        Member memory member = committee.member(2);
        bytes memory signature = committee.sign(2, MESSAGE);
        this.checkSignature(member, signature, MESSAGE);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        this.checkSignature(member, signature, DIGEST);
    }

    function test_checkSignature_revertsForKeyLength() public {
        Member memory member = committee.member(2);
        bytes memory signature = committee.sign(2, MESSAGE);
        member.key = abi.encodePacked(member.key, uint8(0));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadKeyLength.selector, 2, 97));
        this.checkSignature(member, signature, MESSAGE);
    }

    // Bitmaps

    /// @notice The signers of two groups, each given by those who did not sign it.
    function test_groups_bothByTheirAbsent() public view {
        assertEq(this.weigh(set, _twoAbsent(_list(0, 1), _list(2, 3)), _ballot()), 1 + 2 + 3 + 4);
    }

    function test_groups_revertWhenAbsentOverlap() public {
        Certificate memory certificate = _twoAbsent(_list(0, 1), _list(1, 2));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_GroupsOverlap.selector, 1));
        this.weigh(set, certificate, _ballot());
    }

    /// @notice Sets that fill whole words of the bitmap: what fails is the second group, not the bitmap.
    function test_groups_ofSetsThatFillWords() public {
        uint32[6] memory counts = [uint32(255), 256, 257, 512, 1_023, 1_024];
        for (uint256 i = 0; i < counts.length; ++i) {
            SetHeader memory header = set;
            header.count = counts[i];
            Certificate memory certificate = _twoAbsent(new uint256[](0), new uint256[](0));
            vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_GroupsOverlap.selector, 1));
            this.weigh(header, certificate, _ballot());
        }
    }

    function test_groups_revertForIndicesBeyondTheBitmap() public {
        Certificate memory certificate = _twoAbsent(_list(0), _list(1));
        certificate.groups[0].members = _withIndex(5_000);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotInSet.selector, 5_000, 4));
        this.weigh(set, certificate, _ballot());
        certificate.groups[0].members = _withIndex(1_024);
        SetHeader memory header = set;
        header.count = 1_024;
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_NotInSet.selector, 1_024, 1_024));
        this.weigh(header, certificate, _ballot());
    }

    /// @notice A key that is no point is refused by the curve, before anybody asks whose it is.
    function test_groups_revertForAKeyOffTheCurve() public {
        Certificate memory certificate = committee.one(setId, 2, committee.present(2, _list(1), MESSAGE));
        // The last byte of the key, before the weight.
        certificate.groups[0].members[119] ^= 0x01;
        vm.expectRevert(BLS.G1AddFailed.selector);
        this.weigh(set, certificate, _ballot());
    }

    // Encoding

    function test_readAt_asTheLibrarysLeaf() public view {
        bytes memory records = bytes.concat(Records.encode(committee.member(1)), Records.encode(committee.member(3)));
        for (uint256 at = 0; at < 2; ++at) {
            Member memory member = committee.member(1 + 2 * at);
            (bytes32 hash, uint256 index, uint256 weight, bytes memory key) = this.readAt(records, at);
            assertEq(hash, MembersLib.leaf(member.index, member.validator, member.key, member.weight));
            assertEq(index, member.index);
            assertEq(weight, member.weight);
            assertEq(key, member.key);
        }
    }

    function test_verifierCall_takesTwoWords() public {
        Ballot memory ballot = _ballot();
        Certificate memory certificate = _message();
        (uint256 signed, uint256 total) =
            this.ask(ICertificateVerifier(address(new ShortVerifier(0x40))), ballot, certificate);
        assertEq(signed, 3);
        assertEq(total, 4);
        ICertificateVerifier short = ICertificateVerifier(address(new ShortVerifier(0x3f)));
        vm.expectRevert(bytes(""));
        this.ask(short, ballot, certificate);
        // Nobody there answers with nothing, which is no weight.
        vm.expectRevert(bytes(""));
        this.ask(ICertificateVerifier(makeAddr("nobody")), ballot, certificate);
    }

    /// @dev The first member's record under another index.
    function _withIndex(uint32 index) private view returns (bytes memory) {
        Member memory member = committee.member(0);
        member.index = index;
        return Records.encode(member);
    }
}
