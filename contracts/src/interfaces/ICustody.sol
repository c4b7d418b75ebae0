// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICertificateVerifier} from "./ICertificateVerifier.sol";
import {Certificate, Line, PayoutClaim, PayoutLeaf, Summary} from "./PobsTypes.sol";

/// @title Custody of one chain: pooled funds that leave only by an epoch two thirds of the validators approved.
/// @dev Amounts are lots unless a name says otherwise. Invariants, per asset:
/// I-1 `paidOut <= authorisedOut <= deposited`; I-2 `balance + paidOut * lotSize >= deposited * lotSize`;
/// I-3 the sum of {paid} over wallets is `paidOut`; I-4 `deposited`, `authorisedOut`, {paid} and the epoch never fall.
interface ICustody {
    /// @notice What the modules of one custody are built with.
    /// @param salt Names the deployment: see {SummaryLib-saltOf}.
    /// @param maxAge Seconds after its snapshot in which an epoch may settle.
    /// @param disputeWindow Seconds a settled root waits before it pays; zero: it pays at once.
    /// @param upgradeDelay Least delay, in seconds, of the timelock that may upgrade; zero asks for none.
    /// @param arbitrum True on an Arbitrum chain.
    struct Parameters {
        ICertificateVerifier verifier;
        bytes32 salt;
        uint64 maxAge;
        uint64 disputeWindow;
        uint64 upgradeDelay;
        bool arbitrum;
    }

    enum KillReason {
        Guardian,
        Dispute,
        Fraud
    }

    struct AssetState {
        bool listed;
        uint128 lotSize;
        uint64 deposited;
        uint64 authorisedOut;
        uint64 paidOut;
    }

    struct ActiveRoot {
        uint64 epoch;
        uint64 snapshotTime;
        uint64 blockNumber;
        uint32 payoutCount;
        bytes32 payoutRoot;
    }

    /// @notice Native ETH arrived by a plain transfer or {ICustodyExits-depositEther}.
    /// @param amount Wei.
    event EtherReceived(address indexed from, uint256 amount);
    /// @notice An asset was listed, for good.
    /// @param lotSize Base units per lot.
    event AssetListed(address indexed token, uint128 lotSize);
    /// @notice These rules are in force; the ones before stay accepted.
    event RulesHashSet(bytes32 indexed rulesHash);
    /// @notice An approved epoch was accepted; with a dispute window its root is pending.
    /// @param signedWeight Weight behind the certificate.
    event Settled(
        uint64 indexed epoch, bytes32 indexed digest, bytes32 payoutRoot, uint64 blockNumber, uint256 signedWeight
    );
    /// @notice From now on this root pays.
    event RootActivated(uint64 indexed epoch, bytes32 payoutRoot);
    /// @notice A pending root was ended for good.
    /// @param kills After this one; lines must name it from now on.
    event RootKilled(uint64 indexed epoch, bytes32 indexed digest, uint32 kills, KillReason reason);
    /// @notice A freeze came inside the dispute window of this root.
    event RootDropped(uint64 indexed epoch, bytes32 indexed digest);
    /// @notice A leaf of the active root was paid, in whole or in part.
    /// @param lots Paid now. @param cumulative Lots ever paid to the wallet. @param epoch Of the active root.
    event Paid(address indexed token, address indexed wallet, uint64 lots, uint64 cumulative, uint64 epoch);
    /// @notice These lots stay claimable: the payee could not take them, or the outflow limit holds them back.
    event PayoutDeferred(address indexed token, address indexed wallet, uint64 lots, uint64 epoch);
    /// @notice Follows {Paid}: the wallet could not take it, and had signed for another address.
    event PayoutRedirected(address indexed token, address indexed wallet, address indexed to, uint64 lots);
    /// @notice An outflow limit changed; lots, and lots per second.
    event OutflowLimitSet(address indexed token, uint64 capacity, uint64 refillPerSecond);
    /// @notice The guardian paused; 1 settling, 2 paying.
    /// @param until Seconds.
    event Paused(uint256 bits, uint64 until);
    /// @notice The guardian ended a pause.
    event Unpaused();

    error Custody_ZeroAddress();
    error Custody_BadParameters();
    error Custody_WrongModule(address exits);
    error Custody_Frozen();
    error Custody_Paused(uint256 bits, uint64 until);
    error Custody_WrongCustody(uint64 chainId, address custody);
    error Custody_RootPending(uint64 epoch, uint64 activeAt);
    error Custody_NothingPending();
    error Custody_EpochNotNewer(uint64 epoch, uint64 active);
    error Custody_TooOld(uint64 snapshotTime, uint256 blockTime);
    error Custody_UnknownRules(bytes32 rulesHash);
    error Custody_WrongKills(uint32 given, uint32 kills);
    error Custody_NotAnApproval(uint8 kind);
    error Custody_NoQuorum(uint256 signedWeight, uint256 totalWeight);
    error Custody_LineNotInSummary(uint256 index);
    error Custody_ZeroPayoutRoot();
    error Custody_BlockFell(uint64 blockNumber, uint64 active);
    error Custody_BlockInFuture(uint64 blockNumber, uint256 current);
    error Custody_FigureTooLarge();
    error Custody_NotEveryAsset(uint256 given, uint256 listed);
    error Custody_TreeHashCount(uint256 given, uint256 expected);
    error Custody_AssetsNotSorted(address token);
    error Custody_NotListed(address token);
    error Custody_WrongLotSize(address token, uint128 given, uint128 lotSize);
    error Custody_LotsOutOfRange(address token);
    error Custody_SumsOutOfOrder(address token);
    error Custody_BooksUnequal(address token);
    error Custody_FiguresFell(address token);
    error Custody_ReservesShort(address token, uint256 held, uint256 needed);
    error Custody_WrongAssetRoot(address token);
    error Custody_PayoutNotInRoot(address token, address wallet, uint64 cumulative);
    error Custody_RangeNotInRoot(uint256 first, uint256 leaves);
    error Custody_NothingDue(address token, address wallet);
    error Custody_BeyondAuthorised(address token, uint64 paidOut, uint64 authorisedOut);
    error Custody_PaymentFailed(address token, address wallet);
    error Custody_OutflowExceeded(address token, uint64 lots);
    error Custody_SignatureExpired(uint256 deadline);
    error Custody_BadRecipient(address to);
    error Custody_BadSignature(address wallet);
    error Custody_NotADispute(uint8 kind);
    error Custody_NotBlocking(uint256 signedWeight, uint256 totalWeight);
    error Custody_BadOutflowLimit(uint64 capacity, uint64 refillPerSecond);
    error Custody_UpgradeTooFast(uint256 delay, uint256 needed);
    error Custody_GasTooLow(uint256 payee);
    error Custody_AlreadyListed(address token);
    error Custody_BadLotSize(uint128 lotSize);
    error Custody_TooManyAssets(uint256 max);
    error Custody_NotAContract(address token);
    error Custody_ZeroRulesHash();
    error Custody_BadPause(uint256 bits, uint64 until);
    error Custody_PauseTooLong(uint256 seconds_);
    error Custody_NotPaused();

    /// @notice Brings an approved epoch to this custody: anybody may, the certificate is the authority.
    /// @dev Inside a dispute window the root waits as pending; without one it is active at once.
    /// @param line This custody's line, at `lineIndex` of the summary's lines.
    /// @param linePath Siblings, bottom-up.
    /// @param treeHashes Bare tree hash per asset of the line; each asset root is recomputed over the line's own sums.
    /// @custom:reverts Custody_Frozen, Custody_Paused, Custody_RootPending, Custody_EpochNotNewer, Custody_TooOld,
    /// Custody_UnknownRules, Custody_WrongCustody, Custody_WrongKills, Custody_ZeroPayoutRoot, Custody_BlockFell,
    /// Custody_BlockInFuture, Custody_LineNotInSummary, Custody_NotAnApproval, Custody_NoQuorum,
    /// Custody_NotEveryAsset, Custody_TreeHashCount, Custody_AssetsNotSorted, Custody_NotListed,
    /// Custody_WrongLotSize, Custody_LotsOutOfRange, Custody_SumsOutOfOrder, Custody_FiguresFell,
    /// Custody_BooksUnequal, Custody_ReservesShort, Custody_WrongAssetRoot, Custody_FigureTooLarge; what
    /// {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §7 settle, §5 V2 and V8; paper §3.3 step 9.
    function settle(
        Summary calldata summary,
        Line calldata line,
        uint256 lineIndex,
        bytes32[] calldata linePath,
        bytes32[] calldata treeHashes,
        Certificate calldata certificate
    ) external;

    /// @notice Activates a pending root whose dispute window has passed.
    /// @custom:reverts Custody_Frozen, Custody_Paused, Custody_NothingPending, Custody_RootPending.
    /// @custom:protocol §7.
    function activate() external;

    /// @notice Pays many leaves of the active root. What is paid already is skipped; a payee that cannot be paid is
    /// deferred and blocks nobody. A leaf that is not in the root fails the batch.
    /// @param claims Leaves and paths; `cumulative` in lots.
    /// @custom:reverts Custody_Paused, Custody_PayoutNotInRoot, Custody_NotListed, Custody_GasTooLow.
    /// @custom:protocol §7 cumulative payouts; paper §3.3 step 9.
    function distribute(PayoutClaim[] calldata claims) external;

    /// @notice The same for consecutive leaves, whose proof costs next to nothing however large the tree is.
    /// @param first Index of the first leaf in the tree.
    /// @param siblings At each level, bottom-up, the missing node left of the range, then the one right of it.
    /// @custom:reverts Custody_Paused, Custody_RangeNotInRoot, Custody_NotListed, Custody_GasTooLow.
    /// @custom:protocol §7 cumulative payouts; paper §3.3 step 9.
    function distributeRange(uint32 first, PayoutLeaf[] calldata leaves, bytes32[] calldata siblings) external;

    /// @notice Pays one leaf of the active root to its wallet, whoever calls.
    /// @dev Reverts when nothing is due, the outflow limit is used up, or the payment fails.
    /// @param payout Leaf and path; `cumulative` in lots.
    /// @custom:reverts Custody_Paused, Custody_PayoutNotInRoot, Custody_NotListed, Custody_NothingDue,
    /// Custody_BeyondAuthorised, Custody_OutflowExceeded, Custody_PaymentFailed.
    /// @custom:protocol §7 cumulative payouts.
    function claim(PayoutClaim calldata payout) external;

    /// @notice Pays one leaf to another address when its wallet cannot take it, as the wallet signed; whoever calls.
    /// @dev The wallet is tried first, with the gas {distribute} gives; if it takes the amount, it has it.
    /// The signature is the wallet's, EIP-712 or ERC-1271, over `ClaimTo(address token,address wallet,uint64 cumulative,
    /// address to,uint256 deadline)` in the domain of name "PofBS Custody", version "1", this chain and this contract.
    /// @param deadline Last second in which the signature holds.
    /// @param to Neither zero, the custody nor the token.
    /// @custom:reverts Custody_SignatureExpired, Custody_BadRecipient, Custody_BadSignature, Custody_Paused,
    /// Custody_PayoutNotInRoot, Custody_NotListed, Custody_NothingDue, Custody_BeyondAuthorised,
    /// Custody_OutflowExceeded, Custody_GasTooLow, Custody_PaymentFailed.
    /// @custom:protocol §7 deferred amounts.
    function claimTo(PayoutClaim calldata payout, address to, uint256 deadline, bytes calldata signature) external;

    /// @notice Guardian: kills the pending root. It pays nothing ever, and what was sealed before settles no more.
    /// @custom:reverts Custody_NothingPending; callers without the role.
    /// @custom:protocol §6, §7.
    function kill() external;

    /// @notice Kills the pending root by DISPUTE votes of more than a third of its set, whoever calls (PROTOCOL §6).
    /// @custom:reverts Custody_NothingPending, Custody_NotADispute, Custody_NotBlocking; what
    /// {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §6 DISPUTE.
    function killPending(Certificate calldata dispute) external;

    /// @notice Guardian: stops settling (bit 0) or paying (bit 1) until a time; at most 72 hours in any 30 days.
    /// @param bits 1 settling, 2 paying, 3 both.
    /// @param until Seconds.
    /// @custom:reverts Custody_BadPause, Custody_PauseTooLong; callers without the role.
    /// @custom:protocol §7 guardian.
    function pause(uint256 bits, uint64 until) external;

    /// @notice Guardian: ends a pause and gets the rest of it back.
    /// @custom:reverts Custody_NotPaused; callers without the role.
    /// @custom:protocol §7 guardian.
    function unpause() external;

    /// @notice Admin: lists an asset for good. `lotSize` is base units per lot; native ETH is token zero.
    /// @dev Only tokens that neither rebase nor take a fee on transfer.
    /// @custom:reverts Custody_Frozen, Custody_BadLotSize, Custody_AlreadyListed, Custody_TooManyAssets,
    /// Custody_NotAContract; callers without the role.
    /// @custom:protocol §2.
    function listAsset(address token, uint128 lotSize) external;

    /// @notice Admin: limits how fast an asset is paid out; escapes are not payments. What exceeds the limit waits.
    /// @param capacity Lots that may leave at once; zero ends the limit.
    /// @param refillPerSecond Lots; an empty bucket is full again within a day.
    /// @custom:reverts Custody_Frozen, Custody_NotListed, Custody_BadOutflowLimit; callers without the role.
    /// @custom:protocol §7 outflow limit.
    function setOutflowLimit(address token, uint64 capacity, uint64 refillPerSecond) external;

    /// @notice Admin: makes a rules hash current; the one before stays accepted, older ones do not.
    /// @custom:reverts Custody_Frozen, Custody_ZeroRulesHash; callers without the role.
    /// @custom:protocol §4 rulesHash.
    function setRulesHash(bytes32 rulesHash) external;

    /// @notice The outflow limit and what it lets out now, lots; without a limit `available` is the greatest uint64.
    function outflow(address token) external view returns (uint64 capacity, uint64 refillPerSecond, uint64 available);

    /// @notice Figures of an asset in lots, cumulative; zeros for one that is not listed.
    function asset(address token) external view returns (AssetState memory);

    /// @notice Listed tokens in the order of listing.
    function tokens() external view returns (address[] memory);

    /// @notice Lots ever paid to a wallet.
    function paid(address token, address wallet) external view returns (uint64 lots);

    /// @notice The root that pays now; a pending one is not it until activated.
    function activeRoot() external view returns (ActiveRoot memory);

    /// @notice The root inside or past its dispute window; zeros when there is none.
    function pendingRoot() external view returns (ActiveRoot memory root, uint64 activeAt);

    /// @notice EIP-712 digest of the summary whose root pays now; zero before the first.
    function activeDigest() external view returns (bytes32);

    /// @notice EIP-712 digest of the summary whose root is pending; zero when there is none.
    function pendingDigest() external view returns (bytes32);

    /// @notice How many roots were killed here; lines name it, so what was sealed before a kill cannot settle.
    function kills() external view returns (uint32);
    /// @notice True for the rules in force and the ones before them.
    function rulesHashKnown(bytes32 rulesHash) external view returns (bool);
}
