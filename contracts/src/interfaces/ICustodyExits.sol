// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GpmpLib} from "../libraries/GpmpLib.sol";
import {Certificate, Line, PayoutClaim, Summary} from "./PobsTypes.sol";

/// @notice One row of the active epoch, opened by whoever knows its wallet and blinding (PROTOCOL §4).
/// @param lineIndex Position of this custody's line under `summary.linesRoot`; `linePath` its siblings, bottom-up.
/// @param assetIndex Position of the custody asset in the line.
/// @param blinding Makes the row's id together with `wallet`.
/// @param total Lots, as are `withdrawable` and `withdrawal`.
/// @param index Position of the row in its file.
/// @param siblings Bottom-up, one per level of the asset's tree.
struct LeafProof {
    Summary summary;
    Line line;
    uint256 lineIndex;
    bytes32[] linePath;
    uint16 assetIndex;
    address wallet;
    bytes32 blinding;
    uint64 total;
    uint64 withdrawable;
    uint64 withdrawal;
    uint256 index;
    GpmpLib.Node[] siblings;
}

/// @title The doors of a custody that need nobody's approval: recorded deposits, forced withdrawals, freeze, escape,
/// recovery (paper §3.3, PROTOCOL §§2, 7).
/// @dev Reached through the custody's own address. Everything about rows is proven against the active epoch alone.
/// Lots unless a name says base units.
interface ICustodyExits {
    /// @notice Why a custody froze.
    enum FreezeReason {
        Silence,
        Unserved,
        Fraud
    }

    /// @notice A wallet's newest forced withdrawal of one token.
    /// @param lots What the active epoch proved as due when it was made.
    /// @param baseline What the wallet had been paid or authorised by then, cumulative.
    /// @param blockNumber Block of the request; lines of earlier blocks cannot answer it.
    /// @param exit The wallet's positions are to be closed first.
    /// @param answered A served one is spent.
    struct ForcedRequest {
        uint64 lots;
        uint64 baseline;
        uint48 blockNumber;
        uint40 requestedAt;
        bool exit;
        bool answered;
    }

    /// @notice Base units of one token that somebody is owed while frozen.
    /// @param authorised Payouts of the active epoch not yet paid.
    /// @param recorded Recorded deposits the active epoch does not cover, not yet reclaimed.
    /// @param escapable Rows of the active epoch not yet escaped.
    struct Owed {
        uint256 authorised;
        uint256 recorded;
        uint256 escapable;
    }

    /// @notice A deposit with its own record. Off-chain it moves `amount` from the account of `from` (whose transfer
    /// brought it, and is counted like any other) to that of `wallet`; so nothing is counted twice.
    /// @param amount Base units received.
    /// @param cumulative Base units ever recorded for this wallet and token.
    /// @param blockNumber As the lines count blocks.
    event DepositRecorded(
        address indexed token,
        address indexed wallet,
        address indexed from,
        uint256 amount,
        uint256 cumulative,
        uint64 blockNumber
    );
    /// @notice A wallet asked for what the active epoch proves as due.
    /// @param lots Due and not yet in withdrawal.
    event WithdrawalForced(
        address indexed token, address indexed wallet, uint64 lots, uint64 baseline, bool exit, uint64 epoch
    );
    /// @notice Somebody showed the answer to a request.
    event RequestServed(address indexed token, address indexed wallet, uint64 epoch);
    /// @notice Nobody answered a request in time: {Frozen} for {FreezeReason-Unserved} follows.
    /// @param lots What the request asked for.
    event RequestUnserved(address indexed token, address indexed wallet, uint64 lots);
    /// @notice The last 24 hours run.
    /// @param freezeFrom Seconds.
    event FreezeAnnounced(uint64 indexed epoch, uint64 freezeFrom);
    /// @notice The custody is frozen, for ever.
    /// @param epoch The active epoch, final for this custody.
    event Frozen(uint64 indexed epoch, uint64 blockNumber, FreezeReason reason);
    /// @notice Proven fraud reached this custody.
    event FraudReported(uint64 indexed epoch, bytes32 indexed digest, address reporter);
    /// @notice A row was paid out while frozen.
    /// @param left Lots of the row still due, because the custody holds no more for it now.
    event Escaped(address indexed token, address indexed wallet, address to, uint64 lots, uint64 left);
    /// @notice Lots of a system row were opened to {recover}.
    event SystemRowReleased(address indexed token, address indexed wallet, uint64 lots);
    /// @notice A recorded deposit went back.
    /// @param amount Base units.
    event DepositReclaimed(address indexed token, address indexed wallet, address to, uint256 amount);
    /// @notice A set in term certified who gets what nobody else is owed.
    event RecoveryRootSet(bytes32 indexed payoutRoot, uint32 payoutCount, uint32 setId, uint256 signedWeight);
    /// @notice A leaf of the recovery root was paid.
    /// @param cumulative Lots ever recovered by the wallet.
    event Recovered(address indexed token, address indexed wallet, uint64 lots, uint64 cumulative);

    error CustodyExits_ZeroAddress();
    error CustodyExits_ZeroDeposit(address token);
    /// @notice Ether comes with {depositEther}.
    error CustodyExits_NotAToken();
    /// @notice No deposit may be recorded for the zero address, a system row or the custody.
    error CustodyExits_ReservedWallet(address wallet);
    error CustodyExits_NotFrozen();
    error CustodyExits_NotActive(bytes32 digest);
    error CustodyExits_WrongCustody(uint64 chainId, address custody);
    error CustodyExits_LineNotInSummary(uint256 index);
    error CustodyExits_NoSuchAsset(uint256 assetIndex);
    error CustodyExits_RowNotInTree(address token, address wallet);
    error CustodyExits_NotWallet(address caller, address wallet);
    error CustodyExits_PayoutNotInRoot(address token, address wallet, uint64 cumulative);
    error CustodyExits_NothingToForce(address token, address wallet);
    error CustodyExits_RequestOpen(address token, address wallet);
    error CustodyExits_NoOpenRequest(address token, address wallet);
    error CustodyExits_NotServed(address token, address wallet);
    error CustodyExits_TooEarly(uint256 allowedFrom);
    error CustodyExits_AlreadyAnnounced(uint64 freezeFrom);
    error CustodyExits_NotAnnounced();
    /// @notice A root is there that a freeze for silence has to respect; a due one only waits for `activate`.
    error CustodyExits_RootSince(uint64 epoch);
    error CustodyExits_FraudElsewhere(uint64 epoch, bytes32 digest);
    error CustodyExits_SystemRow(address wallet);
    error CustodyExits_NotSystemRow(address wallet);
    error CustodyExits_NothingDue(address token, address wallet);
    /// @notice Nothing is there now that is not owed to somebody before this.
    error CustodyExits_ReservesShort(address token, uint256 available);
    error CustodyExits_PaymentFailed(address token, address to);
    error CustodyExits_RecoverySet();
    error CustodyExits_SetNotLive(uint32 setId);
    error CustodyExits_NoQuorum(uint256 signedWeight, uint256 totalWeight);
    error CustodyExits_NoPayouts();

    /// @notice Pulls an approved amount and records what arrived. A plain transfer costs less; a record can be
    /// reclaimed should the custody freeze before an epoch covers it.
    /// @param amount Base units.
    /// @custom:reverts CustodyExits_NotAToken, CustodyExits_ZeroDeposit, Custody_Frozen, Custody_NotListed; what the
    /// token refuses.
    /// @custom:protocol §2 deposits; paper §3.3 Fig. 4.
    function deposit(address token, uint256 amount) external;

    /// @notice {deposit} with an EIP-2612 permit; one that was used already by somebody else does no harm.
    /// @param amount Base units.
    /// @param deadline Of the permit, seconds.
    /// @custom:reverts CustodyExits_NotAToken, CustodyExits_ZeroDeposit, Custody_Frozen, Custody_NotListed; what the
    /// token refuses.
    /// @custom:protocol §2 deposits.
    function depositWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice {deposit} of native ETH.
    /// @custom:reverts Custody_Frozen, Custody_NotListed, CustodyExits_ZeroDeposit.
    /// @custom:protocol §2 deposits.
    function depositEther() external payable;

    /// @notice Empties a wallet's forwarder into this custody and records it for the wallet; anybody may, also while
    /// frozen. Deploys the forwarder if it is not there yet.
    /// @return amount Base units recorded.
    /// @custom:reverts Custody_NotListed, CustodyExits_ReservedWallet, CustodyExits_ZeroDeposit,
    /// Forwarder_SendFailed.
    /// @custom:protocol §2 forwarders.
    function sweep(address token, address wallet) external returns (uint256 amount);

    /// @notice The row's wallet alone: asks for everything withdrawable. Unserved for seven days, anybody
    /// may freeze the custody.
    /// @param authorised The wallet's payout leaf of the active root when one is still unpaid, else all zero: what was
    /// authorised before cannot count as the answer. Leaving it out harms the wallet alone.
    /// @custom:reverts Custody_Frozen, CustodyExits_NotWallet, CustodyExits_NotActive, CustodyExits_WrongCustody,
    /// CustodyExits_LineNotInSummary, CustodyExits_NoSuchAsset, CustodyExits_RowNotInTree,
    /// CustodyExits_NothingToForce, CustodyExits_RequestOpen, CustodyExits_PayoutNotInRoot.
    /// @custom:protocol §7 forced withdrawal, §5 V10.
    function forceWithdraw(LeafProof calldata proof, PayoutClaim calldata authorised) external;

    /// @notice {forceWithdraw} of the whole row: positions are closed at the next mark.
    /// @custom:reverts Custody_Frozen, CustodyExits_NotWallet, CustodyExits_NotActive, CustodyExits_WrongCustody,
    /// CustodyExits_LineNotInSummary, CustodyExits_NoSuchAsset, CustodyExits_RowNotInTree,
    /// CustodyExits_NothingToForce, CustodyExits_RequestOpen, CustodyExits_PayoutNotInRoot.
    /// @custom:protocol §7 forced withdrawal, §5 V10.
    function forceExit(LeafProof calldata proof, PayoutClaim calldata authorised) external;

    /// @notice Closes a request because the wallet's cumulative in the active root exceeds the baseline.
    /// @custom:reverts CustodyExits_NoOpenRequest, CustodyExits_PayoutNotInRoot, CustodyExits_NotServed.
    /// @custom:protocol §7 forced withdrawal.
    function markServed(PayoutClaim calldata payout) external;

    /// @notice Closes a request because the active epoch, of a block not before it, holds the wallet's row with
    /// everything withdrawable in withdrawal (V10), be it zero; an exit is not answered by zero while the row owes.
    /// @custom:reverts CustodyExits_NotActive, CustodyExits_WrongCustody, CustodyExits_LineNotInSummary,
    /// CustodyExits_NoSuchAsset, CustodyExits_RowNotInTree, CustodyExits_NoOpenRequest, CustodyExits_NotServed.
    /// @custom:protocol §7 forced withdrawal, §5 V10.
    function markServedByRow(LeafProof calldata proof) external;

    /// @notice Freezes for a request that is open for seven days.
    /// @custom:reverts Custody_Frozen, CustodyExits_NoOpenRequest, CustodyExits_TooEarly.
    /// @custom:protocol §7 forced withdrawal.
    function freezeUnserved(address token, address wallet) external;

    /// @notice Starts the last 24 hours: the active snapshot is seven days old. Pauses do not stop this clock.
    /// @custom:reverts Custody_Frozen, CustodyExits_TooEarly, CustodyExits_AlreadyAnnounced.
    /// @custom:protocol §7 escape.
    function announceFreeze() external;

    /// @notice Freezes 24 hours after the announcement, unless a root was activated since.
    /// @custom:reverts Custody_Frozen, CustodyExits_NotAnnounced, CustodyExits_RootSince, CustodyExits_TooEarly.
    /// @custom:protocol §7 escape.
    function freeze() external;

    /// @notice Proven fraud kills the pending root, or freezes the custody whose active line it is.
    /// @param evidence See {IFraudProofs}.
    /// @custom:reverts Custody_Frozen, CustodyExits_FraudElsewhere; what {IFraudVerifier-check} refuses.
    /// @custom:protocol §7, §8 fraud.
    function reportFraud(bytes calldata evidence) external;

    /// @notice Frozen: pays `total - withdrawal` of a row, once per row. A payment that fails takes nothing; one that
    /// the reserves cannot meet pays what they can and leaves the rest due.
    /// @param to The row's wallet, whoever calls; another address only if that wallet itself calls (for one that its
    /// token or its own code keeps from being paid).
    /// @custom:reverts CustodyExits_NotFrozen, CustodyExits_SystemRow, CustodyExits_NotWallet,
    /// CustodyExits_ZeroAddress, CustodyExits_NotActive, CustodyExits_WrongCustody, CustodyExits_LineNotInSummary,
    /// CustodyExits_NoSuchAsset, CustodyExits_RowNotInTree, CustodyExits_NothingDue, CustodyExits_ReservesShort,
    /// CustodyExits_PaymentFailed.
    /// @custom:protocol §7 escape.
    function escape(LeafProof calldata proof, address to) external;

    /// @notice Frozen: opens a system row, whose claims nobody can escape with, to {recover}.
    /// @custom:reverts CustodyExits_NotFrozen, CustodyExits_NotSystemRow, CustodyExits_NotActive,
    /// CustodyExits_WrongCustody, CustodyExits_LineNotInSummary, CustodyExits_NoSuchAsset, CustodyExits_RowNotInTree,
    /// CustodyExits_NothingDue, CustodyExits_ReservesShort.
    /// @custom:protocol §2 system rows, §7 recovery.
    function releaseSystemRow(LeafProof calldata proof) external;

    /// @notice Frozen: pays a wallet's recorded deposits of blocks after the active line's.
    /// @param to As in {escape}.
    /// @custom:reverts CustodyExits_NotFrozen, CustodyExits_NotWallet, CustodyExits_ZeroAddress,
    /// CustodyExits_NothingDue, CustodyExits_PaymentFailed.
    /// @custom:protocol §2 recorded deposits, §7.
    function reclaim(address token, address wallet, address to) external;

    /// @notice Frozen, once: two thirds of a set in term now certify who gets what nobody else is owed, above all
    /// plain transfers after the active epoch's block.
    /// @param payoutCount Leaves under the root.
    /// @custom:reverts CustodyExits_NotFrozen, CustodyExits_RecoverySet, CustodyExits_NoPayouts,
    /// CustodyExits_SetNotLive, CustodyExits_NoQuorum; what {ICertificateVerifier-messageWeight} refuses.
    /// @custom:protocol §7 recovery.
    function setRecoveryRoot(bytes32 payoutRoot, uint32 payoutCount, Certificate calldata certificate) external;

    /// @notice Pays a leaf of the recovery root to its wallet, never out of what somebody else is owed; what is not
    /// there yet stays due.
    /// @param payout Leaf and path; `cumulative` in lots.
    /// @custom:reverts CustodyExits_NotFrozen, CustodyExits_PayoutNotInRoot, CustodyExits_NothingDue,
    /// CustodyExits_ReservesShort, CustodyExits_PaymentFailed, Custody_NotListed.
    /// @custom:protocol §7 recovery.
    function recover(PayoutClaim calldata payout) external;

    /// @notice True once the custody is frozen; that never ends.
    function frozen() external view returns (bool);

    /// @notice The newest forced request, and whether it still waits for its answer.
    function forcedRequest(address token, address wallet) external view returns (ForcedRequest memory, bool open);

    /// @notice When the announced freeze may happen; zero when none is announced for the active epoch.
    function freezeFrom() external view returns (uint64);

    /// @notice Base units ever recorded for a wallet.
    function recorded(address token, address wallet) external view returns (uint256);

    /// @notice Base units recorded for a wallet that the active epoch does not cover and nobody has reclaimed.
    function reclaimable(address token, address wallet) external view returns (uint256);

    /// @notice Lots escaped from a row, by its id.
    function escaped(address token, bytes24 id) external view returns (uint64);

    /// @notice Lots of all rows escaped or released.
    function escapedOut(address token) external view returns (uint64);

    /// @notice What the active epoch and the records leave owed, in base units.
    function owed(address token) external view returns (Owed memory);

    /// @notice The recovery root; zero when there is none.
    function recoveryRoot() external view returns (bytes32 payoutRoot, uint32 payoutCount);

    /// @notice Lots paid to a wallet by the recovery root.
    function recovered(address token, address wallet) external view returns (uint64);

    /// @notice Where exchanges may send a wallet's deposits.
    function forwarderOf(address wallet) external view returns (address);
}
