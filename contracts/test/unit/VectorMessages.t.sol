// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {EscapeLib} from "../../src/custody/EscapeLib.sol";
import {Forwarder} from "../../src/custody/Forwarder.sol";
import {ForwarderFactory} from "../../src/custody/ForwarderFactory.sol";
import {PayoutClaim, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";

/// @notice Typed messages besides votes, and forwarders' addresses, as the SDK makes them (`protocol/vectors/messages.json`).
contract VectorMessagesTest is Test {
    uint256 private constant CASES = 24;

    string private _json;
    bytes32 private _domain;

    function setUp() public {
        _json = vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/messages.json"));
        _domain = SummaryLib.domainSeparator(vm.parseJsonBytes32(_json, ".salt"));
    }

    function _cases(string memory name) private view returns (bytes[] memory encoded, bytes32[] memory digests) {
        encoded = vm.parseJsonBytesArray(_json, string.concat(".", name));
        digests = vm.parseJsonBytes32Array(_json, string.concat(".", name, "Digests"));
        assertEq(encoded.length, CASES);
        assertEq(digests.length, CASES);
    }

    /// @dev Addresses follow from the code: a compiler that changed it would move them all.
    function test_messages_forwarders() public {
        assertEq(keccak256(type(Forwarder).creationCode), keccak256(vm.parseJsonBytes(_json, ".forwarderCode")));
        bytes[] memory encoded = vm.parseJsonBytesArray(_json, ".forwarders");
        assertEq(encoded.length, CASES);
        bytes memory code = address(new ForwarderFactory()).code;
        for (uint256 i = 0; i < encoded.length; ++i) {
            (address factory, address custody, address wallet, address expected) =
                abi.decode(encoded[i], (address, address, address, address));
            vm.etch(factory, code);
            assertEq(ForwarderFactory(factory).addressOf(custody, wallet), expected);
            assertEq(ForwarderFactory(factory).deploy(custody, wallet), expected);
            assertEq(Forwarder(payable(expected)).CUSTODY(), custody);
        }
    }

    function test_messages_recovery() public {
        (bytes[] memory encoded, bytes32[] memory digests) = _cases("recoveries");
        bytes memory code = address(this).code;
        for (uint256 i = 0; i < CASES; ++i) {
            (uint64 chainId, address custody, bytes32 root, uint32 count) =
                abi.decode(encoded[i], (uint64, address, bytes32, uint32));
            vm.chainId(chainId);
            vm.etch(custody, code);
            assertEq(VectorMessagesTest(custody).recoveryDigest(_domain, root, count), digests[i]);
            assertNotEq(this.recoveryDigest(_domain, root, count), digests[i], "another custody");
        }
    }

    function test_messages_handover() public view {
        (bytes[] memory encoded, bytes32[] memory digests) = _cases("handovers");
        for (uint256 i = 0; i < CASES; ++i) {
            SetHeader memory header = abi.decode(encoded[i], (SetHeader));
            assertEq(SummaryLib.handoverDigest(_domain, keccak256(abi.encode(header))), digests[i]);
        }
    }

    function test_messages_operate() public view {
        (bytes[] memory encoded, bytes32[] memory digests) = _cases("operates");
        for (uint256 i = 0; i < CASES; ++i) {
            (address validator, address coldKey) = abi.decode(encoded[i], (address, address));
            assertEq(SummaryLib.operateDigest(_domain, validator, coldKey), digests[i]);
            assertNotEq(SummaryLib.operateDigest(_domain, coldKey, validator), digests[i]);
        }
    }

    struct ClaimTo {
        uint64 chainId;
        address custody;
        address token;
        address wallet;
        uint64 cumulative;
        address to;
        uint256 deadline;
    }

    function test_messages_claimTo() public {
        (bytes[] memory encoded, bytes32[] memory digests) = _cases("claimTos");
        bytes memory code = address(this).code;
        for (uint256 i = 0; i < CASES; ++i) {
            ClaimTo memory c = abi.decode(encoded[i], (ClaimTo));
            vm.chainId(c.chainId);
            vm.etch(c.custody, code);
            PayoutClaim memory claim = PayoutClaim(c.token, c.wallet, c.cumulative, 0, new bytes32[](0));
            assertEq(VectorMessagesTest(c.custody).claimToDigest(claim, c.to, c.deadline), digests[i]);
            assertNotEq(this.claimToDigest(claim, c.to, c.deadline), digests[i], "another custody");
        }
    }

    function recoveryDigest(bytes32 domain, bytes32 root, uint32 count) external view returns (bytes32) {
        return EscapeLib.recoveryDigest(domain, root, count);
    }

    function claimToDigest(PayoutClaim calldata claim, address to, uint256 deadline) external view returns (bytes32) {
        return PayoutLib.claimToDigest(claim, to, deadline);
    }
}
