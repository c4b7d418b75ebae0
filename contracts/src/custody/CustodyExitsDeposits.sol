// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ChainClock} from "../arbitrum/ChainClock.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {ICustodyExits} from "../interfaces/ICustodyExits.sol";
import {IForwarder, IForwarderFactory} from "../interfaces/IForwarder.sol";
import {CustodyExitsBase} from "./CustodyExitsBase.sol";
import {EscapeLib} from "./EscapeLib.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title Deposits that leave a record, and their way back while frozen.
/// @dev A record is a checkpoint of a wallet's own running sum: nobody can move, replace or delay another's.
abstract contract CustodyExitsDeposits is CustodyExitsBase {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Where forwarders come from; never changed by an upgrade, or their addresses would move.
    IForwarderFactory public immutable FORWARDERS;

    constructor(IForwarderFactory forwarders) {
        if (address(forwarders) == address(0)) revert CustodyExits_ZeroAddress();
        FORWARDERS = forwarders;
    }

    /// @inheritdoc ICustodyExits
    function deposit(address token, uint256 amount) external nonReentrant whileLive {
        _pull(token, amount);
    }

    /// @inheritdoc ICustodyExits
    function depositWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        whileLive
    {
        _requireListed(token);
        // Somebody may have used the permit before us: then the allowance stands, which is all that matters.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _pull(token, amount);
    }

    /// @inheritdoc ICustodyExits
    function depositEther() external payable nonReentrant whileLive {
        _requireListed(address(0));
        // As a plain push would: whoever counts pushes need not know this function.
        emit ICustody.EtherReceived(msg.sender, msg.value);
        _record(address(0), msg.sender, msg.sender, msg.value);
    }

    /// @inheritdoc ICustodyExits
    function sweep(address token, address wallet) external nonReentrant returns (uint256 amount) {
        _requireListed(token);
        if (wallet == address(0) || wallet == address(this) || EscapeLib.isSystemWallet(wallet)) {
            revert CustodyExits_ReservedWallet(wallet);
        }
        address forwarder = FORWARDERS.deploy(address(this), wallet);
        uint256 held = token == address(0) ? forwarder.balance : IERC20(token).balanceOf(forwarder);
        uint256 before = PaymentLib.balance(token);
        IForwarder(forwarder).flush(token);
        amount = Math.min(PaymentLib.balance(token) - before, held);
        _record(token, wallet, forwarder, amount);
    }

    /// @inheritdoc ICustodyExits
    function reclaim(address token, address wallet, address to) external nonReentrant whileFrozen {
        ExitsStorage storage $ = _exitsStorage();
        Account storage account = $.accounts[token][wallet];
        // Check
        _checkPayee(wallet, to);
        uint256 amount = _uncovered(account.records) - account.reclaimed;
        if (amount == 0) revert CustodyExits_NothingDue(token, wallet);
        // Effect
        account.reclaimed += amount;
        $.exits[token].reclaimedOut += amount;
        emit DepositReclaimed(token, wallet, to, amount);
        // Interaction
        _send(token, to, amount);
    }

    /// @inheritdoc ICustodyExits
    function recorded(address token, address wallet) external view returns (uint256) {
        return _exitsStorage().accounts[token][wallet].records.latest();
    }

    /// @inheritdoc ICustodyExits
    function reclaimable(address token, address wallet) external view returns (uint256) {
        Account storage account = _exitsStorage().accounts[token][wallet];
        // Only a frozen custody has reclaimed anything, and there the covered block stands still.
        return _uncovered(account.records) - account.reclaimed;
    }

    /// @inheritdoc ICustodyExits
    function forwarderOf(address wallet) external view returns (address) {
        return FORWARDERS.addressOf(address(this), wallet);
    }

    /// @dev Records what arrived, never more than was asked for: a token that calls out while it moves could let
    /// another push slip into the difference.
    function _pull(address token, uint256 amount) private {
        if (token == address(0)) revert CustodyExits_NotAToken();
        _requireListed(token);
        uint256 before = PaymentLib.balance(token);
        SafeERC20.safeTransferFrom(IERC20(token), msg.sender, address(this), amount);
        _record(token, msg.sender, msg.sender, Math.min(PaymentLib.balance(token) - before, amount));
    }

    function _record(address token, address wallet, address from, uint256 amount) private {
        if (amount == 0) revert CustodyExits_ZeroDeposit(token);
        ExitsStorage storage $ = _exitsStorage();
        uint48 blockNumber = SafeCast.toUint48(ChainClock.blockNumber(ARBITRUM));
        uint256 cumulative = _push($.accounts[token][wallet].records, blockNumber, amount);
        _push($.exits[token].records, blockNumber, amount);
        emit DepositRecorded(token, wallet, from, amount, cumulative, blockNumber);
    }

    function _push(Checkpoints.Trace208 storage records, uint48 blockNumber, uint256 amount)
        private
        returns (uint256 cumulative)
    {
        cumulative = records.latest() + amount;
        records.push(blockNumber, SafeCast.toUint208(cumulative));
    }
}
