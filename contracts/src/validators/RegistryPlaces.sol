// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry, Status} from "../interfaces/IValidatorRegistry.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {CandidatePool} from "./CandidatePool.sol";
import {KeyRecord} from "./KeyRecord.sol";
import {KeySum} from "./KeySum.sol";
import {MemberTree} from "./MemberTree.sol";
import {PlaceQueue} from "./PlaceQueue.sol";
import {RegistryBase} from "./RegistryBase.sol";

/// @title Where a validator stands: in the entry queue, in the pool of candidates, on a seat, or parked.
/// @dev Every move costs one path of a tree. Root, key sum and total weight follow each change of a seat.
abstract contract RegistryPlaces is RegistryBase {
    using CandidatePool for CandidatePool.Pool;
    using KeySum for KeySum.Sum;
    using MemberTree for MemberTree.Tree;
    using PlaceQueue for PlaceQueue.Queue;

    /// @dev The validator's record, wherever it stands; zero for a stranger.
    function _recordOf(RegistryStorage storage $, address validator) internal view returns (address) {
        Validator storage v = $.validators[validator];
        Status status = v.status;
        if (status == Status.Queued) return (v.human ? $.humans : $.others).items[v.place];
        if (status == Status.Waiting) return $.pool.records[v.place];
        if (status == Status.Seated) return $.seats[v.place].record;
        return $.parked[validator];
    }

    /// @dev Straight in while nobody stands before it and the term's limit allows it; else to the end of its queue.
    function _admit(RegistryStorage storage $, address validator, address record) internal {
        Validator storage v = $.validators[validator];
        Term storage term = $.term;
        bool first = $.humans.isEmpty() && (v.human || $.others.isEmpty());
        if (first && term.entries < _limit(term) && !_drawing($)) {
            if (term.latest != 0) ++term.entries;
            _enter($, KeyRecord.read(record), record);
            return;
        }
        uint32 position = (v.human ? $.humans : $.others).push(record);
        v.status = Status.Queued;
        v.place = position;
        emit IValidatorRegistry.ValidatorQueued(validator, v.human, position);
    }

    /// @dev To a free seat, or among the candidates: while there are any, seats are drawn and not taken.
    function _enter(RegistryStorage storage $, KeyRecord.Record memory record, address pointer) internal {
        if ($.pool.count == 0 && $.term.count < SEATS) _takeSeat($, record, pointer);
        else _wait($, record.validator, pointer);
    }

    function _wait(RegistryStorage storage $, address validator, address pointer) internal {
        Validator storage v = $.validators[validator];
        uint128 weight = _drawWeightOf(v);
        v.status = Status.Waiting;
        v.place = $.pool.push(pointer, weight);
        emit IValidatorRegistry.ValidatorWaits(validator, weight);
    }

    function _takeSeat(RegistryStorage storage $, KeyRecord.Record memory record, address pointer) internal {
        Validator storage v = $.validators[record.validator];
        Term storage term = $.term;
        uint16 seat = term.count++;
        v.status = Status.Seated;
        v.place = seat;
        uint128 weight = _weightOf(v.stake);
        $.seats[seat] = Seat(pointer, uint96(weight));
        term.totalWeight += weight;
        $.keySum.add(record.key);
        _writeSeat($, seat, record);
    }

    /// @dev Brings the tree up to a seat whose holder, key or weight has changed.
    function _writeSeat(RegistryStorage storage $, uint32 seat, KeyRecord.Record memory record) internal {
        $.tree.refresh(seat, $.term.count, _leafAt);
        emit IValidatorRegistry.MemberChanged(seat, record.validator, record.key, $.seats[seat].weight);
    }

    /// @dev Leaf of the member that sits there now.
    function _leafAt(uint256 seat) internal view returns (bytes32) {
        Seat memory taken = _registry().seats[seat];
        KeyRecord.Record memory record = KeyRecord.read(taken.record);
        return MembersLib.leaf(uint32(seat), record.validator, record.key, taken.weight);
    }

    /// @dev Takes a validator from where it stands, its stake as it was when it came there.
    function _remove(RegistryStorage storage $, address validator) internal returns (address pointer) {
        Validator storage v = $.validators[validator];
        Status status = v.status;
        uint32 place = v.place;
        pointer = _recordOf($, validator);
        if (status == Status.Queued) {
            delete (v.human ? $.humans : $.others).items[place];
        } else if (status == Status.Waiting) {
            address moved = $.pool.remove(place);
            if (moved != address(0)) $.validators[KeyRecord.read(moved).validator].place = place;
        } else if (status == Status.Seated) {
            _emptySeat($, place, KeyRecord.read(pointer).key, _weightOf(v.stake));
        } else {
            delete $.parked[validator];
        }
    }

    /// @dev Empties a seat: the last member moves into it.
    function _emptySeat(RegistryStorage storage $, uint32 seat, bytes memory key, uint128 weight) private {
        Term storage term = $.term;
        uint16 last = --term.count;
        term.totalWeight -= weight;
        $.keySum.subtract(key);
        Seat memory moved = $.seats[last];
        delete $.seats[last];
        if (seat != last) {
            KeyRecord.Record memory record = KeyRecord.read(moved.record);
            $.seats[seat] = moved;
            $.validators[record.validator].place = seat;
            _writeSeat($, seat, record);
        }
        // The path of the dropped leaf; in the same four it has just been refreshed.
        if (last != 0 && (seat == last || seat >> 2 != (last - 1) >> 2)) $.tree.refresh(last - 1, last, _leafAt);
        emit IValidatorRegistry.MemberChanged(last, address(0), "", 0);
    }

    /// @dev Off its place into unbonding; the stake stays within reach of the court until it is withdrawn.
    /// @param stake What is left of it.
    function _leave(RegistryStorage storage $, address validator, uint128 stake) internal {
        Validator storage v = $.validators[validator];
        address pointer = _remove($, validator);
        v.leaving = false;
        v.stake = stake;
        uint64 until = _uncountedFrom($) + UNBONDING_SECONDS;
        v.status = Status.Unbonding;
        v.until = uint40(until);
        $.parked[validator] = pointer;
        emit IValidatorRegistry.ExitRequested(validator, stake, until);
    }

    /// @dev Sets the stake and what follows from it at the validator's place.
    function _setStake(RegistryStorage storage $, address validator, uint128 stake) internal {
        Validator storage v = $.validators[validator];
        uint128 before = _weightOf(v.stake);
        v.stake = stake;
        uint128 weight = _weightOf(stake);
        if (weight == before) return;
        if (v.status == Status.Waiting) {
            _reweigh($, validator);
        } else if (v.status == Status.Seated) {
            $.term.totalWeight = $.term.totalWeight - before + weight;
            $.seats[v.place].weight = uint96(weight);
            _writeSeat($, v.place, KeyRecord.read($.seats[v.place].record));
        }
    }

    /// @dev Brings a candidate's weight in the draw up to its stake and humanity.
    function _reweigh(RegistryStorage storage $, address validator) internal {
        Validator storage v = $.validators[validator];
        uint128 weight = _drawWeightOf(v);
        $.pool.setWeight(v.place, weight);
        emit IValidatorRegistry.ValidatorWaits(validator, weight);
    }
}
