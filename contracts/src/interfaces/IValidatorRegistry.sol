// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInbox} from "../arbitrum/IInbox.sol";
import {IHumanity} from "./IHumanity.sol";
import {IRandomBeacon} from "./IRandomBeacon.sol";
import {IValidatorSets} from "./IValidatorSets.sol";
import {SetHeader} from "./PobsTypes.sol";

/// @notice Where a validator stands. `Queued`: before its entry. `Waiting`: a candidate without a seat. `Seated`: a
/// member of the next set. `Jailed`: out until its cold key returns it. `Unbonding`: gone, its stake still liable.
enum Status {
    None,
    Queued,
    Waiting,
    Seated,
    Jailed,
    Unbonding
}

/// @param minimumStake Base units, least stake of a validator.
/// @param weightCap Most weight one key can have, base units, below 2^96: many small validators, no large one.
/// @param minimumBond Base units, least bond with which an operator may name a poster.
/// @param termSeconds Length of a term.
/// @param termLead How long before its start a term may be fixed; a day and a margin in production.
/// @param drawSeconds How long before that the pool closes and seats are drawn.
/// @param unbondingSeconds Counted from the end of the last term that may count the validator.
/// @param maxAgeSeconds MAX_AGE of settlement: a set's certificates work that long after its term.
/// @param fraudWindowSeconds Time to prove a fraud after the last settlement.
/// @param marginSeconds For censored proofs.
/// @param bootstrapValidators Seats that must be taken before the first term.
/// @param seats Most members of a set, at most 1,024.
/// @param churnFloor Least limit of entries, exits and draws per term; a tenth of the set when that is more.
/// @param sink Where slashed stake goes.
struct Parameters {
    IERC20 stakeToken;
    uint128 minimumStake;
    uint128 weightCap;
    uint128 minimumBond;
    uint64 termSeconds;
    uint64 termLead;
    uint64 drawSeconds;
    uint64 unbondingSeconds;
    uint64 maxAgeSeconds;
    uint64 fraudWindowSeconds;
    uint64 marginSeconds;
    uint32 bootstrapValidators;
    uint16 seats;
    uint8 churnFloor;
    address sink;
}

/// @notice One validator as it stands.
/// @param place Position in the entry queue, place in the pool, or seat, as `status` says.
/// @param until Jailed: first time of release. Unbonding: first time of withdrawal.
/// @param leaving Stands in the exit queue.
struct ValidatorView {
    Status status;
    bool human;
    bool leaving;
    uint32 place;
    uint64 until;
    uint128 stake;
    address coldKey;
    bytes key;
}

/// @notice The term being prepared, and the queues in front of it.
/// @param churn Limit of entries, exits and draws until the next term is fixed.
/// @param drawOpensAt From then on the pool is closed until all draws are made or the term is fixed.
/// @param fixOpensAt From then on anybody may fix the next term.
struct QueueView {
    uint32 humansHead;
    uint32 humansTail;
    uint32 othersHead;
    uint32 othersTail;
    uint32 exitsHead;
    uint32 exitsTail;
    uint32 waiting;
    uint256 waitingWeight;
    uint8 churn;
    uint8 entries;
    uint8 exits;
    uint8 draws;
    uint64 drawOpensAt;
    uint64 fixOpensAt;
}

/// @notice The operator's bond. `leaving` is unbonding until `leavingAt` and can still be slashed.
struct BondView {
    address operator;
    address poster;
    uint64 nonce;
    uint128 amount;
    uint128 leaving;
    uint64 leavingAt;
}

/// @title L1: stake, voting keys, seats and terms (PROTOCOL §8, paper §2.1 and §4).
/// @dev A validator is named by its operating address, `validator`; what moves its stake or keys is for its cold key
/// alone. Nothing can be delegated: docs/adr/0009.
interface IValidatorRegistry {
    /// @notice A validator joined.
    /// @param stake Base units.
    event ValidatorRegistered(
        address indexed validator, address indexed coldKey, bytes key, bytes32 encryptionKey, uint128 stake
    );
    /// @notice The validator waits for its entry at this position of the humans' or the others' queue.
    event ValidatorQueued(address indexed validator, bool human, uint32 position);
    /// @notice The validator is a candidate for seats, with this weight in the draw; again whenever the weight changes.
    event ValidatorWaits(address indexed validator, uint128 drawWeight);
    /// @notice The member tree changed at `index`; zero weight and validator mean the seat is empty.
    event MemberChanged(uint32 indexed index, address indexed validator, bytes key, uint128 weight);
    /// @notice A draw of term `setId` gave `seat` to `joining`; `leaving` is zero for a free seat and the same validator
    /// when the seat was drawn by its holder.
    event SeatDrawn(uint32 indexed setId, uint32 indexed seat, address leaving, address joining);
    /// @notice Stake was added.
    /// @param amount Base units.
    /// @param stake After it.
    event StakeAdded(address indexed validator, uint128 amount, uint128 stake);
    /// @notice The voting key changed; the next term to be fixed counts the new one. The old one stays banned.
    event KeyRotated(address indexed validator, bytes key);
    /// @notice Mapping files are wrapped to another key from now on.
    event EncryptionKeyChanged(address indexed validator, bytes32 encryptionKey);
    /// @notice A validator does, or no longer does, count as a human's; at its registration only if it does.
    event HumanityChanged(address indexed validator, bool human);
    /// @notice The validator stands in the exit queue.
    event ExitQueued(address indexed validator, uint32 position);
    /// @notice The validator left its place; `amount` unbonds.
    event ExitRequested(address indexed validator, uint128 amount, uint64 withdrawableAt);
    /// @notice Unbonded stake was paid to the cold key.
    /// @param amount Base units.
    event StakeWithdrawn(address indexed validator, uint128 amount);
    /// @notice Stake was slashed: `bounty` went to `reporter`, the rest to the sink.
    event Slashed(address indexed validator, uint128 amount, uint128 bounty, address indexed reporter);
    /// @notice The validator is out.
    /// @param until First time of release, seconds.
    event Jailed(address indexed validator, uint64 until);
    /// @notice The validator returned from jail.
    event Unjailed(address indexed validator);
    /// @notice A term's set is fixed.
    event TermFixed(uint32 indexed setId, SetHeader header);
    /// @notice A term left for L2.
    /// @param ticket Number in the inbox.
    event TermSent(uint32 indexed setId, uint256 ticket);
    /// @notice Where sets go changed.
    event BridgeSet(address indexed sets, address indexed inbox, address indexed l2Sets);
    /// @notice Beacon or registry of humans changed.
    event SourcesSet(address indexed beacon, address indexed humanity);
    /// @notice The operator changed.
    event OperatorSet(address indexed operator, address indexed l2EpochManager);
    /// @notice Bond was added.
    /// @param amount Base units.
    /// @param bond After it.
    event BondDeposited(address indexed operator, uint128 amount, uint128 bond);
    /// @notice Bond is unbonding.
    /// @param amount Base units.
    /// @param withdrawableAt Seconds.
    event BondLeaving(address indexed operator, uint128 amount, uint64 withdrawableAt);
    /// @notice Unbonded bond was paid.
    /// @param amount Base units.
    event BondWithdrawn(address indexed operator, uint128 amount);
    /// @notice The bond was slashed.
    /// @param amount Base units, the bounty among them.
    event BondSlashed(uint128 amount, uint128 bounty, address indexed reporter);
    /// @notice The poster changed; zero: nobody may post once L2 has heard of it.
    event PosterSet(address indexed poster, uint64 nonce);
    /// @notice The poster's name left for L2.
    /// @param ticket Number in the inbox.
    event PosterSent(address indexed poster, uint64 nonce, uint256 ticket);

    error ValidatorRegistry_ZeroAddress();
    error ValidatorRegistry_BadParameters();
    error ValidatorRegistry_UnbondingTooShort(uint64 unbondingSeconds, uint64 needed);
    error ValidatorRegistry_AlreadyRegistered(address validator);
    error ValidatorRegistry_NotRegistered(address validator);
    error ValidatorRegistry_NotColdKey(address validator, address caller);
    error ValidatorRegistry_BadConsent(address validator, address coldKey);
    error ValidatorRegistry_StillUnbonding(address validator, uint64 withdrawableAt);
    error ValidatorRegistry_NothingUnbonding(address validator);
    error ValidatorRegistry_AlreadyLeaving(address validator);
    error ValidatorRegistry_StakeTooSmall(uint128 amount, uint128 minimum);
    error ValidatorRegistry_BadKeyLength(uint256 length);
    error ValidatorRegistry_BadPossessionLength(uint256 length);
    error ValidatorRegistry_KeyIsInfinity();
    error ValidatorRegistry_KeyUsed(bytes key);
    error ValidatorRegistry_BadPossession(address validator);
    error ValidatorRegistry_NoEncryptionKey();
    error ValidatorRegistry_TokenFellShort(uint256 expected, uint256 received);
    error ValidatorRegistry_NotJailed(address validator);
    error ValidatorRegistry_StillJailed(address validator, uint64 until);
    error ValidatorRegistry_QueuedAs(address validator, bool human);
    error ValidatorRegistry_TooLittleGas(uint256 gas);
    error ValidatorRegistry_BadShare(uint16 bps);
    error ValidatorRegistry_DrawOpen();
    error ValidatorRegistry_NoDraw();
    error ValidatorRegistry_NoSeed(uint64 round);
    error ValidatorRegistry_NothingToAdvance();
    error ValidatorRegistry_TooFewValidators(uint32 count, uint32 needed);
    error ValidatorRegistry_KeySumIsInfinity();
    error ValidatorRegistry_TermTooEarly(uint64 opensAt);
    error ValidatorRegistry_UnknownTerm(uint32 setId);
    error ValidatorRegistry_BridgeNotSet();
    error ValidatorRegistry_NotOperator(address caller);
    error ValidatorRegistry_BondNotEmpty(uint128 bond);
    error ValidatorRegistry_BondTooSmall(uint128 bond, uint128 needed);
    error ValidatorRegistry_BondLeaving(uint64 withdrawableAt);

    /* VALIDATORS */

    /// @notice Registers the caller as validator and as its own cold key.
    /// @dev Takes a seat at once when one is free, nobody waits and the term's limit allows it; else it queues (proven
    /// humans in a queue of their own, which goes first).
    /// @param key BLS12-381 voting key, G1, 96 bytes; never used before, by anybody, nor its negative.
    /// @param possession Signature by that key over `Possession(validator, coldKey, key)`, G2, 192 bytes.
    /// @param encryptionKey X25519 key to which mapping files are wrapped; bound to the cold key that sends it.
    /// @param amount Stake in base units of the stake token, at least {minimumStake}; approved, or by {permitStake}.
    /// @custom:reverts ValidatorRegistry_StillUnbonding, ValidatorRegistry_AlreadyRegistered,
    /// ValidatorRegistry_StakeTooSmall, ValidatorRegistry_NoEncryptionKey, ValidatorRegistry_BadKeyLength,
    /// ValidatorRegistry_BadPossessionLength, ValidatorRegistry_KeyIsInfinity, ValidatorRegistry_KeyUsed,
    /// ValidatorRegistry_BadPossession, ValidatorRegistry_TooLittleGas, ValidatorRegistry_TokenFellShort.
    /// @custom:protocol §8, §6 keys; paper §2.1 Eligibility.
    function register(bytes calldata key, bytes calldata possession, bytes32 encryptionKey, uint128 amount) external;

    /// @notice Registers `validator` with the caller as its cold key.
    /// @param consent The validator's signature (ECDSA or ERC-1271) over `Operate(validator, coldKey)`: nobody can
    /// occupy another's address.
    /// @custom:reverts ValidatorRegistry_BadConsent and what {register} does.
    /// @custom:protocol §8, §6 keys.
    function registerFor(
        address validator,
        bytes calldata consent,
        bytes calldata key,
        bytes calldata possession,
        bytes32 encryptionKey,
        uint128 amount
    ) external;

    /// @notice EIP-2612 approval of the stake token for this contract; goes before another call in one `multicall`.
    /// @dev Never reverts: a permit that somebody sent first has done its work.
    /// @param amount Base units.
    /// @param deadline Seconds.
    /// @custom:reverts nothing.
    /// @custom:protocol §8.
    function permitStake(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Adds stake; anybody may pay it. Weight stays capped. Refused while seats are drawn, unless queued or jailed.
    /// @param amount Base units.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_DrawOpen, ValidatorRegistry_TokenFellShort.
    /// @custom:protocol §8.
    function topUp(address validator, uint128 amount) external;

    /// @notice Replaces the voting key; cold key only. Counted from the next fixed term; what the old key signs until
    /// its last term has ended is slashed from the same stake.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_NotColdKey, ValidatorRegistry_BadKeyLength,
    /// ValidatorRegistry_BadPossessionLength, ValidatorRegistry_KeyIsInfinity, ValidatorRegistry_KeyUsed,
    /// ValidatorRegistry_BadPossession.
    /// @custom:protocol §8.
    function rotateKey(address validator, bytes calldata key, bytes calldata possession) external;

    /// @notice Replaces the X25519 key; cold key only.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_NotColdKey,
    /// ValidatorRegistry_NoEncryptionKey.
    /// @custom:protocol §3 mapping file.
    function setEncryptionKey(address validator, bytes32 encryptionKey) external;

    /// @notice Asks anew whether the cold key belongs to a human; anybody may call it. Not while queued or drawing.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_QueuedAs, ValidatorRegistry_DrawOpen,
    /// ValidatorRegistry_TooLittleGas.
    /// @custom:protocol §8; paper §4.
    function refreshHumanity(address validator) external;

    /// @notice Leaves; cold key only. At once when no draw is open, nobody stands in the exit queue and the term's limit
    /// allows it; else queued. Unbonding starts when no fixed term counts the validator any more.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_NotColdKey,
    /// ValidatorRegistry_AlreadyLeaving.
    /// @custom:protocol §8.
    function requestExit(address validator) external;

    /// @notice Pays unbonded stake to the cold key; cold key only.
    /// @custom:reverts ValidatorRegistry_NothingUnbonding, ValidatorRegistry_NotRegistered,
    /// ValidatorRegistry_NotColdKey, ValidatorRegistry_StillUnbonding.
    /// @custom:protocol §8.
    function withdraw(address validator) external;

    /// @notice Returns from jail through the entry queue; cold key only, when the term that followed has ended.
    /// @custom:reverts ValidatorRegistry_NotRegistered, ValidatorRegistry_NotColdKey, ValidatorRegistry_NotJailed,
    /// ValidatorRegistry_StillJailed, ValidatorRegistry_StakeTooSmall.
    /// @custom:protocol §8.
    function unjail(address validator) external;

    /// @notice Works off exits, then entries, first in first out, as far as the term's limits allow; anybody may call it.
    /// @param steps Most places handled; holes count.
    /// @custom:reverts ValidatorRegistry_DrawOpen, ValidatorRegistry_NothingToAdvance.
    /// @custom:protocol §8.
    function advance(uint256 steps) external returns (uint256 done);

    /* TERMS */

    /// @notice Draws seats for the next term; anybody may call it once the pool is closed and the beacon round is proven.
    /// @dev One draw: a free seat goes to a candidate drawn by weight; else a seat drawn evenly is drawn anew, by
    /// weight, among the candidates and its holder. docs/adr/0010 says what that converges to and who could bias it.
    /// @param steps Most draws made.
    /// @custom:reverts ValidatorRegistry_NoDraw, ValidatorRegistry_NoSeed.
    /// @custom:protocol §6 set header; docs/adr/0010.
    function draw(uint256 steps) external returns (uint256 done);

    /// @notice Beacon round that seeds the draw of the next term.
    function seedRound() external view returns (uint64 round);

    /// @notice Fixes the next term's set as it stands now; anybody may call it once the term is close enough.
    /// @custom:reverts ValidatorRegistry_BridgeNotSet, ValidatorRegistry_TooFewValidators,
    /// ValidatorRegistry_KeySumIsInfinity, ValidatorRegistry_TermTooEarly.
    /// @custom:protocol §8 terms.
    function fixTerm() external returns (uint32 setId);

    /// @notice Sends a fixed term to L2 by a retryable ticket paid by `msg.value`; anybody may send it, again and again.
    /// @return ticket Number of the ticket in the inbox.
    /// @param maxSubmissionCost Wei for keeping the ticket.
    /// @param gasLimit On L2.
    /// @param maxFeePerGas Wei on L2.
    /// @custom:reverts ValidatorRegistry_BridgeNotSet, ValidatorRegistry_UnknownTerm.
    /// @custom:protocol §8 set sync.
    function sendTerm(uint32 setId, uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        returns (uint256 ticket);

    /// @notice Names this chain's copy of the sets, the inbox, and the copy on L2; admin only.
    /// @custom:reverts ValidatorRegistry_ZeroAddress; callers without the role.
    /// @custom:protocol §8 set sync.
    function setBridge(IValidatorSets sets, IInbox inbox, address l2Sets) external;

    /// @notice Names the beacon of draws and the registry of humans; zero switches either off. Admin only.
    /// @custom:reverts callers without the role.
    /// @custom:protocol §8.
    function setSources(IRandomBeacon beacon, IHumanity humanity) external;

    /* COURT */

    /// @notice Role of the slashing court: {slash}, {slashBond}, {jail}.
    function COURT_ROLE() external view returns (bytes32);

    /// @notice Takes a share of a validator's stake, wherever it is: queued, waiting, seated, jailed or unbonding.
    /// @dev Rounded up. `10_000` takes all and empties the seat; the key stays banned. Below the minimum the validator
    /// leaves. A validator without stake loses nothing and the call does not fail, so that one of many signers cannot
    /// block the rest. Court only.
    /// @param bps Share of the stake, basis points.
    /// @param bountyBps Share of what is slashed that goes to `reporter`; the rest goes to the sink.
    /// @return slashed Base units of the stake token.
    /// @custom:reverts ValidatorRegistry_BadShare; callers without the role.
    /// @custom:protocol §8 Slashing.
    function slash(address validator, uint16 bps, uint16 bountyBps, address reporter) external returns (uint128 slashed);

    /// @notice Takes a share of the operator's bond, also of what is unbonding; rounded up. Court only.
    /// @param bps Share of the bond, basis points.
    /// @param bountyBps As in {slash}.
    /// @custom:reverts ValidatorRegistry_BadShare; callers without the role.
    /// @custom:protocol §8 operator's bond.
    function slashBond(uint16 bps, uint16 bountyBps, address reporter) external returns (uint128 slashed);

    /// @notice Takes a validator off its seat or place until its cold key calls {unjail}; takes no stake. Court only.
    /// @dev Does nothing for a validator that has no place.
    /// @custom:reverts callers without the role.
    /// @custom:protocol §8 absence.
    function jail(address validator) external;

    /* OPERATOR */

    /// @notice Names the operator and where L2 learns of its poster; admin only, while no bond lies here.
    /// @custom:reverts ValidatorRegistry_ZeroAddress, ValidatorRegistry_BondNotEmpty; callers without the role.
    /// @custom:protocol §8 operator's bond.
    function setOperator(address operator, address l2EpochManager) external;

    /// @notice Adds to the operator's bond; anybody may pay it.
    /// @param amount Base units.
    /// @custom:reverts ValidatorRegistry_NotOperator, ValidatorRegistry_TokenFellShort.
    /// @custom:protocol §8 operator's bond.
    function depositBond(uint128 amount) external;

    /// @notice Starts unbonding a part of the bond; operator only. Below the minimum the poster falls.
    /// @param amount Base units.
    /// @custom:reverts ValidatorRegistry_NotOperator, ValidatorRegistry_BondTooSmall.
    /// @custom:protocol §8 operator's bond.
    function requestBondExit(uint128 amount) external;

    /// @notice Pays the unbonded part; operator only.
    /// @custom:reverts ValidatorRegistry_NotOperator, ValidatorRegistry_NothingUnbonding,
    /// ValidatorRegistry_BondLeaving.
    /// @custom:protocol §8 operator's bond.
    function withdrawBond() external;

    /// @notice Names who may post epochs on L2; operator only, with at least the minimum bond.
    /// @custom:reverts ValidatorRegistry_NotOperator, ValidatorRegistry_BondTooSmall.
    /// @custom:protocol §8 operator's bond.
    function setPoster(address poster) external;

    /// @notice Tells L2 who may post, by a retryable ticket; anybody may send it, again and again.
    /// @param maxSubmissionCost Wei for keeping the ticket.
    /// @param gasLimit On L2.
    /// @param maxFeePerGas Wei on L2.
    /// @custom:reverts ValidatorRegistry_BridgeNotSet.
    /// @custom:protocol §8 operator's bond.
    function sendPoster(uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        returns (uint256 ticket);

    /// @notice Operator, poster and bond.
    function bond() external view returns (BondView memory);

    /* VIEWS */

    /// @notice A fixed term's header; zeros for an unknown one.
    function header(uint32 setId) external view returns (SetHeader memory);

    /// @notice Newest fixed term; zero before the first.
    function latestSetId() external view returns (uint32);

    /// @notice The set as it stands now, before it is fixed.
    function current()
        external
        view
        returns (bytes32 membersRoot, bytes memory aggregateKey, uint128 totalWeight, uint32 count);

    /// @notice A validator's state; zeros for a stranger.
    function validatorOf(address validator) external view returns (ValidatorView memory);

    /// @notice Positions, limits and times of the term being prepared.
    function queues() external view returns (QueueView memory);

    /// @notice Stake of a validator wherever it stands, unbonding included, in base units.
    function stakeOf(address validator) external view returns (uint128);

    /// @notice A validator's seat.
    function indexOf(address validator) external view returns (uint32 index, bool registered);

    /// @notice ERC-20 that is staked.
    function stakeToken() external view returns (address);

    /// @notice Least stake of a validator, in base units.
    function minimumStake() external view returns (uint128);

    /// @notice EIP-712 domain of this deployment.
    function domainSeparator() external view returns (bytes32);
}
