// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// What stands around every contract; imported so that it is compiled with the rest.
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
