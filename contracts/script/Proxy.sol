// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The proxy in front of every contract; imported so that it is compiled with the rest.
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
