// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../arbitrum/IInbox.sol";
import {IHumanity} from "../interfaces/IHumanity.sol";
import {IRandomBeacon} from "../interfaces/IRandomBeacon.sol";
import {IValidatorRegistry, Parameters, QueueView, Status, ValidatorView} from "../interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {CandidatePool} from "./CandidatePool.sol";
import {KeyRecord} from "./KeyRecord.sol";
import {KeySum} from "./KeySum.sol";
import {MemberTree} from "./MemberTree.sol";
import {OperatorBond} from "./OperatorBond.sol";
import {RegistryBase} from "./RegistryBase.sol";
import {RegistryCourt} from "./RegistryCourt.sol";

/// @title The registry's other half: terms, the draw of seats, sets on their way to L2, the operator's bond, views.
/// @dev Runs by delegatecall from {ValidatorRegistry} alone; on its own it has no storage and no roles.
contract RegistryTerms is RegistryCourt, OperatorBond {
    using CandidatePool for CandidatePool.Pool;
    using KeySum for KeySum.Sum;
    using MemberTree for MemberTree.Tree;

    constructor(Parameters memory p) RegistryBase(p) {}

    /* TERMS: see IValidatorRegistry */

    function draw(uint256 steps) external returns (uint256 done) {
        RegistryStorage storage $ = _registry();
        if (!_drawing($)) revert IValidatorRegistry.ValidatorRegistry_NoDraw();
        uint64 round = _seedRound($);
        bytes32 seed = $.beacon.randomness(round);
        if (seed == bytes32(0)) revert IValidatorRegistry.ValidatorRegistry_NoSeed(round);
        Term storage term = $.term;
        while (done < steps && term.draws < term.churn && $.pool.count != 0) {
            _drawSeat($, keccak256(abi.encode(seed, address(this), term.latest + 1, term.draws)));
            ++term.draws;
            ++done;
        }
    }

    function seedRound() external view returns (uint64) {
        return _seedRound(_registry());
    }

    function fixTerm() external returns (uint32 setId) {
        RegistryStorage storage $ = _registry();
        Term storage term = $.term;
        if (address($.sets) == address(0)) revert IValidatorRegistry.ValidatorRegistry_BridgeNotSet();
        uint32 count = term.count;
        uint32 needed = term.latest == 0 ? BOOTSTRAP_VALIDATORS : 1;
        if (count < needed) revert IValidatorRegistry.ValidatorRegistry_TooFewValidators(count, needed);
        bytes memory key = $.keySum.key();
        if (BlsLib.isInfinity(BlsLib.toG1(key))) revert IValidatorRegistry.ValidatorRegistry_KeySumIsInfinity();
        uint64 activeFrom = uint64(block.timestamp);
        if (term.latest != 0) {
            activeFrom = term.activeUntil;
            if (block.timestamp + TERM_LEAD < activeFrom) {
                revert IValidatorRegistry.ValidatorRegistry_TermTooEarly(activeFrom - TERM_LEAD);
            }
        }

        setId = ++term.latest;
        uint64 activeUntil = activeFrom + TERM_SECONDS;
        term.activeUntil = uint40(activeUntil);
        uint256 tenth = count / CHURN_DIVISOR;
        term.churn = tenth > CHURN_FLOOR ? uint8(tenth) : CHURN_FLOOR;
        (term.entries, term.exits, term.draws) = (0, 0, 0);
        SetHeader memory fixedHeader = SetHeader({
            setId: setId,
            membersRoot: $.tree.root(count, _leafAt),
            aggregateKey: key,
            totalWeight: term.totalWeight,
            count: count,
            activeFrom: activeFrom,
            activeUntil: activeUntil
        });
        emit IValidatorRegistry.TermFixed(setId, fixedHeader);

        $.sets.accept(fixedHeader);
    }

    function sendTerm(uint32 setId, uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        nonReentrant
        returns (uint256 ticket)
    {
        RegistryStorage storage $ = _registry();
        if (address($.inbox) == address(0) || $.l2Sets == address(0)) {
            revert IValidatorRegistry.ValidatorRegistry_BridgeNotSet();
        }
        if (setId == 0 || setId > $.term.latest) revert IValidatorRegistry.ValidatorRegistry_UnknownTerm(setId);

        bytes memory message = abi.encodeCall(IValidatorSets.accept, ($.sets.header(setId)));
        ticket = $.inbox.createRetryableTicket{value: msg.value}(
            $.l2Sets, 0, maxSubmissionCost, msg.sender, msg.sender, gasLimit, maxFeePerGas, message
        );
        emit IValidatorRegistry.TermSent(setId, ticket);
    }

    function setBridge(IValidatorSets sets, IInbox inbox, address l2Sets) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (address(sets) == address(0)) revert IValidatorRegistry.ValidatorRegistry_ZeroAddress();
        RegistryStorage storage $ = _registry();
        ($.sets, $.inbox, $.l2Sets) = (sets, inbox, l2Sets);
        emit IValidatorRegistry.BridgeSet(address(sets), address(inbox), l2Sets);
    }

    function setSources(IRandomBeacon beacon, IHumanity humanity) external onlyRole(DEFAULT_ADMIN_ROLE) {
        RegistryStorage storage $ = _registry();
        ($.beacon, $.humanity) = (beacon, humanity);
        emit IValidatorRegistry.SourcesSet(address(beacon), address(humanity));
    }

    /* VIEWS: see IValidatorRegistry */

    function header(uint32 setId) external view returns (SetHeader memory result) {
        IValidatorSets sets = _registry().sets;
        if (address(sets) != address(0)) result = sets.header(setId);
    }

    function latestSetId() external view returns (uint32) {
        return _registry().term.latest;
    }

    function current()
        external
        view
        returns (bytes32 membersRoot, bytes memory aggregateKey, uint128 totalWeight, uint32 count)
    {
        RegistryStorage storage $ = _registry();
        count = $.term.count;
        return ($.tree.root(count, _leafAt), $.keySum.key(), $.term.totalWeight, count);
    }

    function validatorOf(address validator) external view returns (ValidatorView memory result) {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        if (v.status == Status.None) return result;
        KeyRecord.Record memory record = KeyRecord.read(_recordOf($, validator));
        result = ValidatorView({
            status: v.status,
            human: v.human,
            leaving: v.leaving,
            place: v.place,
            until: v.until,
            stake: v.stake,
            coldKey: record.coldKey,
            key: record.key
        });
    }

    function queues() external view returns (QueueView memory result) {
        RegistryStorage storage $ = _registry();
        Term storage term = $.term;
        (result.humansHead, result.humansTail) = ($.humans.head, $.humans.tail);
        (result.othersHead, result.othersTail) = ($.others.head, $.others.tail);
        (result.exitsHead, result.exitsTail) = ($.exits.head, $.exits.tail);
        (result.waiting, result.waitingWeight) = ($.pool.count, $.pool.total());
        (result.churn, result.entries, result.exits, result.draws) = (term.churn, term.entries, term.exits, term.draws);
        if (term.latest == 0) return result;
        (result.drawOpensAt, result.fixOpensAt) = (_drawOpensAt(term), uint64(term.activeUntil) - TERM_LEAD);
    }

    function stakeOf(address validator) external view returns (uint128) {
        return _registry().validators[validator].stake;
    }

    function indexOf(address validator) external view returns (uint32 index, bool registered) {
        Validator storage v = _registry().validators[validator];
        return v.status == Status.Seated ? (v.place, true) : (0, false);
    }

    function stakeToken() external view returns (address) {
        return address(STAKE_TOKEN);
    }

    function minimumStake() external view returns (uint128) {
        return MINIMUM_STAKE;
    }

    function domainSeparator() external view returns (bytes32) {
        return SummaryLib.domainSeparator(SummaryLib.saltOf(block.chainid, address(this)));
    }

    function _seedRound(RegistryStorage storage $) private view returns (uint64) {
        return $.beacon.roundAt(_drawOpensAt($.term) + SEED_DELAY);
    }

    /// @dev One heat-bath step: seat and ticket come from independent hashes; the bias of the remainders is below 2^-120.
    function _drawSeat(RegistryStorage storage $, bytes32 random) private {
        Term storage term = $.term;
        uint256 waiting = $.pool.total();
        uint256 number = uint256(keccak256(abi.encode(random)));
        uint32 setId = term.latest + 1;
        if (term.count < SEATS) {
            uint32 place = $.pool.find(number % waiting);
            KeyRecord.Record memory lucky = KeyRecord.read($.pool.records[place]);
            emit IValidatorRegistry.SeatDrawn(setId, term.count, address(0), lucky.validator);
            address pointer = _remove($, lucky.validator);
            _takeSeat($, lucky, pointer);
            return;
        }
        uint32 seat = uint32(uint256(random) % term.count);
        KeyRecord.Record memory holder = KeyRecord.read($.seats[seat].record);
        uint256 ticket = number % (waiting + _drawWeightOf($.validators[holder.validator]));
        if (ticket >= waiting) {
            emit IValidatorRegistry.SeatDrawn(setId, seat, holder.validator, holder.validator);
            return;
        }
        _exchange($, seat, $.pool.find(ticket), holder);
    }

    /// @dev Holder of a seat and candidate of a place change places.
    function _exchange(RegistryStorage storage $, uint32 seat, uint32 place, KeyRecord.Record memory holder) private {
        address joining = $.pool.records[place];
        KeyRecord.Record memory record = KeyRecord.read(joining);
        Validator storage leaver = $.validators[holder.validator];
        Validator storage joiner = $.validators[record.validator];
        emit IValidatorRegistry.SeatDrawn($.term.latest + 1, seat, holder.validator, record.validator);
        $.pool.records[place] = $.seats[seat].record;
        uint128 weight = _drawWeightOf(leaver);
        $.pool.setWeight(place, weight);
        (leaver.status, leaver.place) = (Status.Waiting, place);
        emit IValidatorRegistry.ValidatorWaits(holder.validator, weight);
        uint128 joins = _weightOf(joiner.stake);
        $.seats[seat] = Seat(joining, uint96(joins));
        (joiner.status, joiner.place) = (Status.Seated, seat);
        $.term.totalWeight = $.term.totalWeight - _weightOf(leaver.stake) + joins;
        $.keySum.swap(holder.key, record.key);
        _writeSeat($, seat, record);
    }
}
