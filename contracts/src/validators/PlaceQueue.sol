// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title First in, first out, with positions that never change; who leaves early leaves a hole.
library PlaceQueue {
    struct Queue {
        /// @dev First position not handled yet, and the one after the last.
        uint32 head;
        uint32 tail;
        mapping(uint256 position => address) items;
    }

    function push(Queue storage queue, address item) internal returns (uint32 position) {
        position = queue.tail++;
        queue.items[position] = item;
    }

    /// @notice Takes the front item; zero for a hole. The queue must not be empty.
    function shift(Queue storage queue) internal returns (address item) {
        uint32 position = queue.head++;
        item = queue.items[position];
        delete queue.items[position];
    }

    function front(Queue storage queue) internal view returns (address) {
        return queue.items[queue.head];
    }

    function isEmpty(Queue storage queue) internal view returns (bool) {
        return queue.head == queue.tail;
    }
}
