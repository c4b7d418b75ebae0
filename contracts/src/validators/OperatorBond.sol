// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BondView, IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {RegistryBase} from "./RegistryBase.sol";

/// @title The operator's bond and the key that posts epochs on L2.
/// @dev The bond is in the stake token. What unbonds stays within reach of the court as long as a validator's stake.
abstract contract OperatorBond is RegistryBase {
    using SafeERC20 for IERC20;

    /// @dev `EpochManager.acceptPoster(address poster, uint64 nonce)`.
    bytes4 private constant ACCEPT_POSTER = bytes4(keccak256("acceptPoster(address,uint64)"));

    function setOperator(address operator, address l2EpochManager) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (operator == address(0) || l2EpochManager == address(0)) {
            revert IValidatorRegistry.ValidatorRegistry_ZeroAddress();
        }
        RegistryStorage storage $ = _registry();
        Bond storage b = $.bond;
        if (b.amount != 0 || b.leaving != 0) {
            revert IValidatorRegistry.ValidatorRegistry_BondNotEmpty(b.amount + b.leaving);
        }
        (b.operator, $.l2EpochManager) = (operator, l2EpochManager);
        emit IValidatorRegistry.OperatorSet(operator, l2EpochManager);
    }

    function depositBond(uint128 amount) external nonReentrant {
        Bond storage b = _registry().bond;
        if (b.operator == address(0)) revert IValidatorRegistry.ValidatorRegistry_NotOperator(msg.sender);
        b.amount += amount;
        emit IValidatorRegistry.BondDeposited(b.operator, amount, b.amount);
        _pull(amount);
    }

    function requestBondExit(uint128 amount) external {
        Bond storage b = _onlyOperator();
        if (amount == 0 || amount > b.amount) {
            revert IValidatorRegistry.ValidatorRegistry_BondTooSmall(b.amount, amount);
        }
        uint64 until = uint64(block.timestamp) + UNBONDING_SECONDS;
        b.amount -= amount;
        // One date for all that leaves: a second request moves the first one's.
        b.leaving += amount;
        b.leavingAt = uint40(until);
        emit IValidatorRegistry.BondLeaving(msg.sender, amount, until);
        _dropPoster(b);
    }

    function withdrawBond() external nonReentrant {
        Bond storage b = _onlyOperator();
        uint128 amount = b.leaving;
        if (amount == 0) revert IValidatorRegistry.ValidatorRegistry_NothingUnbonding(msg.sender);
        if (block.timestamp < b.leavingAt) {
            revert IValidatorRegistry.ValidatorRegistry_BondLeaving(b.leavingAt);
        }
        b.leaving = 0;
        emit IValidatorRegistry.BondWithdrawn(msg.sender, amount);
        STAKE_TOKEN.safeTransfer(msg.sender, amount);
    }

    function setPoster(address poster) external {
        Bond storage b = _onlyOperator();
        if (b.amount < MINIMUM_BOND) {
            revert IValidatorRegistry.ValidatorRegistry_BondTooSmall(b.amount, MINIMUM_BOND);
        }
        _setPoster(b, poster);
    }

    function slashBond(uint16 bps, uint16 bountyBps, address reporter)
        external
        nonReentrant
        onlyRole(COURT_ROLE)
        returns (uint128 slashed)
    {
        Bond storage b = _registry().bond;
        uint128 whole = b.amount + b.leaving;
        slashed = _share(whole, bps);
        if (slashed == 0) return 0;
        // What wants to leave pays first.
        uint128 fromLeaving = slashed < b.leaving ? slashed : b.leaving;
        b.leaving -= fromLeaving;
        b.amount -= slashed - fromLeaving;
        _dropPoster(b);
        uint128 bounty = _dispose(slashed, bountyBps, reporter);
        emit IValidatorRegistry.BondSlashed(slashed, bounty, reporter);
    }

    function sendPoster(uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        nonReentrant
        returns (uint256 ticket)
    {
        RegistryStorage storage $ = _registry();
        if (address($.inbox) == address(0) || $.l2EpochManager == address(0)) {
            revert IValidatorRegistry.ValidatorRegistry_BridgeNotSet();
        }
        (address poster, uint64 nonce) = ($.bond.poster, $.bond.nonce);
        bytes memory message = abi.encodeWithSelector(ACCEPT_POSTER, poster, nonce);
        ticket = $.inbox.createRetryableTicket{value: msg.value}(
            $.l2EpochManager, 0, maxSubmissionCost, msg.sender, msg.sender, gasLimit, maxFeePerGas, message
        );
        emit IValidatorRegistry.PosterSent(poster, nonce, ticket);
    }

    function bond() external view returns (BondView memory) {
        Bond storage b = _registry().bond;
        return BondView(b.operator, b.poster, b.nonce, b.amount, b.leaving, b.leavingAt);
    }

    /// @dev Without the minimum bond nobody posts; anybody may tell L2.
    function _dropPoster(Bond storage b) private {
        if (b.amount < MINIMUM_BOND && b.poster != address(0)) _setPoster(b, address(0));
    }

    function _setPoster(Bond storage b, address poster) private {
        b.poster = poster;
        uint64 nonce = ++b.nonce;
        emit IValidatorRegistry.PosterSet(poster, nonce);
    }

    function _onlyOperator() private view returns (Bond storage b) {
        b = _registry().bond;
        if (msg.sender != b.operator) revert IValidatorRegistry.ValidatorRegistry_NotOperator(msg.sender);
    }
}
