// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";
import {TicketLib} from "../../src/libraries/TicketLib.sol";

/// @notice Invariant 12: a member's expected share of the tickets is proportional to its weight.
contract TicketDrawTest is Test {
    uint32 private constant DRAWS = 24_000;
    uint128 private constant CAP = 1_000 ether;

    /// @dev Chi-square of the observed wins, each member's expectation being `DRAWS / members · weight / CAP`, and of the
    /// tickets that nobody won.
    function _chiSquareMillis(uint128[] memory weights, bytes32 seed) private pure returns (uint256 chiSquare) {
        uint256[] memory wins = new uint256[](weights.length);
        uint256 lost = DRAWS;
        for (uint32 ticket = 0; ticket < DRAWS; ++ticket) {
            bytes32 hash = TicketLib.ticketHash(seed, 1, ticket);
            uint256 index = TicketLib.member(hash, weights.length);
            if (weights[index] <= TicketLib.bar(hash, CAP)) continue;
            ++wins[index];
            --lost;
        }
        uint256 expectedLost = uint256(DRAWS) * 1_000;
        for (uint256 i = 0; i < weights.length; ++i) {
            uint256 expected = uint256(DRAWS) * 1_000 * weights[i] / CAP / weights.length;
            chiSquare += _square(wins[i] * 1_000, expected);
            expectedLost -= expected;
        }
        chiSquare += _square(lost * 1_000, expectedLost);
    }

    /// @dev `(observed - expected)² / expected`, all in thousandths.
    function _square(uint256 observed, uint256 expected) private pure returns (uint256) {
        uint256 distance = observed > expected ? observed - expected : expected - observed;
        return distance * distance / expected;
    }

    /// @dev Five members, five degrees of freedom: chi-square above 35.9 has a chance of one in a million.
    function test_draw_sharesAreProportionalToWeight() public {
        uint256 random = vm.envOr("POBS_TEST_SEED", vm.randomUint());
        console.log("ticket draw: seed", random);
        uint128[] memory weights = new uint128[](5);
        (weights[0], weights[1], weights[2]) = (10 ether, 50 ether, 100 ether);
        (weights[3], weights[4]) = (400 ether, 1_000 ether);
        uint256 chiSquare = _chiSquareMillis(weights, bytes32(random));
        console.log("chi-square, thousandths", chiSquare);
        assertLt(chiSquare, 35_900);
    }

    /// @dev The statistic does find a draw by heads instead of stake.
    function test_draw_theTestWouldFindADrawByHeads() public pure {
        uint128[] memory weights = new uint128[](5);
        uint256[5] memory wins = [uint256(1_500), 1_500, 1_500, 1_500, 1_500];
        uint256 chiSquare;
        (weights[0], weights[1], weights[2]) = (10 ether, 50 ether, 100 ether);
        (weights[3], weights[4]) = (400 ether, 1_000 ether);
        for (uint256 i = 0; i < 5; ++i) {
            chiSquare += _square(wins[i] * 1_000, uint256(DRAWS) * 1_000 * weights[i] / CAP / 5);
        }
        assertGt(chiSquare, 35_900);
    }

    /// @dev Member, bar, epoch and rows of one ticket are independent draws.
    function testFuzz_draw_differsByTicketTermAndPurpose(bytes32 seed, uint32 setId, uint32 ticket) public pure {
        vm.assume(ticket != type(uint32).max && setId != type(uint32).max);
        bytes32 hash = TicketLib.ticketHash(seed, setId, ticket);
        assertNotEq(hash, TicketLib.ticketHash(seed, setId + 1, ticket));
        assertNotEq(hash, TicketLib.ticketHash(seed, setId, ticket + 1));
        uint256 wide = 1 << 127;
        uint256[4] memory draws = [
            TicketLib.member(hash, wide),
            TicketLib.bar(hash, uint128(wide)),
            TicketLib.epochOffset(hash, wide),
            TicketLib.rowPosition(hash, 0, wide)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                assertNotEq(draws[i], draws[j]);
            }
        }
        assertNotEq(draws[3], TicketLib.rowPosition(hash, 1, wide));
    }

    function test_seed_isOfOnePoolOneChainAndOneTerm() public pure {
        bytes32 seed = TicketLib.seed(address(1), 1, 1, bytes32("randomness"));
        assertNotEq(seed, TicketLib.seed(address(2), 1, 1, bytes32("randomness")));
        assertNotEq(seed, TicketLib.seed(address(1), 2, 1, bytes32("randomness")));
        assertNotEq(seed, TicketLib.seed(address(1), 1, 2, bytes32("randomness")));
        assertNotEq(seed, TicketLib.seed(address(1), 1, 1, bytes32("others")));
    }
}
