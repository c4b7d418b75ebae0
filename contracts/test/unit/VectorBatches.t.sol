// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Ballot} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, PayoutClaim, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {GpmpTwin} from "../utils/GpmpTwin.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice Random trees, payouts and certificates that the SDK made from one seed (`protocol/vectors/batches.json`).
/// @dev The twins build the same trees a third time, so a shared mistake of two would have to be one of three.
contract VectorBatchesTest is Test {
    struct Node {
        bytes32 hash;
        uint64[4] sums;
    }

    struct GpmpCase {
        uint16 asset;
        address token;
        uint128 lotSize;
        GpmpLib.Row[] rows;
        bytes32 treeHash;
        uint64[4] sums;
        bytes32 root;
        uint256 index;
        Node[] siblings;
    }

    struct PayoutCase {
        uint64 chainId;
        address custody;
        address[] tokens;
        address[] wallets;
        uint64[] cumulatives;
        bytes32 root;
        uint32 index;
        bytes32[] path;
    }

    string private _json;

    function setUp() public {
        _json = vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/batches.json"));
    }

    function test_batches_gpmp() public view {
        bytes[] memory cases = vm.parseJsonBytesArray(_json, ".gpmp");
        assertEq(cases.length, 40);
        for (uint256 i = 0; i < cases.length; ++i) {
            // A struct that is dynamic stands behind one offset.
            _checkGpmp(abi.decode(bytes.concat(bytes32(uint256(0x20)), cases[i]), (GpmpCase)));
        }
    }

    function _checkGpmp(GpmpCase memory c) private pure {
        GpmpLib.Sums memory sums = _sums(c.sums);
        GpmpLib.Node memory top = GpmpTwin.top(c.asset, c.rows);
        assertEq(top.hash, c.treeHash);
        assertEq(keccak256(abi.encode(top.sums)), keccak256(abi.encode(sums)));
        assertEq(GpmpLib.root(c.asset, c.token, c.lotSize, c.treeHash, sums), c.root);
        GpmpLib.Node[] memory path = new GpmpLib.Node[](c.siblings.length);
        for (uint256 i = 0; i < path.length; ++i) {
            path[i] = GpmpLib.Node(c.siblings[i].hash, _sums(c.siblings[i].sums));
        }
        assertEq(keccak256(abi.encode(path)), keccak256(abi.encode(GpmpTwin.siblings(c.asset, c.rows, c.index))));
        GpmpLib.Row memory row = c.rows[c.index];
        assertTrue(GpmpLib.verify(c.root, c.asset, c.token, c.lotSize, row, c.index, path, sums));
        assertFalse(GpmpLib.verify(c.root, c.asset, c.token, c.lotSize, row, c.index ^ 1, path, sums));
        row.withdrawal ^= 1;
        assertFalse(GpmpLib.verify(c.root, c.asset, c.token, c.lotSize, row, c.index, path, sums));
    }

    function _sums(uint64[4] memory given) private pure returns (GpmpLib.Sums memory) {
        return GpmpLib.Sums(given[0], given[1], given[2], uint32(given[3]));
    }

    function test_batches_payouts() public {
        bytes[] memory cases = vm.parseJsonBytesArray(_json, ".payouts");
        assertEq(cases.length, 40);
        for (uint256 i = 0; i < cases.length; ++i) {
            _checkPayouts(abi.decode(bytes.concat(bytes32(uint256(0x20)), cases[i]), (PayoutCase)));
        }
    }

    function _checkPayouts(PayoutCase memory c) private {
        bytes32[] memory leaves = new bytes32[](c.wallets.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = PayoutLib.leaf(c.chainId, c.custody, c.tokens[i], c.wallets[i], c.cumulatives[i]);
        }
        assertEq(TreeTwin.root(PayoutLib.NODE, leaves), c.root);
        vm.chainId(c.chainId);
        vm.etch(c.custody, address(this).code);
        VectorBatchesTest there = VectorBatchesTest(c.custody);
        PayoutClaim memory claim =
            PayoutClaim(c.tokens[c.index], c.wallets[c.index], c.cumulatives[c.index], c.index, c.path);
        assertTrue(there.verifyPayout(claim, c.root, leaves.length));
        assertFalse(this.verifyPayout(claim, c.root, leaves.length), "another custody");
        claim.cumulative ^= 1;
        assertFalse(there.verifyPayout(claim, c.root, leaves.length), "another amount");
    }

    function test_batches_certificates() public view {
        bytes[] memory headers = vm.parseJsonBytesArray(_json, ".headers");
        bytes[] memory certificates = vm.parseJsonBytesArray(_json, ".certificates");
        uint256[] memory weights = vm.parseJsonUintArray(_json, ".signedWeights");
        assertEq(headers.length, 9);
        Ballot memory ballot = Ballot({
            domain: SummaryLib.domainSeparator(vm.parseJsonBytes32(_json, ".salt")),
            digest: vm.parseJsonBytes32(_json, ".summary"),
            epoch: uint64(vm.parseJsonUint(_json, ".epoch")),
            snapshotTime: 0,
            setId: 1
        });
        for (uint256 i = 0; i < headers.length; ++i) {
            SetHeader memory set = abi.decode(headers[i], (SetHeader));
            Certificate memory certificate = abi.decode(certificates[i], (Certificate));
            assertEq(this.weigh(set, certificate, ballot), weights[i]);
        }
    }

    function verifyPayout(PayoutClaim calldata claim, bytes32 root, uint256 count) external view returns (bool) {
        return PayoutLib.verify(claim, root, count);
    }

    function weigh(SetHeader calldata set, Certificate calldata certificate, Ballot calldata ballot)
        external
        view
        returns (uint256)
    {
        return CertificateLib.signedWeight(set, certificate, ballot);
    }
}
