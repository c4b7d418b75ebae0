// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parameters, QueueView, Status, ValidatorView} from "../../src/interfaces/IValidatorRegistry.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Ten validators do anything in any order in a registry of four seats; after each step the books agree.
contract RegistryWorldTest is RegistryTest {
    uint256 private constant ACTORS = 10;

    mapping(address validator => uint256) private secretOf;
    uint256 private nextSecret = 1_000;

    function _parameters() internal override returns (Parameters memory p) {
        p = super._parameters();
        p.seats = 4;
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 4; ++i) {
            secretOf[_validator(i)] = i + 1;
        }
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_world_booksAgree(uint256 seed) public {
        for (uint256 step = 0; step < 40; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(_validator((seed >> 8) % ACTORS), seed % 12, seed >> 16);
            _check();
        }
    }

    /// @notice The world is not vacuous: it reaches every status but none by accident.
    function test_world_reachesEveryStatus() public {
        for (uint256 i = 4; i < 10; ++i) {
            _act(_validator(i), 0, 0);
        }
        _act(_validator(0), 1, 0);
        _act(_validator(1), 4, 0);
        bool[6] memory seen;
        for (uint256 i = 0; i < ACTORS; ++i) {
            seen[uint8(_status(_validator(i)))] = true;
        }
        for (uint256 status = 1; status < 6; ++status) {
            assertTrue(seen[status], "status never reached");
        }
        _check();
    }

    function _act(address who, uint256 what, uint256 random) private {
        Status status = _status(who);
        if (what < 2) {
            if (what == 0 && status == Status.None) _join(who, MINIMUM + uint128(random % STAKE));
            else if (what == 1 && status != Status.None && status != Status.Unbonding) _tryExit(who);
        } else if (what == 2) {
            vm.prank(court);
            registry.slash(who, uint16(random % 10_001), 500, newcomer);
        } else if (what == 3) {
            uint128 amount = uint128(random % STAKE);
            _fund(newcomer, amount);
            vm.prank(newcomer);
            try registry.topUp(who, amount) {} catch {}
        } else if (what == 4) {
            vm.prank(court);
            registry.jail(who);
        } else if (what == 5) {
            vm.prank(who);
            try registry.unjail(who) {} catch {}
        } else if (what == 6) {
            try registry.advance(1 + random % 5) {} catch {}
        } else if (what == 7) {
            vm.prank(who);
            try registry.withdraw(who) {} catch {}
        } else if (what == 8) {
            if (status != Status.None && status != Status.Unbonding) _rotate(who);
        } else if (what == 9) {
            vm.warp(block.timestamp + random % 8 days);
        } else if (what == 10) {
            beacon.prove(registry.seedRound(), bytes32(random | 1));
            try registry.draw(1 + random % 4) {} catch {}
        } else {
            try registry.fixTerm() {} catch {}
        }
    }

    function _join(address who, uint128 amount) private {
        secretOf[who] = nextSecret++;
        _register(who, secretOf[who], amount);
    }

    function _tryExit(address who) private {
        vm.prank(who);
        try registry.requestExit(who) {} catch {}
    }

    function _rotate(address who) private {
        uint256 secret = nextSecret++;
        (bytes memory key, bytes memory possession) = _possession(who, who, secret);
        vm.prank(who);
        registry.rotateKey(who, key, possession);
        secretOf[who] = secret;
    }

    /// @dev Stake lies here for whom it is recorded; seats and pool hold exactly who says so, with their weights.
    function _check() private {
        uint256 recorded = 0;
        uint256 waiting = 0;
        uint256 waitingWeight = 0;
        address[4] memory seats;
        uint256 seated = 0;
        for (uint256 i = 0; i < ACTORS; ++i) {
            ValidatorView memory v = registry.validatorOf(_validator(i));
            recorded += v.stake;
            if (v.status == Status.None) assertEq(v.stake, 0);
            if (v.status == Status.Waiting) (waiting, waitingWeight) = (waiting + 1, waitingWeight + _capped(v.stake));
            if (v.status == Status.Seated) {
                assertEq(seats[v.place], address(0), "two on one seat");
                seats[v.place] = _validator(i);
                ++seated;
            }
            bool placed = v.status == Status.Queued || v.status == Status.Waiting || v.status == Status.Seated;
            if (placed) assertGe(v.stake, MINIMUM, "below the minimum in a place");
        }
        assertEq(stake.balanceOf(address(registry)), recorded, "stake");
        QueueView memory q = registry.queues();
        assertEq(q.waiting, waiting, "waiting");
        assertEq(q.waitingWeight, waitingWeight, "waiting weight");
        assertTrue(q.entries <= q.churn && q.exits <= q.churn && q.draws <= q.churn, "churn");
        (,, uint128 total, uint32 count) = registry.current();
        assertEq(count, seated, "seats");
        if (count == 0) {
            assertEq(total, 0);
            return;
        }
        Committee expected = new Committee();
        for (uint256 seat = 0; seat < count; ++seat) {
            expected.add(seats[seat], secretOf[seats[seat]], _capped(registry.stakeOf(seats[seat])));
        }
        _expectSet(expected);
    }

    function _capped(uint128 amount) private pure returns (uint128) {
        return amount < 1_000 ether ? amount : 1_000 ether;
    }
}
