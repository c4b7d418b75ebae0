// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IHumanity} from "../../src/interfaces/IHumanity.sol";
import {IRandomBeacon} from "../../src/interfaces/IRandomBeacon.sol";
import {IValidatorRegistry, Parameters, QueueView, Status} from "../../src/interfaces/IValidatorRegistry.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Four seats, more candidates: seats are drawn by weight, four draws per term.
contract RegistryDrawTest is RegistryTest {
    uint64 private constant POOL_CLOSES = T0 + TERM - LEAD - DRAW;

    function _parameters() internal override returns (Parameters memory p) {
        p = super._parameters();
        p.seats = 4;
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i = 4; i < 8; ++i) {
            _register(_validator(i), 100 + i, STAKE);
        }
    }

    function _prove(bytes32 value) private {
        vm.warp(registry.queues().drawOpensAt);
        beacon.prove(registry.seedRound(), value);
    }

    function _secret(uint256 i) private pure returns (uint256) {
        return i < 4 ? i + 1 : 100 + i;
    }

    /// @dev The set rebuilt from who says to sit where.
    function _expectSeats() private {
        Committee expected = new Committee();
        (,,, uint32 count) = registry.current();
        for (uint32 seat = 0; seat < count; ++seat) {
            for (uint256 i = 0; i < 9; ++i) {
                (uint32 at, bool seated) = registry.indexOf(_validator(i));
                if (seated && at == seat) {
                    expected.add(_validator(i), _secret(i), registry.validatorOf(_validator(i)).stake);
                }
            }
        }
        assertEq(expected.count(), count, "a seat is nobody's");
        _expectSet(expected);
    }

    function test_register_waitsWhenSeatsAreTaken() public view {
        _expectSet(committee);
        QueueView memory q = registry.queues();
        assertEq(q.waiting, 4);
        assertEq(q.waitingWeight, 4 * STAKE);
        assertEq(q.drawOpensAt, POOL_CLOSES);
    }

    function test_draw_movesSeatsAndSetFollows() public {
        _prove(keccak256("seed"));
        assertEq(registry.draw(1), 1);
        _expectSeats();
        assertEq(registry.draw(100), 3);
        _expectSeats();
        QueueView memory q = registry.queues();
        assertEq(q.draws, 4);
        assertEq(q.waiting, 4);
        assertEq(q.waitingWeight, 4 * STAKE);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_NoDraw.selector);
        registry.draw(1);
        // The next term is seeded anew.
        vm.warp(q.fixOpensAt);
        registry.fixTerm();
        assertEq(registry.header(2).count, 4);
        _prove(keccak256("next"));
        assertEq(registry.draw(4), 4);
        _expectSeats();
    }

    /// @notice Whatever the seed, weights and places stay consistent, exits included.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_draw_keepsTheBooks(bytes32 seed) public {
        vm.assume(seed != 0);
        for (uint256 term = 0; term < 3; ++term) {
            _prove(keccak256(abi.encode(seed, term)));
            registry.draw(4);
            _expectSeats();
            address who = _validator(uint256(seed) % 8);
            if (term == 1) _exit(who);
            _expectSeats();
            vm.warp(registry.queues().fixOpensAt);
            registry.fixTerm();
        }
        QueueView memory q = registry.queues();
        assertEq(q.waitingWeight, q.waiting * STAKE);
    }

    /// @notice A free seat goes to a candidate by lot; nobody walks in past those who wait.
    function test_draw_fillsFreeSeats() public {
        _exit(_validator(0));
        _register(_validator(8), 108, STAKE);
        assertEq(uint8(_status(_validator(8))), uint8(Status.Queued));
        _prove(keccak256("seed"));
        assertEq(registry.draw(1), 1);
        (,,, uint32 count) = registry.current();
        assertEq(count, 4);
        assertEq(registry.queues().waiting, 3);
        _expectSeats();
    }

    /// @notice Over many draws each sits in proportion to weight: 300 against 100 is drawn about three times as often.
    function test_draw_isWeighted() public {
        address heavy = _validator(4);
        _fund(heavy, 200 ether);
        vm.prank(heavy);
        registry.topUp(heavy, 200 ether);
        assertEq(registry.queues().waitingWeight, 6 * STAKE);
        uint256 state = vm.snapshotState();
        uint256 heavyWins = 0;
        uint256 lightWins = 0;
        for (uint256 i = 0; i < 200; ++i) {
            vm.revertToState(state);
            _prove(keccak256(abi.encode(i)));
            registry.draw(1);
            if (_status(heavy) == Status.Seated) ++heavyWins;
            if (_status(_validator(5)) == Status.Seated) ++lightWins;
        }
        // Tickets: 300 heavy, 300 light in three, 100 the holder. Expected 200 · 3/7 = 86 and 200 · 1/7 = 29.
        assertApproxEqAbs(heavyWins, 86, 21);
        assertApproxEqAbs(lightWins, 29, 15);
    }

    /// @notice A proven human weighs twice in the draw and once in votes.
    function test_draw_humansWeighTwice() public {
        humanity.add(_validator(4), true);
        registry.refreshHumanity(_validator(4));
        assertEq(registry.queues().waitingWeight, 5 * STAKE);
        (,, uint128 total,) = registry.current();
        assertEq(total, 4 * STAKE);
        humanity.add(_validator(4), false);
        registry.refreshHumanity(_validator(4));
        assertEq(registry.queues().waitingWeight, 4 * STAKE);
    }

    function test_seedRound_isNamedBeforeThePoolCloses() public {
        uint64 round = registry.seedRound();
        assertEq(round, beacon.roundAt(POOL_CLOSES + 5 minutes));
        vm.warp(POOL_CLOSES);
        assertEq(registry.seedRound(), round);
    }

    /// @notice ⟂ From when its seed can be known until it is made, nobody changes who takes part in a draw or how much
    /// they weigh.
    function test_draw_closesThePool() public {
        vm.warp(POOL_CLOSES - 1);
        _fund(newcomer, 3 ether);
        vm.startPrank(newcomer);
        registry.topUp(_validator(4), 1 ether);
        vm.warp(POOL_CLOSES);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_DrawOpen.selector);
        registry.topUp(_validator(4), 1 ether);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_DrawOpen.selector);
        registry.topUp(_validator(0), 1 ether);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_DrawOpen.selector);
        registry.advance(1);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_DrawOpen.selector);
        registry.refreshHumanity(_validator(4));
        vm.stopPrank();
        _exit(_validator(4));
        assertEq(uint8(_status(_validator(4))), uint8(Status.Waiting));
        _register(_validator(8), 108, STAKE);
        assertEq(uint8(_status(_validator(8))), uint8(Status.Queued));
        assertEq(registry.queues().waitingWeight, 4 * STAKE + 1 ether);
        _prove(keccak256("seed"));
        registry.draw(4);
        // Open again.
        registry.advance(9);
        assertEq(uint8(_status(_validator(4))), uint8(Status.Unbonding));
        _expectSeats();
    }

    /// @notice A beacon that falls silent delays the draw; terms go on.
    function test_fixTerm_doesNotWaitForTheBeacon() public {
        vm.warp(POOL_CLOSES);
        uint64 round = registry.seedRound();
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NoSeed.selector, round));
        registry.draw(1);
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        _expectSet(committee);
        _exit(_validator(4));
        assertEq(uint8(_status(_validator(4))), uint8(Status.Unbonding));
    }

    function test_draw_withoutBeaconThePoolStaysOpen() public {
        vm.prank(admin);
        registry.setSources(IRandomBeacon(address(0)), IHumanity(address(0)));
        vm.warp(POOL_CLOSES);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_NoDraw.selector);
        registry.draw(1);
        _exit(_validator(4));
        assertEq(uint8(_status(_validator(4))), uint8(Status.Unbonding));
    }

    function test_court_reachesThePool() public {
        vm.startPrank(court);
        registry.slash(_validator(5), 5_000, 0, address(0));
        assertEq(registry.queues().waitingWeight, 3 * STAKE + 50 ether);
        registry.slash(_validator(5), 10_000, 0, address(0));
        assertEq(registry.queues().waiting, 3);
        assertEq(uint8(_status(_validator(5))), uint8(Status.None));
        registry.slash(_validator(6), 9_500, 0, address(0));
        assertEq(uint8(_status(_validator(6))), uint8(Status.Unbonding));
        registry.jail(_validator(7));
        assertEq(registry.queues().waiting, 1);
        assertEq(registry.queues().waitingWeight, STAKE);
        vm.stopPrank();
        // Also while seats are drawn, and when that empties the pool.
        vm.warp(POOL_CLOSES);
        vm.prank(court);
        registry.slash(_validator(4), 10_000, 0, address(0));
        assertEq(registry.queues().waiting, 0);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_NoDraw.selector);
        registry.draw(1);
    }

    function test_rotateKey_whileWaiting() public {
        (bytes memory key, bytes memory possession) = _possession(_validator(4), _validator(4), 50);
        vm.prank(_validator(4));
        registry.rotateKey(_validator(4), key, possession);
        assertEq(registry.validatorOf(_validator(4)).key, key);
        assertEq(registry.queues().waiting, 4);
    }

    function test_setSources_isForTheAdmin() public {
        vm.expectPartialRevert(bytes4(keccak256("AccessControlUnauthorizedAccount(address,bytes32)")));
        registry.setSources(beacon, humanity);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.SourcesSet(address(beacon), address(0));
        vm.prank(admin);
        registry.setSources(beacon, IHumanity(address(0)));
    }
}
