// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SetHeader} from "./PobsTypes.sol";

/// @title L1: stake, voting keys and terms (PROTOCOL §8).
interface IValidatorRegistry {
    event ValidatorRegistered(
        uint32 indexed index, address indexed validator, bytes key, bytes32 encryptionKey, uint128 weight
    );
    /// @notice The member tree changed at `index`; zero weight and validator mean the seat is empty.
    event MemberChanged(uint32 indexed index, address indexed validator, bytes key, uint128 weight);
    event ExitRequested(address indexed validator, uint128 amount, uint64 withdrawableAt);
    event StakeWithdrawn(address indexed validator, uint128 amount);
    event TermFixed(uint32 indexed setId, SetHeader header);
    event TermSent(uint32 indexed setId, uint256 ticket);

    /// @notice Stake was slashed: `bounty` went to `reporter`, the rest to the sink.
    event Slashed(address indexed validator, uint128 amount, uint128 bounty, address indexed reporter);
    event BondSlashed(uint128 amount, uint128 bounty, address indexed reporter);
    event Jailed(address indexed validator);

    error ValidatorRegistry_ZeroAddress();
    error ValidatorRegistry_BadShare(uint16 bps);
    error ValidatorRegistry_BadParameters();
    error ValidatorRegistry_UnbondingTooShort(uint64 unbondingSeconds, uint64 needed);
    error ValidatorRegistry_AlreadyRegistered(address validator);
    error ValidatorRegistry_NotRegistered(address validator);
    error ValidatorRegistry_StillUnbonding(address validator, uint64 withdrawableAt);
    error ValidatorRegistry_NothingUnbonding(address validator);
    error ValidatorRegistry_StakeTooSmall(uint128 amount, uint128 minimum);
    error ValidatorRegistry_SetFull(uint32 count);
    error ValidatorRegistry_BadKeyLength(uint256 length);
    error ValidatorRegistry_BadPossessionLength(uint256 length);
    error ValidatorRegistry_KeyIsInfinity();
    error ValidatorRegistry_KeyUsed(bytes key);
    error ValidatorRegistry_BadPossession(address validator);
    error ValidatorRegistry_NoEncryptionKey();
    error ValidatorRegistry_TokenFellShort(uint256 expected, uint256 received);
    error ValidatorRegistry_TooFewValidators(uint32 count, uint32 needed);
    error ValidatorRegistry_KeySumIsInfinity();
    error ValidatorRegistry_TermTooEarly(uint64 opensAt);
    error ValidatorRegistry_UnknownTerm(uint32 setId);
    error ValidatorRegistry_BridgeNotSet();

    /// @notice Takes a seat: the caller is validator and cold key.
    /// @param key BLS12-381 voting key, G1, 96 bytes; never used before, by anybody.
    /// @param possession Signature by that key over `Possession(caller, caller, key)`, G2, 192 bytes.
    /// @param encryptionKey X25519 key to which mapping files are wrapped.
    /// @param amount Stake in base units of the stake token, at least {minimumStake}; must be approved.
    function register(bytes calldata key, bytes calldata possession, bytes32 encryptionKey, uint128 amount) external;

    /// @notice Adds stake to the caller's seat; its weight stays capped.
    function topUp(uint128 amount) external;

    /// @notice Gives the caller's seat up. Unbonding starts when no fixed term counts the caller any more.
    function requestExit() external;

    /// @notice Pays the caller's unbonded stake.
    function withdraw() external;

    /// @notice Fixes the next term's set as it stands now; anybody may call it once the term is close enough.
    function fixTerm() external returns (uint32 setId);

    /// @notice Sends a fixed term to L2 by a retryable ticket paid by `msg.value`; anybody may send it, again and again.
    /// @return ticket Number of the ticket in the inbox.
    function sendTerm(uint32 setId, uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        returns (uint256 ticket);

    /// @notice A fixed term's header; zeros for an unknown one.
    function header(uint32 setId) external view returns (SetHeader memory);

    /// @notice Newest fixed term; zero before the first.
    function latestSetId() external view returns (uint32);

    /// @notice Stake of a seated validator, or what is unbonding, in base units.
    function stakeOf(address validator) external view returns (uint128);

    /// @notice A validator's seat.
    function indexOf(address validator) external view returns (uint32 index, bool registered);

    /// @notice ERC-20 that is staked.
    function stakeToken() external view returns (address);

    /// @notice Least stake of a seat, in base units.
    function minimumStake() external view returns (uint128);

    /// @notice Role of the slashing court: {slash}, {slashBond}, {jail}.
    function COURT_ROLE() external view returns (bytes32);

    /// @notice Takes a share of a validator's stake, wherever it is: queued, waiting, seated, jailed or unbonding.
    /// @dev Rounded up. `10_000` takes all and empties the seat; the key stays banned. A validator without stake loses
    /// nothing and the call does not fail, so that one of many signers cannot block the rest. Court only.
    /// @param bps Share of the stake, basis points.
    /// @param bountyBps Share of what is slashed that goes to `reporter`; the rest goes to the sink.
    /// @return slashed Base units of the stake token.
    function slash(address validator, uint16 bps, uint16 bountyBps, address reporter) external returns (uint128 slashed);

    /// @notice Takes a share of the operator's bond, also of what is unbonding; rounded up. Court only.
    function slashBond(uint16 bps, uint16 bountyBps, address reporter) external returns (uint128 slashed);

    /// @notice Empties a validator's seat or place until its cold key calls {unjail}; takes no stake. Court only.
    /// @dev Does nothing for a validator that has no place.
    function jail(address validator) external;
}
