// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInbox} from "../arbitrum/IInbox.sol";
import {IHumanity} from "../interfaces/IHumanity.sol";
import {IRandomBeacon} from "../interfaces/IRandomBeacon.sol";
import {IValidatorRegistry, Parameters, Status} from "../interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {CandidatePool} from "./CandidatePool.sol";
import {KeySum} from "./KeySum.sol";
import {MemberTree} from "./MemberTree.sol";
import {PlaceQueue} from "./PlaceQueue.sol";
import {MembersLib} from "../libraries/MembersLib.sol";

/// @title What both halves of the registry share: parameters, storage and the clock of terms.
abstract contract RegistryBase is AccessControlUpgradeable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using CandidatePool for CandidatePool.Pool;

    /// @param leaving Stands in the exit queue.
    /// @param place Position in the entry queue, place in the pool, or seat, as `status` says.
    /// @param until Jailed: first time of release. Unbonding: first time of withdrawal.
    struct Validator {
        Status status;
        bool human;
        bool leaving;
        uint32 place;
        uint40 until;
        uint128 stake;
    }

    /// @param latest Newest fixed term.
    /// @param activeUntil Its end.
    /// @param count Seats taken.
    /// @param churn Limit of entries, of exits and of draws until the next term is fixed; the three counters follow.
    struct Term {
        uint128 totalWeight;
        uint32 latest;
        uint40 activeUntil;
        uint16 count;
        uint8 churn;
        uint8 entries;
        uint8 exits;
        uint8 draws;
    }

    /// @param weight As the member tree counts it; kept here so that a neighbour's leaf costs one slot less to compute.
    struct Seat {
        address record;
        uint96 weight;
    }

    /// @param operator Who posts epochs and answers for them with the bond.
    /// @param nonce Counts changes of the poster, so that L2 takes only newer ones.
    struct Bond {
        address operator;
        uint40 leavingAt;
        uint128 amount;
        uint128 leaving;
        address poster;
        uint64 nonce;
    }

    /// @custom:storage-location erc7201:pobs.storage.ValidatorRegistry
    struct RegistryStorage {
        Term term;
        KeySum.Sum keySum;
        MemberTree.Tree tree;
        mapping(uint256 seat => Seat) seats;
        mapping(address validator => Validator) validators;
        /// @dev Records of jailed and unbonding validators; the others' stand at their places.
        mapping(address validator => address record) parked;
        mapping(bytes32 abscissa => bool) keyUsed;
        PlaceQueue.Queue humans;
        PlaceQueue.Queue others;
        PlaceQueue.Queue exits;
        CandidatePool.Pool pool;
        /// @dev The one validator that counts as human for this cold key.
        mapping(address coldKey => address validator) humanOf;
        IValidatorSets sets;
        IInbox inbox;
        address l2Sets;
        IRandomBeacon beacon;
        IHumanity humanity;
        Bond bond;
        address l2EpochManager;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf0d90f46094a754f6715873dcc2c36558ec39ec4c47d9f0b12e597a532a5b500;

    /// @notice Role of the slashing court.
    bytes32 public constant COURT_ROLE = keccak256("COURT_ROLE");

    /// @notice Part of the seats that may be entered, left or drawn anew in one term: three tenths in all, so that two
    /// thirds of every set know the next.
    uint256 public constant CHURN_DIVISOR = 10;

    /// @dev After the draw's pool has closed, its beacon round is this far away: no block that was still open when the
    /// round appeared can have changed the pool.
    uint64 internal constant SEED_DELAY = 5 minutes;

    /// @dev A proven human weighs twice in the draw; nothing more in votes.
    uint256 internal constant HUMAN_FACTOR = 2;

    uint256 internal constant BPS = 10_000;

    /// @notice Hash of all parameters: both halves must have the same.
    bytes32 public immutable PARAMETERS_HASH;
    IERC20 internal immutable STAKE_TOKEN;
    uint128 internal immutable MINIMUM_STAKE;
    uint128 internal immutable MINIMUM_BOND;
    uint128 public immutable WEIGHT_CAP;
    uint64 public immutable TERM_SECONDS;
    uint64 public immutable TERM_LEAD;
    uint64 public immutable DRAW_SECONDS;
    uint64 public immutable UNBONDING_SECONDS;
    uint32 public immutable BOOTSTRAP_VALIDATORS;
    uint16 public immutable SEATS;
    uint8 public immutable CHURN_FLOOR;
    /// @notice Where slashed stake goes, the bounty apart.
    address public immutable SINK;

    constructor(Parameters memory p) {
        if (address(p.stakeToken) == address(0) || p.sink == address(0)) {
            revert IValidatorRegistry.ValidatorRegistry_ZeroAddress();
        }
        if (
            p.minimumStake == 0 || p.weightCap < p.minimumStake || p.weightCap > type(uint96).max
                || p.drawSeconds <= SEED_DELAY || p.termLead + p.drawSeconds >= p.termSeconds
                || p.bootstrapValidators == 0 || p.seats == 0 || p.seats > MembersLib.MEMBERS_MAX || p.churnFloor == 0
                || p.bootstrapValidators > p.seats
        ) revert IValidatorRegistry.ValidatorRegistry_BadParameters();
        // Whoever leaves is counted until the last fixed term ends, and unbonding starts there; that term may have been
        // fixed a lead before its start. Certificates settle MAX_AGE longer; fraud in the last of them must still
        // find the stake, even when the proof is censored for a while.
        uint64 needed = p.termLead + p.maxAgeSeconds + p.fraudWindowSeconds + p.marginSeconds;
        if (p.unbondingSeconds < needed) {
            revert IValidatorRegistry.ValidatorRegistry_UnbondingTooShort(p.unbondingSeconds, needed);
        }
        PARAMETERS_HASH = keccak256(abi.encode(p));
        STAKE_TOKEN = p.stakeToken;
        MINIMUM_STAKE = p.minimumStake;
        MINIMUM_BOND = p.minimumBond;
        WEIGHT_CAP = p.weightCap;
        TERM_SECONDS = p.termSeconds;
        TERM_LEAD = p.termLead;
        DRAW_SECONDS = p.drawSeconds;
        UNBONDING_SECONDS = p.unbondingSeconds;
        BOOTSTRAP_VALIDATORS = p.bootstrapValidators;
        SEATS = p.seats;
        CHURN_FLOOR = p.churnFloor;
        SINK = p.sink;
        _disableInitializers();
    }

    /// @dev When the pool closes for the draw of the next term; the last moment before which it may be changed.
    function _drawOpensAt(Term storage term) internal view returns (uint64) {
        return uint64(term.activeUntil) - TERM_LEAD - DRAW_SECONDS;
    }

    /// @dev While a draw's seed can be known, nobody may change who takes part in it or with which weight.
    function _drawing(RegistryStorage storage $) internal view returns (bool) {
        Term storage term = $.term;
        return term.latest != 0 && block.timestamp >= _drawOpensAt(term) && term.draws < term.churn && $.pool.count != 0
            && address($.beacon) != address(0);
    }

    /// @dev Before the first term nothing is limited: there is no set yet to be changed.
    function _limit(Term storage term) internal view returns (uint256) {
        return term.latest == 0 ? type(uint256).max : term.churn;
    }

    function _weightOf(uint128 stake) internal view returns (uint128) {
        return stake < WEIGHT_CAP ? stake : WEIGHT_CAP;
    }

    function _drawWeightOf(Validator storage validator) internal view returns (uint128) {
        uint256 weight = _weightOf(validator.stake);
        return uint128(validator.human ? weight * HUMAN_FACTOR : weight);
    }

    /// @dev From when unbonding counts: no fixed term counts the validator after it.
    function _uncountedFrom(RegistryStorage storage $) internal view returns (uint64) {
        uint64 end = $.term.activeUntil;
        return end > block.timestamp ? end : uint64(block.timestamp);
    }

    /// @dev Tokens that deliver less than asked are refused.
    function _pull(uint256 amount) internal {
        uint256 before = STAKE_TOKEN.balanceOf(address(this));
        STAKE_TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = STAKE_TOKEN.balanceOf(address(this)) - before;
        if (received < amount) revert IValidatorRegistry.ValidatorRegistry_TokenFellShort(amount, received);
    }

    /// @dev Share of `stake`, rounded against its owner.
    function _share(uint256 stake, uint16 bps) internal pure returns (uint128) {
        if (bps > BPS) revert IValidatorRegistry.ValidatorRegistry_BadShare(bps);
        return uint128((stake * bps + BPS - 1) / BPS);
    }

    /// @dev Pays a slashed amount out: the bounty to the reporter, the rest to the sink.
    function _dispose(uint128 slashed, uint16 bountyBps, address reporter) internal returns (uint128 bounty) {
        if (bountyBps > BPS) revert IValidatorRegistry.ValidatorRegistry_BadShare(bountyBps);
        bounty = reporter == address(0) ? 0 : uint128(uint256(slashed) * bountyBps / BPS);
        if (bounty != 0) STAKE_TOKEN.safeTransfer(reporter, bounty);
        if (slashed > bounty) STAKE_TOKEN.safeTransfer(SINK, slashed - bounty);
    }

    function _registry() internal pure returns (RegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
