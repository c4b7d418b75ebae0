// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The treasury's end on one chain of an L1-L2 pair: moves reserves between its own two ends and custodies.
/// @dev To a custody it is an ordinary wallet (PROTOCOL §2): what it pushes is a deposit in its name, and it withdraws
/// as everybody does. The operator's role can move funds to the other end and to the listed custody, nowhere else.
interface IReserveBridge {
    /// @notice Funds set out for the other end. `ticket` is the inbox's or outbox's number; zero where the gateway keeps it.
    event ReserveSent(address indexed token, uint256 amount, bytes receipt);
    /// @notice Funds pushed into this chain's custody.
    event ReserveDeposited(address indexed token, uint256 amount);
    /// @notice Funds taken out by the admin.
    event ReserveReleased(address indexed token, address indexed to, uint256 amount);
    /// @notice The other end was named.
    event PeerSet(address indexed peer);

    error ReserveBridge_ZeroAddress();
    error ReserveBridge_PeerSet(address peer);
    error ReserveBridge_NoPeer();
    error ReserveBridge_WrongValue(uint256 given, uint256 needed);
    error ReserveBridge_TransferFailed(address to, uint256 amount);

    /// @notice Names the other end, once; admin only.
    /// @custom:reverts ReserveBridge_ZeroAddress, ReserveBridge_PeerSet; callers without the role.
    /// @custom:protocol §2 treasury.
    function setPeer(address peer) external;

    /// @notice Pushes funds into this chain's custody; operator only.
    /// @param token Zero for ETH.
    /// @param amount Base units.
    /// @custom:reverts ReserveBridge_TransferFailed; callers without the role.
    /// @custom:protocol §2 treasury.
    function deposit(address token, uint256 amount) external;

    /// @notice Pays funds to anybody; admin (a timelock) only.
    /// @param token Zero for ETH.
    /// @param amount Base units.
    /// @custom:reverts ReserveBridge_ZeroAddress, ReserveBridge_TransferFailed; callers without the role.
    /// @custom:protocol §2 treasury.
    function release(address token, address to, uint256 amount) external;
}
