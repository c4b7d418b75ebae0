// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Emulation of ArbRetryableTx (0x6e).
/// @dev The relay (SYSTEM) creates tickets and records the result of a redeem; the rest is the public interface.
contract ArbRetryableTxEmu {
    struct Ticket {
        address from;
        uint64 timeout;
        uint32 tries;
        address to;
        address beneficiary;
        uint256 value;
        bytes data;
    }

    event TicketCreated(bytes32 indexed ticketId);
    event LifetimeExtended(bytes32 indexed ticketId, uint256 newTimeout);
    event RedeemScheduled(
        bytes32 indexed ticketId,
        bytes32 indexed retryTxHash,
        uint64 indexed sequenceNum,
        uint64 donatedGas,
        address gasDonor,
        uint256 maxRefund,
        uint256 submissionFeeRefund
    );
    event Canceled(bytes32 indexed ticketId);

    error NoTicketWithID();
    error NotCallable();
    error Emulator_NotSystem(address caller);

    address private constant SYSTEM = 0x00000000000000000000000000000000000A4B05;
    uint256 private constant LIFETIME = 7 days;

    mapping(bytes32 => Ticket) private tickets;

    modifier onlySystem() {
        if (msg.sender != SYSTEM) revert Emulator_NotSystem(msg.sender);
        _;
    }

    /// @notice Emits the events of a new ticket. A ticket redeemed at once never enters storage.
    function emuAnnounce(
        bytes32 ticketId,
        bytes32 autoRetryHash,
        uint64 gas,
        address gasDonor,
        uint256 maxRefund,
        uint256 submissionFee
    ) external onlySystem {
        emit TicketCreated(ticketId);
        if (autoRetryHash != 0) {
            emit RedeemScheduled(ticketId, autoRetryHash, 0, gas, gasDonor, maxRefund, submissionFee);
        }
    }

    /// @notice Keeps a ticket that was not redeemed at once, or whose automatic redeem failed.
    function emuStore(
        bytes32 ticketId,
        address from,
        address to,
        address beneficiary,
        uint256 value,
        uint64 created,
        uint32 tries,
        bytes calldata data
    ) external onlySystem {
        tickets[ticketId] = Ticket(from, uint64(created + LIFETIME), tries, to, beneficiary, value, data);
    }

    function emuDelete(bytes32 ticketId) external onlySystem {
        delete tickets[ticketId];
    }

    function emuTicket(bytes32 ticketId) external view returns (Ticket memory) {
        return _get(ticketId);
    }

    /// @dev The returned hash is not the one Nitro would compute; the RPC shim maps it to the redeem transaction.
    function redeem(bytes32 ticketId) external returns (bytes32 retryTxHash) {
        Ticket storage ticket = _get(ticketId);
        uint64 sequence = ticket.tries++;
        retryTxHash = keccak256(abi.encode("emu-retry", ticketId, sequence));
        emit RedeemScheduled(
            ticketId, retryTxHash, sequence, uint64(gasleft()), msg.sender, type(uint256).max, 0
        );
    }

    function keepalive(bytes32 ticketId) external returns (uint256) {
        Ticket storage ticket = _get(ticketId);
        require(ticket.timeout <= block.timestamp + LIFETIME, "timeout too far into the future");
        ticket.timeout += uint64(LIFETIME);
        emit LifetimeExtended(ticketId, ticket.timeout);
        return ticket.timeout;
    }

    /// @dev The relay pays the escrowed call value to the beneficiary when it sees `Canceled`.
    function cancel(bytes32 ticketId) external {
        Ticket storage ticket = _get(ticketId);
        require(msg.sender == ticket.beneficiary, "only the beneficiary may cancel a retryable");
        delete tickets[ticketId];
        emit Canceled(ticketId);
    }

    function getLifetime() external pure returns (uint256) {
        return LIFETIME;
    }

    function getTimeout(bytes32 ticketId) external view returns (uint256) {
        return _get(ticketId).timeout;
    }

    function getBeneficiary(bytes32 ticketId) external view returns (address) {
        return _get(ticketId).beneficiary;
    }

    function getCurrentRedeemer() external pure returns (address) {
        return address(0);
    }

    function submitRetryable(
        bytes32,
        uint256,
        uint256,
        uint256,
        uint256,
        uint64,
        uint256,
        address,
        address,
        address,
        bytes calldata
    ) external pure {
        revert NotCallable();
    }

    function _get(bytes32 ticketId) private view returns (Ticket storage ticket) {
        ticket = tickets[ticketId];
        if (ticket.timeout == 0 || ticket.timeout < block.timestamp) revert NoTicketWithID();
    }
}
