// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Ballot} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {Committee} from "../utils/Committee.sol";

/// @notice Every subset of every small weighted set, against exact thresholds: nothing is sampled.
contract SmallQuorumTest is Test {
    uint256 private constant WEIGHT_MAX = 4;
    bytes32 private constant DOMAIN = keccak256("domain");
    bytes32 private constant DIGEST = keccak256("digest");

    /// @notice All sets of one to four members with weights 1 to 4, all subsets: 4·2 + 16·4 + 64·8 + 256·16 pairs.
    function test_quorum_everySubsetOfEverySmallSet() public pure {
        uint256 walked = 0;
        for (uint256 members = 1; members <= 4; ++members) {
            for (uint256 code = 0; code < WEIGHT_MAX ** members; ++code) {
                walked += _everySubset(members, code);
            }
        }
        assertEq(walked, 4_680);
    }

    /// @dev Thresholds by whole numbers of thirds, worked out another way than by multiplying.
    function _everySubset(uint256 members, uint256 code) private pure returns (uint256 walked) {
        uint256[] memory weights = new uint256[](members);
        uint256 total = 0;
        for (uint256 i = 0; i < members; ++i) {
            weights[i] = 1 + (code / WEIGHT_MAX ** i) % WEIGHT_MAX;
            total += weights[i];
        }
        uint256 twoThirds = total - total / 3;
        uint256 third = total / 3;
        for (uint256 subset = 0; subset < 1 << members; ++subset) {
            uint256 signed = _weightOf(weights, subset);
            bool quorum = CertificateLib.isQuorum(signed, total);
            assertEq(quorum, signed >= twoThirds, "two thirds");
            bool blocking = CertificateLib.isBlocking(total - signed, total);
            assertEq(blocking, total - signed > third, "one third");
            // Either two thirds stand behind a root or more than a third can stand against it, never both or neither.
            assertTrue(quorum != blocking, "both or neither");
            ++walked;
        }
    }

    /// @notice Two quorums of one set always share more than the weight that a third can muster.
    function test_quorum_anyTwoIntersectInAThird() public pure {
        uint256 walked = 0;
        for (uint256 code = 0; code < WEIGHT_MAX ** 4; ++code) {
            uint256[] memory weights = new uint256[](4);
            uint256 total = 0;
            for (uint256 i = 0; i < 4; ++i) {
                weights[i] = 1 + (code / WEIGHT_MAX ** i) % WEIGHT_MAX;
                total += weights[i];
            }
            for (uint256 a = 0; a < 16; ++a) {
                if (!CertificateLib.isQuorum(_weightOf(weights, a), total)) continue;
                for (uint256 b = a; b < 16; ++b) {
                    if (!CertificateLib.isQuorum(_weightOf(weights, b), total)) continue;
                    assertGe(_weightOf(weights, a & b) * 3, total, "two quorums with less than a third in common");
                    ++walked;
                }
            }
        }
        assertEq(walked, PAIRS);
    }

    /// @dev Pairs of quorums over all sets of four members with weights 1 to 4.
    uint256 private constant PAIRS = 3_892;

    function test_quorum_ofNobody() public pure {
        assertFalse(CertificateLib.isQuorum(0, 0));
        assertFalse(CertificateLib.isBlocking(0, 0));
        assertFalse(CertificateLib.isBlocking(1, 0));
    }

    /// @notice The same with real signatures: a set of weights 1 to 4, every subset, in both forms where both exist.
    function test_certificate_everySubset() public {
        Committee committee = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            committee.add(vm.addr(i + 1), i + 1, uint128(i + 1));
        }
        SetHeader memory set = committee.header(1, 0, 1);
        Ballot memory ballot = Ballot(DOMAIN, DIGEST, 1, 0, 1);
        uint256 walked = 0;
        for (uint256 subset = 1; subset < 16; ++subset) {
            uint256[] memory signers = _members(subset);
            uint256 expected = _weightOf(_weights(), subset);
            if (signers.length <= 2) {
                assertEq(this.weigh(set, _certificate(committee, signers, false), ballot), expected, "present");
                ++walked;
            }
            if (signers.length >= 2) {
                assertEq(
                    this.weigh(set, _certificate(committee, _members(15 - subset), true), ballot), expected, "absent"
                );
                ++walked;
            }
        }
        // Ten subsets of one or two, eleven of two to four.
        assertEq(walked, 21);
    }

    function weigh(SetHeader calldata set, Certificate calldata certificate, Ballot calldata ballot)
        external
        view
        returns (uint256)
    {
        return CertificateLib.signedWeight(set, certificate, ballot);
    }

    function _certificate(Committee committee, uint256[] memory listed, bool absent)
        private
        view
        returns (Certificate memory)
    {
        bytes32 message = SummaryLib.voteDigest(DOMAIN, 1, 1, 1, DIGEST, 0);
        return
            committee.one(1, 1, absent ? committee.absent(0, listed, message) : committee.present(0, listed, message));
    }

    function _members(uint256 subset) private pure returns (uint256[] memory members) {
        uint256 count = 0;
        members = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            if (subset >> i & 1 != 0) members[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(members, count)
        }
    }

    function _weights() private pure returns (uint256[] memory weights) {
        weights = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            weights[i] = i + 1;
        }
    }

    function _weightOf(uint256[] memory weights, uint256 subset) private pure returns (uint256 weight) {
        for (uint256 i = 0; i < weights.length; ++i) {
            if (subset >> i & 1 != 0) weight += weights[i];
        }
    }
}
