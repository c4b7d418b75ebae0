// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Ballot} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, Line, Member, PayoutClaim, SetHeader, Summary} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";

/// @notice `protocol/vectors/*.json`: what the SDK computes, the contracts compute.
contract VectorsTest is Test {
    function _read(string memory name) private view returns (string memory) {
        return vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/", name, ".json"));
    }

    function _case(uint256 i, string memory key) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "].", key);
    }

    /* GPMP */

    function test_vectors_gpmp() public view {
        string memory json = _read("gpmp");
        uint256 cases = vm.parseJsonUintArray(json, ".counts").length;
        assertGt(cases, 3);
        for (uint256 i = 0; i < cases; ++i) {
            _checkGpmp(json, i);
        }
    }

    struct GpmpCase {
        uint16 asset;
        address token;
        uint128 lotSize;
        GpmpLib.Sums sums;
        bytes32 root;
        uint256 depth;
        bytes32[] leaves;
        GpmpLib.Row[] rows;
        GpmpLib.Node[] nodes;
    }

    function _gpmpCase(string memory json, uint256 i) private pure returns (GpmpCase memory c) {
        c.asset = uint16(vm.parseJsonUint(json, _case(i, "asset")));
        c.token = vm.parseJsonAddress(json, _case(i, "token"));
        c.lotSize = uint128(vm.parseJsonUint(json, _case(i, "lotSize")));
        c.sums.total = uint64(vm.parseJsonUint(json, _case(i, "sumTotal")));
        c.sums.withdrawable = uint64(vm.parseJsonUint(json, _case(i, "sumWithdrawable")));
        c.sums.withdrawal = uint64(vm.parseJsonUint(json, _case(i, "sumWithdrawal")));
        c.sums.count = uint32(vm.parseJsonUint(json, _case(i, "count")));
        c.root = vm.parseJsonBytes32(json, _case(i, "root"));
        c.depth = vm.parseJsonUint(json, _case(i, "depth"));
        c.leaves = vm.parseJsonBytes32Array(json, _case(i, "leaves"));
        c.rows = _rows(json, i, c.sums.count);
        c.nodes = _siblings(json, i);
    }

    function _checkGpmp(string memory json, uint256 i) private pure {
        GpmpCase memory c = _gpmpCase(json, i);
        bytes32 treeHash = vm.parseJsonBytes32(json, _case(i, "treeHash"));
        assertEq(GpmpLib.root(c.asset, c.token, c.lotSize, treeHash, c.sums), c.root);
        for (uint256 k = 0; k < c.rows.length; ++k) {
            assertEq(GpmpLib.leaf(c.asset, c.rows[k]), c.leaves[k]);
            assertTrue(_verifyRow(c, k));
            c.rows[k].total += 1;
            assertFalse(_verifyRow(c, k));
        }
    }

    function _verifyRow(GpmpCase memory c, uint256 k) private pure returns (bool) {
        GpmpLib.Node[] memory path = new GpmpLib.Node[](c.depth);
        for (uint256 level = 0; level < c.depth; ++level) {
            path[level] = c.nodes[k * c.depth + level];
        }
        return GpmpLib.verify(c.root, c.asset, c.token, c.lotSize, c.rows[k], k, path, c.sums);
    }

    function _rows(string memory json, uint256 i, uint256 count) private pure returns (GpmpLib.Row[] memory rows) {
        bytes[] memory ids = vm.parseJsonBytesArray(json, _case(i, "ids"));
        uint256[] memory totals = vm.parseJsonUintArray(json, _case(i, "totals"));
        uint256[] memory withdrawables = vm.parseJsonUintArray(json, _case(i, "withdrawables"));
        uint256[] memory withdrawals = vm.parseJsonUintArray(json, _case(i, "withdrawals"));
        rows = new GpmpLib.Row[](count);
        for (uint256 k = 0; k < count; ++k) {
            rows[k] = GpmpLib.Row(bytes24(ids[k]), uint64(totals[k]), uint64(withdrawables[k]), uint64(withdrawals[k]));
        }
    }

    function _siblings(string memory json, uint256 i) private pure returns (GpmpLib.Node[] memory nodes) {
        bytes32[] memory hashes = vm.parseJsonBytes32Array(json, _case(i, "siblingHashes"));
        uint256[] memory totals = vm.parseJsonUintArray(json, _case(i, "siblingTotals"));
        uint256[] memory withdrawables = vm.parseJsonUintArray(json, _case(i, "siblingWithdrawables"));
        uint256[] memory withdrawals = vm.parseJsonUintArray(json, _case(i, "siblingWithdrawals"));
        uint256[] memory counts = vm.parseJsonUintArray(json, _case(i, "siblingCounts"));
        nodes = new GpmpLib.Node[](hashes.length);
        for (uint256 k = 0; k < hashes.length; ++k) {
            nodes[k] = GpmpLib.Node(
                hashes[k],
                GpmpLib.Sums(uint64(totals[k]), uint64(withdrawables[k]), uint64(withdrawals[k]), uint32(counts[k]))
            );
        }
    }

    /* PAYOUTS */

    function test_vectors_payouts() public {
        string memory json = _read("payouts");
        assertEq(PayoutLib.EMPTY_ROOT, vm.parseJsonBytes32(json, ".emptyRoot"));
        uint256 cases = vm.parseJsonUintArray(json, ".counts").length;
        for (uint256 i = 0; i < cases; ++i) {
            _checkPayouts(json, i);
        }
    }

    function _checkPayouts(string memory json, uint256 i) private {
        uint256 count = vm.parseJsonUint(json, _case(i, "count"));
        if (count == 0) return;
        vm.chainId(vm.parseJsonUint(json, _case(i, "chainId")));
        address custody = vm.parseJsonAddress(json, _case(i, "custody"));
        vm.etch(custody, address(new PayoutProbe()).code);
        bytes32 root = vm.parseJsonBytes32(json, _case(i, "root"));
        PayoutClaim[] memory claims = _claims(json, i, count);
        for (uint256 k = 0; k < count; ++k) {
            assertTrue(PayoutProbe(custody).verify(claims[k], root, count));
            claims[k].cumulative += 1;
            assertFalse(PayoutProbe(custody).verify(claims[k], root, count));
        }
    }

    function _claims(string memory json, uint256 i, uint256 count) private pure returns (PayoutClaim[] memory claims) {
        address[] memory tokens = vm.parseJsonAddressArray(json, _case(i, "tokens"));
        address[] memory wallets = vm.parseJsonAddressArray(json, _case(i, "wallets"));
        uint256[] memory cumulatives = vm.parseJsonUintArray(json, _case(i, "cumulatives"));
        bytes32[] memory paths = vm.parseJsonBytes32Array(json, _case(i, "paths"));
        claims = new PayoutClaim[](count);
        for (uint256 k = 0; k < count; ++k) {
            claims[k] = PayoutClaim(tokens[k], wallets[k], uint64(cumulatives[k]), uint32(k), _slice(paths, k, count));
        }
    }

    /* SUMMARY */

    function test_vectors_summary() public view {
        string memory json = _read("summary");
        bytes32 salt = SummaryLib.saltOf(vm.parseJsonUint(json, ".l1ChainId"), vm.parseJsonAddress(json, ".registry"));
        assertEq(salt, vm.parseJsonBytes32(json, ".salt"));
        assertEq(SummaryLib.SUMMARY_TYPEHASH, vm.parseJsonBytes32(json, ".typeHash"));
        Summary memory summary = abi.decode(vm.parseJsonBytes(json, ".encodedSummary"), (Summary));
        assertEq(this.digestOf(SummaryLib.domainSeparator(salt), summary), vm.parseJsonBytes32(json, ".digest"));
        bytes[] memory encoded = vm.parseJsonBytesArray(json, ".encodedLines");
        bytes32[] memory hashes = vm.parseJsonBytes32Array(json, ".lineHashes");
        bytes32[] memory paths = vm.parseJsonBytes32Array(json, ".linePaths");
        Line[] memory lines = new Line[](encoded.length);
        for (uint256 i = 0; i < lines.length; ++i) {
            lines[i] = abi.decode(encoded[i], (Line));
            assertEq(this.lineHashOf(lines[i]), hashes[i]);
            assertTrue(this.verifyLine(summary, lines[i], i, _slice(paths, i, lines.length)));
        }
        assertEq(this.linesRootOf(lines), vm.parseJsonBytes32(json, ".linesRoot"));
    }

    function digestOf(bytes32 domain, Summary calldata summary) external pure returns (bytes32) {
        return SummaryLib.digest(domain, summary);
    }

    function lineHashOf(Line calldata line) external pure returns (bytes32) {
        return SummaryLib.lineHash(line);
    }

    function linesRootOf(Line[] calldata lines) external pure returns (bytes32) {
        return SummaryLib.linesRoot(lines);
    }

    function verifyLine(Summary calldata summary, Line calldata line, uint256 index, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return SummaryLib.verifyLine(summary, line, index, path);
    }

    /* VOTES */

    function test_vectors_votes() public view {
        string memory json = _read("votes");
        bytes32 domain = SummaryLib.domainSeparator(vm.parseJsonBytes32(json, ".salt"));
        uint64 epoch = uint64(vm.parseJsonUint(json, ".epoch"));
        uint32 setId = uint32(vm.parseJsonUint(json, ".setId"));
        bytes32 summary = vm.parseJsonBytes32(json, ".summary");
        assertEq(
            SummaryLib.voteDigest(domain, 1, epoch, setId, summary, 0), vm.parseJsonBytes32(json, ".approveDigest")
        );
        assertEq(
            SummaryLib.voteDigest(domain, 2, epoch, setId, summary, 8), vm.parseJsonBytes32(json, ".rejectV8Digest")
        );
        assertEq(
            SummaryLib.voteDigest(domain, 3, epoch, setId, summary, 9), vm.parseJsonBytes32(json, ".disputeV9Digest")
        );
        _checkMembers(json, domain);
        _checkCertificates(json, Ballot(domain, summary, epoch, 0, setId));
    }

    function _checkMembers(string memory json, bytes32 domain) private view {
        address[] memory validators = vm.parseJsonAddressArray(json, ".validators");
        bytes[] memory keys = vm.parseJsonBytesArray(json, ".keys");
        uint256[] memory weights = vm.parseJsonUintArray(json, ".weights");
        for (uint256 i = 0; i < keys.length; ++i) {
            _checkMember(json, domain, Member(uint32(i), validators[i], keys[i], uint128(weights[i])), keys.length);
        }
    }

    function _checkMember(string memory json, bytes32 domain, Member memory member, uint256 count) private view {
        uint256 i = member.index;
        uint256 secret = vm.parseJsonUintArray(json, ".secretKeys")[i];
        bytes memory signature = vm.parseJsonBytesArray(json, ".approveSignatures")[i];
        bytes32 approve = vm.parseJsonBytes32(json, ".approveDigest");
        assertEq(BlsSigner.publicKey(secret), member.key);
        assertEq(BlsSigner.sign(secret, approve), signature);
        this.checkSignature(member, signature, approve);
        assertEq(
            MembersLib.leaf(member.index, member.validator, member.key, member.weight),
            vm.parseJsonBytes32Array(json, ".memberLeaves")[i]
        );
        assertEq(
            this.possessionOf(domain, member.validator, member.key),
            vm.parseJsonBytes32Array(json, ".possessionDigests")[i]
        );
        bytes32[] memory path = _slice(vm.parseJsonBytes32Array(json, ".memberPaths"), i, count);
        assertTrue(this.verifyMember(member, vm.parseJsonBytes32(json, ".membersRoot"), count, path));
    }

    function _checkCertificates(string memory json, Ballot memory ballot) private view {
        SetHeader memory set = SetHeader({
            setId: ballot.setId,
            membersRoot: vm.parseJsonBytes32(json, ".membersRoot"),
            aggregateKey: vm.parseJsonBytes(json, ".aggregateKey"),
            totalWeight: uint128(vm.parseJsonUint(json, ".totalWeight")),
            count: uint32(vm.parseJsonUint(json, ".count")),
            activeFrom: 0,
            activeUntil: 1
        });
        bytes[] memory encoded = vm.parseJsonBytesArray(json, ".encodedCertificates");
        uint256[] memory weights = vm.parseJsonUintArray(json, ".signedWeights");
        for (uint256 i = 0; i < encoded.length; ++i) {
            assertEq(this.signedWeight(set, abi.decode(encoded[i], (Certificate)), ballot), weights[i]);
        }
    }

    function possessionOf(bytes32 domain, address validator, bytes calldata key) external pure returns (bytes32) {
        return SummaryLib.possessionDigest(domain, validator, validator, key);
    }

    function verifyMember(Member calldata member, bytes32 root, uint256 count, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return MembersLib.verify(member, root, count, path);
    }

    function checkSignature(Member calldata member, bytes calldata signature, bytes32 message) external view {
        CertificateLib.checkSignature(member, signature, message);
    }

    function signedWeight(SetHeader memory set, Certificate calldata certificate, Ballot calldata ballot)
        external
        view
        returns (uint256)
    {
        return CertificateLib.signedWeight(set, certificate, ballot);
    }

    /// @dev The `k`-th of `count` equal parts.
    function _slice(bytes32[] memory values, uint256 k, uint256 count) private pure returns (bytes32[] memory part) {
        uint256 depth = values.length / count;
        part = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            part[i] = values[k * depth + i];
        }
    }
}

/// @notice Stands at the custody's address: payout leaves bind it.
contract PayoutProbe {
    function verify(PayoutClaim calldata claim, bytes32 root, uint256 count) external view returns (bool) {
        return PayoutLib.verify(claim, root, count);
    }
}
