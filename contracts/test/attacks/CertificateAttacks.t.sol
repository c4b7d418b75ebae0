// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Certificate, Member, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {Records} from "../utils/Records.sol";

/// @notice Ways to make fewer signatures count for more, or to use a signature where it was not meant.
contract CertificateAttacks is PobsTest {
    function _good() private view returns (Epoch memory) {
        return _epoch(custody, 1, new Figures[](2), _none());
    }

    function _refused(bytes memory reason, Epoch memory epoch) private {
        vm.expectRevert(reason);
        _settle(custody, epoch);
        assertEq(custody.activeRoot().epoch, 0);
    }

    /// @notice Half of the stake is no quorum, and listing the absent differently does not change that.
    function test_attack_twoOfFourSign() public {
        Epoch memory epoch = _good();
        bytes memory reason = abi.encodeWithSelector(ICustody.Custody_NoQuorum.selector, 2 * STAKE, 4 * STAKE);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(0, 1));
        _refused(reason, epoch);
        epoch.certificate =
            committee.one(setId, 1, committee.present(0, _list(2, 3), _voteDigest(1, 1, epoch.digest, 0)));
        _refused(reason, epoch);
    }

    /// @notice One validator listed twice.
    function test_attack_duplicateSigner() public {
        Epoch memory epoch = _good();
        VoteGroup memory group = committee.present(0, _list(1), _voteDigest(1, 1, epoch.digest, 0));
        group.members = bytes.concat(group.members, group.members);
        epoch.certificate = committee.one(setId, 1, group);
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_NotAscending.selector, 1), epoch);
    }

    /// @notice Members out of order, so that a bitmap or proof might count one twice.
    function test_attack_unorderedSigners() public {
        Epoch memory epoch = _good();
        VoteGroup memory group = committee.present(0, _list(0, 1), _voteDigest(1, 1, epoch.digest, 0));
        group.members = bytes.concat(Records.encode(committee.member(1)), Records.encode(committee.member(0)));
        epoch.certificate = committee.one(setId, 1, group);
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_NotAscending.selector, 0), epoch);
    }

    /// @notice A reject certificate that counts one validator under two rules.
    function test_attack_overlappingGroups() public {
        Epoch memory epoch = _good();
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
        VoteGroup[] memory groups = new VoteGroup[](2);
        groups[0] = committee.present(3, _list(1), _voteDigest(2, 1, epoch.digest, 3));
        groups[1] = committee.present(8, _list(1), _voteDigest(2, 1, epoch.digest, 8));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_GroupsOverlap.selector, 1));
        manager.certify(1, Certificate(setId, 2, groups));
        groups[1] = committee.absent(8, _list(0), _voteDigest(2, 1, epoch.digest, 8));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_GroupsOverlap.selector, 1));
        manager.certify(1, Certificate(setId, 2, groups));
    }

    /// @notice The neutral element pairs with everything.
    function test_attack_infinitySignature() public {
        Epoch memory epoch = _good();
        epoch.certificate.groups[0].signature = new bytes(192);
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_SignatureIsInfinity.selector, 0), epoch);
    }

    /// @notice Keys that add up to infinity with an infinity signature would be a certificate by nobody.
    function test_attack_infinityKeySum() public {
        _registerCancelling();
        vm.warp(T0 + TERM - 1);
        setId = registry.fixTerm();
        vm.warp(T0 + TERM);
        Epoch memory epoch = _good();
        bytes32 message = _voteDigest(1, 1, epoch.digest, 0);
        uint256[] memory three = new uint256[](3);
        (three[0], three[1], three[2]) = (4, 5, 6);
        VoteGroup memory group = committee.present(0, three, message);
        assertEq(group.signature, new bytes(192));
        epoch.certificate = committee.one(setId, 1, group);
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_KeyIsInfinity.selector, 0), epoch);
    }

    function _registerCancelling() private {
        uint256[3] memory secrets = [uint256(70), 80, BlsSigner.R - 150];
        for (uint256 i = 0; i < 3; ++i) {
            address validator = vm.addr(i + 1);
            _register(validator, secrets[i], STAKE);
            committee.add(validator, secrets[i], STAKE);
        }
    }

    /// @notice A key and its negation cancel in every sum: the second one cannot register.
    function test_attack_negatedKey() public {
        address attacker = makeAddr("attacker");
        (bytes memory key, bytes memory possession) = _possession(attacker, BlsSigner.R - 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        vm.prank(attacker);
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice Keys are spent for ever, also after their owner left.
    function test_attack_reusedKey() public {
        address leaver = makeAddr("validator0");
        vm.prank(leaver);
        registry.requestExit(leaver);
        address attacker = makeAddr("attacker");
        (bytes memory key, bytes memory possession) = _possession(attacker, 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        vm.prank(attacker);
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice A rogue key (own key minus the honest sum) has no secret that could prove possession.
    function test_attack_rogueKey() public {
        address attacker = makeAddr("attacker");
        bytes memory rogue = BlsSigner.publicKey(BlsSigner.R - 1 - 2 - 3 - 4 + 500);
        (, bytes memory possession) = _possession(attacker, 500);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossession.selector, attacker));
        vm.prank(attacker);
        registry.register(rogue, possession, bytes32("x"), STAKE);
    }

    /// @notice Somebody else's proof of possession, copied from the mempool.
    function test_attack_stolenPossession() public {
        (bytes memory key, bytes memory possession) = _possession(makeAddr("honest"), 900);
        address attacker = makeAddr("attacker");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossession.selector, attacker));
        vm.prank(attacker);
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice A signature of infinity as proof of possession.
    function test_attack_infinityPossession() public {
        address attacker = makeAddr("attacker");
        bytes memory key = BlsSigner.publicKey(900);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossession.selector, attacker));
        vm.prank(attacker);
        registry.register(key, new bytes(192), bytes32("x"), STAKE);
    }

    /// @notice An inner node of the member tree presented as a path one level too short.
    function test_attack_innerNodeAsMember() public {
        Epoch memory epoch = _good();
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
        bytes32[] memory path = new bytes32[](1);
        path[0] = MembersLib.node(committee.leaves()[2], committee.leaves()[3]);
        Member memory member = committee.member(0);
        bytes memory signature = committee.sign(0, _voteDigest(1, 1, epoch.digest, 0));
        vm.expectPartialRevert(ICertificateVerifier.CertificateVerifier_NotMember.selector);
        manager.castVote(1, 1, 0, member, path, signature);
    }

    /// @notice ⟂ A set signs for its own term only: neither before it nor after.
    function test_attack_expiredSet() public {
        vm.warp(T0 + TERM);
        Epoch memory epoch = _good();
        _refused(
            abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, setId, T0 + TERM), epoch
        );
    }

    /// @notice A certificate of another set than the summary names.
    function test_attack_otherSetThanTheSummary() public {
        vm.warp(T0 + TERM - 1);
        registry.fixTerm();
        Epoch memory epoch = _good();
        epoch.certificate.setId = setId + 1;
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, setId, setId + 1), epoch);
    }

    /// @notice ⟂ Another deployment or a fork has another salt: its certificates mean nothing here.
    function test_attack_replayFromAnotherDeployment() public {
        Epoch memory epoch = _good();
        domain = SummaryLib.domainSeparator(SummaryLib.saltOf(block.chainid + 1, address(registry)));
        _sign(epoch);
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0), epoch);
    }

    /// @notice Votes for one epoch number do not count for another with the same content.
    function test_attack_certificateOfAnotherEpoch() public {
        Epoch memory epoch = _good();
        Certificate memory certificate = epoch.certificate;
        epoch.summary.epoch = 2;
        epoch.certificate = certificate;
        _refused(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0), epoch);
    }

    /// @notice Bytes behind the certificate are handed to the verifier too and change nothing.
    function test_attack_trailingCalldata() public {
        Epoch memory epoch = _good();
        bytes memory data = abi.encodeCall(
            ICustody.settle, (epoch.summary, epoch.line, 0, epoch.linePath, epoch.treeHashes, epoch.certificate)
        );
        (bool ok,) = address(custody).call(bytes.concat(data, new bytes(500)));
        assertTrue(ok);
        assertEq(custody.activeRoot().epoch, 1);
    }

    /// @notice A certificate cut short is refused by the verifier's own bounds checks.
    function test_attack_truncatedCalldata() public {
        Epoch memory epoch = _good();
        bytes memory data = abi.encodeCall(
            ICustody.settle, (epoch.summary, epoch.line, 0, epoch.linePath, epoch.treeHashes, epoch.certificate)
        );
        uint256 length = data.length - 64;
        assembly {
            mstore(data, length)
        }
        (bool ok,) = address(custody).call(data);
        assertFalse(ok);
        assertEq(custody.activeRoot().epoch, 0);
    }
}
