// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IReserveBridge} from "../interfaces/IReserveBridge.sol";

/// @title What both ends of the treasury share.
/// @dev No proxy: the admin can release everything and deploy another pair.
abstract contract ReserveBridge is IReserveBridge, AccessControl, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice May move funds between the two ends and into the custody; compromise costs time, not funds.
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");

    /// @notice The custody of this chain.
    address public immutable CUSTODY;

    /// @notice The treasury's end on the other chain.
    address public peer;

    /// @param admin A timelock: it names the operator and the peer, and may release funds.
    constructor(address admin, address operator, address custody) {
        if (admin == address(0) || operator == address(0) || custody == address(0)) {
            revert ReserveBridge_ZeroAddress();
        }
        CUSTODY = custody;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(OPERATOR_ROLE, operator);
    }

    /// @dev Withdrawals from the custody and ETH from the bridge arrive here.
    receive() external payable {}

    /// @inheritdoc IReserveBridge
    function setPeer(address given) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (given == address(0)) revert ReserveBridge_ZeroAddress();
        if (peer != address(0)) revert ReserveBridge_PeerSet(peer);
        peer = given;
        emit PeerSet(given);
    }

    /// @inheritdoc IReserveBridge
    function deposit(address token, uint256 amount) external nonReentrant onlyRole(OPERATOR_ROLE) {
        emit ReserveDeposited(token, amount);
        _pay(token, CUSTODY, amount);
    }

    /// @inheritdoc IReserveBridge
    function release(address token, address to, uint256 amount) external nonReentrant onlyRole(DEFAULT_ADMIN_ROLE) {
        if (to == address(0)) revert ReserveBridge_ZeroAddress();
        emit ReserveReleased(token, to, amount);
        _pay(token, to, amount);
    }

    function _peer() internal view returns (address there) {
        there = peer;
        if (there == address(0)) revert ReserveBridge_NoPeer();
    }

    function _pay(address token, address to, uint256 amount) private {
        if (token != address(0)) {
            IERC20(token).safeTransfer(to, amount);
            return;
        }
        (bool ok,) = to.call{value: amount}("");
        if (!ok) revert ReserveBridge_TransferFailed(to, amount);
    }
}
