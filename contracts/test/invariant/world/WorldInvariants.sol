// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../../src/interfaces/ICustodyExits.sol";
import {WorldAnswers} from "./WorldAnswers.sol";

/// @notice The invariants I-1 to I-12 of `docs/contracts.md`, as they are seen from outside between two steps.
abstract contract WorldInvariants is WorldAnswers {
    uint32 private _latestSet;

    /// @notice All that holds between steps; I-10 and I-12 compare before and after, and stand in the steps.
    function check() public {
        for (uint256 c = 0; c < CUSTODIES; ++c) {
            for (uint256 a = 0; a < 2; ++a) {
                ICustody.AssetState memory state = custodies[c].asset(assets[a]);
                _I1_paidWithinAuthorised(state);
                _I2_reserves(c, a, state);
                _I3_paidAddsUp(c, a, state);
                _I4_figuresNeverFall(c, a, state);
                _I5_noOtherOutflow(c, a, state);
                _I11_frozenStaysFrozen(c, a, state);
            }
            _I4_headNeverFalls(c);
            _I6_I7_oneCertificateOneChange(c);
        }
        _I4_setsNeverFall();
        _I8_stakeIsConserved();
        _I9_honestStakeIsWhole();
    }

    /// @dev I-1: `paidOut <= authorisedOut <= deposited`.
    function _I1_paidWithinAuthorised(ICustody.AssetState memory state) private pure {
        assertLe(state.paidOut, state.authorisedOut, "I-1: paid > authorised");
        assertLe(state.authorisedOut, state.deposited, "I-1: authorised > deposited");
    }

    /// @dev I-2: what came in and was not paid is there; while frozen, all that anybody is owed is there.
    function _I2_reserves(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        uint256 held = _balance(c, a);
        assertLe(state.deposited, books[c][a].deposited, "I-2: more booked than came in");
        if (!marks[c].frozen) {
            assertGe(held + state.paidOut * _lot(a), state.deposited * _lot(a), "I-2: reserves fall short");
            return;
        }
        ICustodyExits.Owed memory owed = _doors(c).owed(assets[a]);
        assertGe(held, owed.authorised + owed.recorded + owed.escapable, "I-2: somebody cannot be paid");
    }

    /// @dev I-3: `paid` by wallet adds up to `paidOut`, each within a leaf of a root that was active.
    function _I3_paidAddsUp(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        uint256 sum;
        for (uint256 w = 0; w < WALLETS; ++w) {
            uint64 paid = custodies[c].paid(assets[a], wallets[w]);
            assertLe(paid, highestLeaf[c][a][w], "I-3: paid more than any active leaf");
            sum += paid;
        }
        assertEq(sum, state.paidOut, "I-3: paid by wallet does not add up");
    }

    /// @dev I-4, and what follows a freeze: figures rise, and while frozen `deposited` and `authorisedOut` stand still.
    function _I4_figuresNeverFall(uint256 c, uint256 a, ICustody.AssetState memory state) private {
        Marks storage mark = marks[c];
        assertGe(state.deposited, mark.deposited[a], "I-4: deposited fell");
        assertGe(state.authorisedOut, mark.authorised[a], "I-4: authorisedOut fell");
        (mark.deposited[a], mark.authorised[a]) = (state.deposited, state.authorisedOut);
        for (uint256 w = 0; w < WALLETS; ++w) {
            uint64 paid = custodies[c].paid(assets[a], wallets[w]);
            assertGe(paid, mark.paid[a][w], "I-4: paid fell");
            mark.paid[a][w] = paid;
        }
    }

    function _I4_headNeverFalls(uint256 c) private {
        ICustody.ActiveRoot memory root = custodies[c].activeRoot();
        assertGe(root.epoch, marks[c].epoch, "I-4: epoch fell");
        assertGe(root.blockNumber, marks[c].blockNumber, "I-4: block fell");
        (marks[c].epoch, marks[c].blockNumber) = (root.epoch, root.blockNumber);
    }

    function _I4_setsNeverFall() private {
        uint32 latest = sets.latestSetId();
        assertEq(latest, registry.latestSetId(), "I-4: sets behind the registry");
        assertGe(latest, _latestSet, "I-4: set id fell");
        _latestSet = latest;
        uint32 mirrored = mirror.latestSetId();
        assertLe(mirrored, latest, "I-4: mirror ahead");
        assertEq(
            keccak256(abi.encode(mirror.header(mirrored))), keccak256(abi.encode(sets.header(mirrored))), "I-4: mirror"
        );
    }

    /// @dev I-5: what is gone was paid, escaped, reclaimed or recovered, to the last base unit; nothing before a root.
    function _I5_noOtherOutflow(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        Flow storage flow = flows[c][a];
        uint256 out = (uint256(state.paidOut) + _doors(c).escapedOut(assets[a])) * _lot(a);
        uint256 left = out + flow.recovered + flow.reclaimed - flow.released;
        assertEq(_balance(c, a) + left, flow.cameIn, "I-5: money left by another door");
        if (marks[c].digest == bytes32(0)) assertEq(out, 0, "I-5: paid without a root");
    }

    /// @dev I-6: only epochs behind which two thirds stood are active or pending. I-7: each entered once.
    function _I6_I7_oneCertificateOneChange(uint256 c) private view {
        uint64 active = _activeEpoch(c);
        uint64 pending = _pendingEpoch(c);
        if (active != 0) {
            assertTrue(hasQuorum[active], "I-6: active without two thirds");
            assertEq(accepted[active][c], 1, "I-7: accepted twice");
        }
        if (pending != 0) {
            assertTrue(hasQuorum[pending], "I-6: pending without two thirds");
            assertEq(accepted[pending][c], 1, "I-7: accepted twice");
            assertGt(pending, active, "I-7: an older root is pending");
        }
    }

    /// @dev I-8: staked = held + withdrawn + slashed, and it lies there for those it is recorded for.
    function _I8_stakeIsConserved() private {
        uint256 recordedStake;
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            recordedStake += registry.stakeOf(_validatorAt(i));
        }
        assertEq(stake.balanceOf(address(registry)), recordedStake, "I-8: stake recorded");
        assertEq(recordedStake + stakeWithdrawn + stakeSlashed, stakedIn, "I-8: stake conserved");
    }

    /// @dev I-9, and the rest of I-8: who signed lately and did nothing wrong has its stake within reach.
    function _I9_honestStakeIsWhole() private {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            address validator = _validatorAt(i);
            if (guilty[validator] || lastSigned[validator] == 0) continue;
            if (block.timestamp > uint256(lastSigned[validator]) + MAX_AGE + 10 days) continue;
            assertGe(registry.stakeOf(validator), 10 ether, "I-9: honest stake is gone");
        }
    }

    /// @dev I-11: frozen is for ever; escapes and payouts never exceed what was booked; no root is pending.
    function _I11_frozenStaysFrozen(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        assertEq(_isFrozen(c), marks[c].frozen, "I-11: thawed");
        uint64 escapedLots = _doors(c).escapedOut(assets[a]);
        assertLe(uint256(escapedLots) + state.authorisedOut, state.deposited, "I-11: escaped > booked");
        uint256 sum;
        for (uint256 w = 0; w < WALLETS; ++w) {
            sum += _doors(c).escaped(assets[a], _idOf(wallets[w]));
        }
        assertEq(sum, escapedLots, "I-11: escapes do not add up");
        if (!marks[c].frozen) return;
        assertEq(custodies[c].pendingDigest(), bytes32(0), "I-11: pending while frozen");
    }
}
