// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IEpochManager} from "../interfaces/IEpochManager.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {Member, SetHeader} from "../interfaces/PobsTypes.sol";
import {AuditLib} from "../libraries/AuditLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {TicketLib} from "../libraries/TicketLib.sol";
import {TreeLib} from "../libraries/TreeLib.sol";
import {ClaimLib} from "./ClaimLib.sol";

/// @title L2: rewards of validators, drawn by stake. Holds reward tokens alone, never a user's funds.
contract RewardPool is IRewardPool, AccessControlUpgradeable, UUPSUpgradeable {
    using SafeERC20 for IERC20;

    /// @param weightCap Most weight a member can have, as the registry caps it: the denominator of a ticket's chance.
    /// @param tickets Prizes per term.
    /// @param auditRows Rows to open per ticket.
    /// @param commitPeriod Seconds after the term's last vote in which audit roots are taken.
    /// @param seedDelay Seconds between the commit deadline and the seed's round: more than the L2 clock can lag.
    /// @param claimPeriod Seconds after the draw.
    struct Parameters {
        IERC20 token;
        IEpochManager manager;
        IValidatorSets sets;
        IBeacon beacon;
        bytes32 salt;
        uint128 weightCap;
        uint32 tickets;
        uint32 auditRows;
        uint64 commitPeriod;
        uint64 seedDelay;
        uint64 claimPeriod;
    }

    /// @custom:storage-location erc7201:pobs.storage.RewardPool
    struct PoolStorage {
        mapping(uint32 setId => TermPool) terms;
        mapping(uint32 setId => mapping(address validator => bytes32)) auditRoots;
        mapping(uint32 setId => mapping(uint256 word => uint256)) claimed;
        mapping(address validator => address) payees;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.RewardPool")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x26c48a1f8e1135afb6e1437b1d81e5ba9864e80e4f8daf54cff3178003316c00;

    IERC20 public immutable TOKEN;
    IEpochManager public immutable MANAGER;
    IValidatorSets public immutable SETS;
    IBeacon public immutable BEACON;
    /// @notice EIP-712 domain of the deployment, equal on every chain.
    bytes32 public immutable DOMAIN;
    uint128 public immutable WEIGHT_CAP;
    uint32 public immutable TICKETS;
    uint32 public immutable AUDIT_ROWS;
    uint64 public immutable COMMIT_PERIOD;
    uint64 public immutable SEED_DELAY;
    uint64 public immutable CLAIM_PERIOD;

    constructor(Parameters memory p) {
        if (
            address(p.token) == address(0) || address(p.manager) == address(0) || address(p.sets) == address(0)
                || address(p.beacon) == address(0)
        ) revert RewardPool_ZeroAddress();
        if (
            p.salt == bytes32(0) || p.weightCap == 0 || p.tickets == 0 || p.auditRows == 0 || p.commitPeriod == 0
                || p.claimPeriod == 0
        ) revert RewardPool_BadParameters();
        (TOKEN, MANAGER, SETS, BEACON) = (p.token, p.manager, p.sets, p.beacon);
        DOMAIN = SummaryLib.domainSeparator(p.salt);
        (WEIGHT_CAP, TICKETS, AUDIT_ROWS) = (p.weightCap, p.tickets, p.auditRows);
        (COMMIT_PERIOD, SEED_DELAY, CLAIM_PERIOD) = (p.commitPeriod, p.seedDelay, p.claimPeriod);
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade.
    function initialize(address admin) external initializer {
        if (admin == address(0)) revert RewardPool_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IRewardPool
    function fund(uint32 setId, uint128 amount) external {
        _checkOpen(setId);
        if (amount == 0) revert RewardPool_ZeroAmount();

        _storage().terms[setId].funded += amount;
        emit TermFunded(setId, msg.sender, amount);

        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = TOKEN.balanceOf(address(this)) - before;
        if (received != amount) revert RewardPool_TokenFellShort(amount, received);
    }

    /// @inheritdoc IRewardPool
    function commitAuditRoot(uint32 setId, bytes32 root) external {
        _checkOpen(setId);
        if (root == bytes32(0)) revert RewardPool_ZeroRoot();

        _storage().auditRoots[setId][msg.sender] = root;
        emit AuditRootCommitted(setId, msg.sender, root);
    }

    /// @inheritdoc IRewardPool
    function draw(uint32 setId) external {
        TermPool storage pool = _storage().terms[setId];
        if (pool.seed != bytes32(0)) revert RewardPool_AlreadyDrawn(setId);
        uint64 round = seedRoundOf(setId);
        bytes32 randomness = BEACON.randomness(round);
        if (randomness == bytes32(0)) revert RewardPool_SeedUnknown(setId, round);

        pool.seed = TicketLib.seed(address(this), block.chainid, setId, randomness);
        pool.prize = pool.funded / TICKETS;
        pool.claimDeadline = uint64(block.timestamp) + CLAIM_PERIOD;
        emit TermDrawn(setId, round, pool.seed, pool.prize, pool.claimDeadline);
    }

    /// @inheritdoc IRewardPool
    function claim(uint32 setId, uint32 ticket, TicketClaim calldata given) external {
        // Check
        PoolStorage storage $ = _storage();
        TermPool storage pool = $.terms[setId];
        _checkTicket(pool, setId, ticket);
        SetHeader memory set = SETS.header(setId);
        bytes32 hash = TicketLib.ticketHash(pool.seed, setId, ticket);
        _checkWinner(set, ticket, hash, given);
        IEpochManager.Term memory span = _span(setId);
        uint64 epoch = _epochOf(span, hash);
        IEpochManager.Proposal memory proposal = MANAGER.proposalOf(epoch);
        ClaimLib.checkVote(proposal, set, epoch, given);
        // A rejected sheet may be one that nobody can open: there the vote alone counts.
        if (proposal.status == IEpochManager.Status.Approved) {
            _checkAudit(setId, epoch, span, given);
            ClaimLib.checkSheet(DOMAIN, proposal.digest, epoch, given.audit);
            ClaimLib.checkRows(hash, AUDIT_ROWS, given);
        }

        // Effect
        uint128 prize = pool.prize;
        $.claimed[setId][ticket >> 8] |= 1 << (ticket & 0xff);
        pool.paid += prize;
        address payee = payeeOf(given.member.validator);
        emit TicketPaid(setId, ticket, given.member.validator, payee, epoch, prize);

        // Interaction
        TOKEN.safeTransfer(payee, prize);
    }

    /// @inheritdoc IRewardPool
    function carry(uint32 from, uint32 to) external {
        TermPool storage pool = _storage().terms[from];
        if (pool.seed == bytes32(0)) revert RewardPool_NotDrawn(from);
        if (block.timestamp <= pool.claimDeadline) revert RewardPool_ClaimsOpen(from, pool.claimDeadline);
        _checkOpen(to);
        uint128 rest = pool.funded - pool.paid;
        if (rest == 0) revert RewardPool_NothingToPay(from);

        pool.funded = pool.paid;
        _storage().terms[to].funded += rest;
        emit TermCarried(from, to, rest);
    }

    /// @inheritdoc IRewardPool
    function setPayee(address validator, address payee) external {
        if (validator == address(0) || payee == address(0)) revert RewardPool_ZeroAddress();
        address present = payeeOf(validator);
        if (msg.sender != present) revert RewardPool_NotPayee(msg.sender, present);

        _storage().payees[validator] = payee;
        emit PayeeSet(validator, payee);
    }

    /// @inheritdoc IRewardPool
    function term(uint32 setId) external view returns (TermPool memory) {
        return _storage().terms[setId];
    }

    /// @inheritdoc IRewardPool
    function auditRootOf(uint32 setId, address validator) external view returns (bytes32) {
        return _storage().auditRoots[setId][validator];
    }

    /// @inheritdoc IRewardPool
    function isClaimed(uint32 setId, uint32 ticket) public view returns (bool) {
        return _storage().claimed[setId][ticket >> 8] >> (ticket & 0xff) & 1 == 1;
    }

    /// @inheritdoc IRewardPool
    function payeeOf(address validator) public view returns (address payee) {
        payee = _storage().payees[validator];
        if (payee == address(0)) payee = validator;
    }

    /// @inheritdoc IRewardPool
    function commitDeadlineOf(uint32 setId) public view returns (uint256) {
        uint64 activeUntil = SETS.header(setId).activeUntil;
        if (activeUntil == 0) revert RewardPool_UnknownTerm(setId);
        return uint256(activeUntil) + MANAGER.votesCloseAfter() + COMMIT_PERIOD;
    }

    /// @inheritdoc IRewardPool
    function seedRoundOf(uint32 setId) public view returns (uint64) {
        return _seedRound(commitDeadlineOf(setId));
    }

    /// @inheritdoc IRewardPool
    function ticketOf(uint32 setId, uint32 ticket) external view returns (uint256 index, uint256 bar, uint64 epoch) {
        bytes32 hash = _ticketHash(setId, ticket);
        index = TicketLib.member(hash, SETS.header(setId).count);
        bar = TicketLib.bar(hash, WEIGHT_CAP);
        epoch = _epochOf(_span(setId), hash);
    }

    /// @inheritdoc IRewardPool
    function rowOf(uint32 setId, uint32 ticket, uint32 i, uint256 rows) external view returns (uint256) {
        return TicketLib.rowPosition(_ticketHash(setId, ticket), i, rows);
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    /// @dev Open until the deadline, and never once the seed can be known: a lagging clock reopens nothing.
    function _checkOpen(uint32 setId) private view {
        uint256 deadline = commitDeadlineOf(setId);
        if (block.timestamp > deadline) revert RewardPool_TermClosed(setId, deadline);
        uint64 round = _seedRound(deadline);
        if (BEACON.randomness(round) != bytes32(0)) revert RewardPool_SeedKnown(setId, round);
    }

    /// @dev The first round strictly later than the delay.
    function _seedRound(uint256 commitDeadline) private view returns (uint64) {
        // forge-lint: disable-next-line(unsafe-typecast) -- times are seconds, far below 2^64
        return BEACON.roundAt(uint64(commitDeadline + SEED_DELAY + 1));
    }

    function _checkTicket(TermPool storage pool, uint32 setId, uint32 ticket) private view {
        if (pool.seed == bytes32(0)) revert RewardPool_NotDrawn(setId);
        if (block.timestamp > pool.claimDeadline) revert RewardPool_ClaimsClosed(setId, pool.claimDeadline);
        if (pool.prize == 0) revert RewardPool_NothingToPay(setId);
        if (ticket >= TICKETS) revert RewardPool_UnknownTicket(ticket);
        if (isClaimed(setId, ticket)) revert RewardPool_AlreadyClaimed(setId, ticket);
    }

    function _checkWinner(SetHeader memory set, uint32 ticket, bytes32 hash, TicketClaim calldata given) private view {
        Member calldata member = given.member;
        uint256 index = TicketLib.member(hash, set.count);
        if (member.index != index) revert RewardPool_NotDrawnMember(set.setId, ticket, index);
        if (!MembersLib.verify(member, set.membersRoot, set.count, given.path)) {
            revert RewardPool_NotMember(set.setId, member.index, member.validator);
        }
        uint256 bar = TicketLib.bar(hash, WEIGHT_CAP);
        if (member.weight <= bar) revert RewardPool_BelowBar(set.setId, ticket, member.weight, bar);
    }

    /// @dev The epoch's audit root stands in the term root that the validator committed before the seed was known.
    function _checkAudit(uint32 setId, uint64 epoch, IEpochManager.Term memory span, TicketClaim calldata given)
        private
        view
    {
        address validator = given.member.validator;
        bytes32 committed = _storage().auditRoots[setId][validator];
        if (committed == bytes32(0)) revert RewardPool_NoAuditRoot(setId, validator);
        bytes32 leaf = AuditLib.epochLeaf(epoch, given.audit.auditRoot);
        uint256 epochs = span.lastEpoch - span.firstEpoch + 1;
        uint256 index = epoch - span.firstEpoch;
        if (!TreeLib.verify(AuditLib.EPOCH_NODE, committed, leaf, index, epochs, given.audit.path)) {
            revert RewardPool_NotInTermRoot(epoch, validator);
        }
    }

    function _ticketHash(uint32 setId, uint32 ticket) private view returns (bytes32) {
        bytes32 seed = _storage().terms[setId].seed;
        if (seed == bytes32(0)) revert RewardPool_NotDrawn(setId);
        return TicketLib.ticketHash(seed, setId, ticket);
    }

    function _span(uint32 setId) private view returns (IEpochManager.Term memory span) {
        span = MANAGER.termOf(setId);
        if (span.firstEpoch == 0) revert RewardPool_NoEpochs(setId);
    }

    function _epochOf(IEpochManager.Term memory span, bytes32 hash) private pure returns (uint64) {
        uint256 offset = TicketLib.epochOffset(hash, uint256(span.lastEpoch) - span.firstEpoch + 1);
        // forge-lint: disable-next-line(unsafe-typecast) -- at most the last epoch
        return uint64(span.firstEpoch + offset);
    }

    function _storage() private pure returns (PoolStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
