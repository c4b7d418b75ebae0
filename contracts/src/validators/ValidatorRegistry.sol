// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {IInbox} from "../arbitrum/IInbox.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {MemberTree} from "./MemberTree.sol";

/// @title L1: stake, voting keys and terms.
/// @dev Members root, key sum and total weight follow every change, so no function loops over the set.
contract ValidatorRegistry is IValidatorRegistry, AccessControlUpgradeable, UUPSUpgradeable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using MemberTree for MemberTree.Tree;

    /// @param minimumStake Base units.
    /// @param weightCap Most weight one key can have, base units: many small validators, no large one.
    /// @param termSeconds Length of a term.
    /// @param termLead How long before its start a term may be fixed.
    /// @param unbondingSeconds Counted from the end of the last term that may count the validator.
    /// @param maxAgeSeconds MAX_AGE of settlement: a set's certificates work that long after its term.
    /// @param fraudWindowSeconds Time to prove a fraud after the last settlement.
    /// @param bootstrapValidators Seats that must be taken before the first term.
    struct Parameters {
        IERC20 stakeToken;
        uint128 minimumStake;
        uint128 weightCap;
        uint64 termSeconds;
        uint64 termLead;
        uint64 unbondingSeconds;
        uint64 maxAgeSeconds;
        uint64 fraudWindowSeconds;
        uint32 bootstrapValidators;
    }

    struct Validator {
        /// @dev Seat plus one; zero without a seat.
        uint32 seat;
        uint64 withdrawableAt;
        uint128 stake;
    }

    /// @custom:storage-location erc7201:pobs.storage.ValidatorRegistry
    struct RegistryStorage {
        IValidatorSets sets;
        uint32 latest;
        IInbox inbox;
        address l2Sets;
        uint128 totalWeight;
        uint64 latestActiveUntil;
        BLS.G1Point keySum;
        MemberTree.Tree tree;
        mapping(uint256 seat => address) seats;
        mapping(address validator => Validator) validators;
        mapping(address validator => bytes) keys;
        mapping(bytes32 abscissa => bool) keyUsed;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf0d90f46094a754f6715873dcc2c36558ec39ec4c47d9f0b12e597a532a5b500;

    /// @inheritdoc IValidatorRegistry
    bytes32 public constant COURT_ROLE = keccak256("COURT_ROLE");

    IERC20 private immutable STAKE_TOKEN;
    uint128 private immutable MINIMUM_STAKE;
    uint128 public immutable WEIGHT_CAP;
    uint64 public immutable TERM_SECONDS;
    uint64 public immutable TERM_LEAD;
    uint64 public immutable UNBONDING_SECONDS;
    uint32 public immutable BOOTSTRAP_VALIDATORS;

    event BridgeSet(address indexed sets, address indexed inbox, address indexed l2Sets);

    constructor(Parameters memory p) {
        if (address(p.stakeToken) == address(0)) revert ValidatorRegistry_ZeroAddress();
        if (
            p.minimumStake == 0 || p.weightCap < p.minimumStake || p.termSeconds == 0 || p.termLead >= p.termSeconds
                || p.bootstrapValidators == 0
        ) revert ValidatorRegistry_BadParameters();
        // A set fixed before the exit votes until its term ends; its certificates settle MAX_AGE longer; fraud in
        // the last of them must still find the stake.
        uint64 needed = p.maxAgeSeconds + p.fraudWindowSeconds;
        if (p.unbondingSeconds < needed) revert ValidatorRegistry_UnbondingTooShort(p.unbondingSeconds, needed);
        STAKE_TOKEN = p.stakeToken;
        MINIMUM_STAKE = p.minimumStake;
        WEIGHT_CAP = p.weightCap;
        TERM_SECONDS = p.termSeconds;
        TERM_LEAD = p.termLead;
        UNBONDING_SECONDS = p.unbondingSeconds;
        BOOTSTRAP_VALIDATORS = p.bootstrapValidators;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade and set the bridge.
    function initialize(address admin) external initializer {
        if (admin == address(0)) revert ValidatorRegistry_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Names this chain's copy of the sets, the inbox, and the copy on L2.
    function setBridge(IValidatorSets sets, IInbox inbox, address l2Sets) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (address(sets) == address(0)) revert ValidatorRegistry_ZeroAddress();
        RegistryStorage storage $ = _storage();
        ($.sets, $.inbox, $.l2Sets) = (sets, inbox, l2Sets);
        emit BridgeSet(address(sets), address(inbox), l2Sets);
    }

    /// @inheritdoc IValidatorRegistry
    function register(bytes calldata key, bytes calldata possession, bytes32 encryptionKey, uint128 amount)
        external
        nonReentrant
    {
        RegistryStorage storage $ = _storage();
        Validator storage validator = $.validators[msg.sender];
        // Check
        if (validator.seat != 0) revert ValidatorRegistry_AlreadyRegistered(msg.sender);
        if (validator.stake != 0) {
            revert ValidatorRegistry_StillUnbonding(msg.sender, validator.withdrawableAt);
        }
        if (amount < MINIMUM_STAKE) revert ValidatorRegistry_StakeTooSmall(amount, MINIMUM_STAKE);
        if (encryptionKey == bytes32(0)) revert ValidatorRegistry_NoEncryptionKey();
        uint32 index = $.tree.count;
        if (index >= MembersLib.MEMBERS_MAX) revert ValidatorRegistry_SetFull(index);
        BLS.G1Point memory point = _checkKey($, key, possession);

        // Effect
        uint128 weight = _weightOf(amount);
        validator.seat = index + 1;
        validator.stake = amount;
        validator.withdrawableAt = 0;
        $.seats[index] = msg.sender;
        $.keys[msg.sender] = key;
        $.totalWeight += weight;
        $.keySum = BlsLib.add($.keySum, point);
        $.tree.push(MembersLib.leaf(index, msg.sender, key, weight));
        emit ValidatorRegistered(index, msg.sender, key, encryptionKey, weight);
        emit MemberChanged(index, msg.sender, key, weight);

        // Interaction
        _pull(amount);
    }

    /// @inheritdoc IValidatorRegistry
    function topUp(uint128 amount) external nonReentrant {
        RegistryStorage storage $ = _storage();
        Validator storage validator = $.validators[msg.sender];
        if (validator.seat == 0) revert ValidatorRegistry_NotRegistered(msg.sender);

        uint128 before = _weightOf(validator.stake);
        validator.stake += amount;
        uint128 weight = _weightOf(validator.stake);
        if (weight != before) {
            uint32 index = validator.seat - 1;
            $.totalWeight += weight - before;
            _seat($, index, msg.sender, weight);
        }

        _pull(amount);
    }

    /// @inheritdoc IValidatorRegistry
    function requestExit() external {
        RegistryStorage storage $ = _storage();
        Validator storage validator = $.validators[msg.sender];
        if (validator.seat == 0) revert ValidatorRegistry_NotRegistered(msg.sender);

        uint32 index = validator.seat - 1;
        uint64 from = uint64(Math.max(block.timestamp, $.latestActiveUntil));
        validator.seat = 0;
        validator.withdrawableAt = from + UNBONDING_SECONDS;
        $.totalWeight -= _weightOf(validator.stake);
        $.keySum = BlsLib.add($.keySum, BlsLib.negate(BlsLib.toG1($.keys[msg.sender])));
        delete $.keys[msg.sender];
        _vacate($, index);
        emit ExitRequested(msg.sender, validator.stake, validator.withdrawableAt);
    }

    /// @inheritdoc IValidatorRegistry
    function withdraw() external nonReentrant {
        Validator storage validator = _storage().validators[msg.sender];
        uint128 amount = validator.stake;
        if (validator.seat != 0 || amount == 0) revert ValidatorRegistry_NothingUnbonding(msg.sender);
        if (block.timestamp < validator.withdrawableAt) {
            revert ValidatorRegistry_StillUnbonding(msg.sender, validator.withdrawableAt);
        }

        validator.stake = 0;
        emit StakeWithdrawn(msg.sender, amount);

        STAKE_TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IValidatorRegistry
    function slash(address validator, uint16 bps, uint16 bountyBps, address reporter)
        external
        onlyRole(COURT_ROLE)
        returns (uint128 slashed)
    {
        if (bps > 10_000) revert ValidatorRegistry_BadShare(bps);
        RegistryStorage storage $ = _storage();
        Validator storage record = $.validators[validator];
        slashed = uint128(Math.ceilDiv(uint256(record.stake) * bps, 10_000));
        record.stake -= slashed;
        emit Slashed(validator, slashed, uint128(uint256(slashed) * bountyBps / 10_000), reporter);
    }

    /// @inheritdoc IValidatorRegistry
    function slashBond(uint16 bps, uint16 bountyBps, address reporter)
        external
        onlyRole(COURT_ROLE)
        returns (uint128 slashed)
    {
        if (bps > 10_000) revert ValidatorRegistry_BadShare(bps);
        emit BondSlashed(slashed, bountyBps, reporter);
    }

    /// @inheritdoc IValidatorRegistry
    function jail(address validator) external onlyRole(COURT_ROLE) {
        emit Jailed(validator);
    }

    /// @inheritdoc IValidatorRegistry
    function fixTerm() external returns (uint32 setId) {
        RegistryStorage storage $ = _storage();
        if (address($.sets) == address(0)) revert ValidatorRegistry_BridgeNotSet();
        uint32 count = $.tree.count;
        uint32 needed = $.latest == 0 ? BOOTSTRAP_VALIDATORS : 1;
        if (count < needed) revert ValidatorRegistry_TooFewValidators(count, needed);
        BLS.G1Point memory keySum = $.keySum;
        if (BlsLib.isInfinity(keySum)) revert ValidatorRegistry_KeySumIsInfinity();
        uint64 activeFrom = uint64(block.timestamp);
        if ($.latest != 0) {
            activeFrom = $.latestActiveUntil;
            if (block.timestamp + TERM_LEAD < activeFrom) {
                revert ValidatorRegistry_TermTooEarly(activeFrom - TERM_LEAD);
            }
        }

        setId = ++$.latest;
        uint64 activeUntil = activeFrom + TERM_SECONDS;
        $.latestActiveUntil = activeUntil;
        SetHeader memory fixedHeader = SetHeader({
            setId: setId,
            membersRoot: $.tree.root(),
            aggregateKey: BlsLib.toKey(keySum),
            totalWeight: $.totalWeight,
            count: count,
            activeFrom: activeFrom,
            activeUntil: activeUntil
        });
        emit TermFixed(setId, fixedHeader);

        $.sets.accept(fixedHeader);
    }

    /// @inheritdoc IValidatorRegistry
    function sendTerm(uint32 setId, uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        nonReentrant
        returns (uint256 ticket)
    {
        RegistryStorage storage $ = _storage();
        if (address($.inbox) == address(0) || $.l2Sets == address(0)) revert ValidatorRegistry_BridgeNotSet();
        if (setId == 0 || setId > $.latest) revert ValidatorRegistry_UnknownTerm(setId);

        bytes memory message = abi.encodeCall(IValidatorSets.accept, ($.sets.header(setId)));
        ticket = $.inbox.createRetryableTicket{value: msg.value}(
            $.l2Sets, 0, maxSubmissionCost, msg.sender, msg.sender, gasLimit, maxFeePerGas, message
        );
        emit TermSent(setId, ticket);
    }

    /// @inheritdoc IValidatorRegistry
    function header(uint32 setId) external view returns (SetHeader memory result) {
        IValidatorSets sets = _storage().sets;
        if (address(sets) != address(0)) result = sets.header(setId);
    }

    /// @inheritdoc IValidatorRegistry
    function latestSetId() external view returns (uint32) {
        return _storage().latest;
    }

    /// @inheritdoc IValidatorRegistry
    function stakeOf(address validator) external view returns (uint128) {
        return _storage().validators[validator].stake;
    }

    /// @inheritdoc IValidatorRegistry
    function indexOf(address validator) external view returns (uint32 index, bool registered) {
        uint32 seat = _storage().validators[validator].seat;
        return seat == 0 ? (0, false) : (seat - 1, true);
    }

    /// @inheritdoc IValidatorRegistry
    function stakeToken() external view returns (address) {
        return address(STAKE_TOKEN);
    }

    /// @inheritdoc IValidatorRegistry
    function minimumStake() external view returns (uint128) {
        return MINIMUM_STAKE;
    }

    /// @notice The set as it stands now, before it is fixed.
    function current()
        external
        view
        returns (bytes32 membersRoot, bytes memory aggregateKey, uint128 totalWeight, uint32 count)
    {
        RegistryStorage storage $ = _storage();
        return ($.tree.root(), BlsLib.toKey($.keySum), $.totalWeight, $.tree.count);
    }

    /// @notice EIP-712 domain of this deployment.
    function domainSeparator() public view returns (bytes32) {
        return SummaryLib.domainSeparator(SummaryLib.saltOf(block.chainid, address(this)));
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    /// @dev Refuses infinity, reused keys (also negated: pairs that cancel would count weight without a signature) and
    /// keys whose owner does not hold the secret; the pairing also refuses points outside the subgroup.
    function _checkKey(RegistryStorage storage $, bytes calldata key, bytes calldata possession)
        private
        returns (BLS.G1Point memory point)
    {
        if (key.length != BlsLib.KEY_BYTES) revert ValidatorRegistry_BadKeyLength(key.length);
        if (possession.length != BlsLib.SIGNATURE_BYTES) {
            revert ValidatorRegistry_BadPossessionLength(possession.length);
        }
        point = BlsLib.toG1(key);
        if (BlsLib.isInfinity(point)) revert ValidatorRegistry_KeyIsInfinity();
        bytes32 abscissa = keccak256(key[:48]);
        if ($.keyUsed[abscissa]) revert ValidatorRegistry_KeyUsed(key);
        bytes32 digest = SummaryLib.possessionDigest(domainSeparator(), msg.sender, msg.sender, key);
        BLS.G2Point memory signature = BlsLib.toG2(possession);
        if (BlsLib.isInfinity(signature) || !BlsLib.verify(point, signature, digest)) {
            revert ValidatorRegistry_BadPossession(msg.sender);
        }
        $.keyUsed[abscissa] = true;
    }

    /// @dev Writes one member into the tree.
    function _seat(RegistryStorage storage $, uint32 index, address validator, uint128 weight) private {
        bytes memory key = $.keys[validator];
        $.tree.set(index, MembersLib.leaf(index, validator, key, weight));
        emit MemberChanged(index, validator, key, weight);
    }

    /// @dev Empties a seat: the last member moves into it.
    function _vacate(RegistryStorage storage $, uint32 index) private {
        uint32 last = $.tree.count - 1;
        address moved = $.seats[last];
        delete $.seats[last];
        $.tree.pop();
        if (index != last) {
            $.seats[index] = moved;
            $.validators[moved].seat = index + 1;
            _seat($, index, moved, _weightOf($.validators[moved].stake));
        }
        emit MemberChanged(last, address(0), "", 0);
    }

    /// @dev Tokens that deliver less than asked are refused.
    function _pull(uint256 amount) private {
        uint256 before = STAKE_TOKEN.balanceOf(address(this));
        STAKE_TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = STAKE_TOKEN.balanceOf(address(this)) - before;
        if (received < amount) revert ValidatorRegistry_TokenFellShort(amount, received);
    }

    function _weightOf(uint128 stake) private view returns (uint128) {
        return stake < WEIGHT_CAP ? stake : WEIGHT_CAP;
    }

    function _storage() private pure returns (RegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
