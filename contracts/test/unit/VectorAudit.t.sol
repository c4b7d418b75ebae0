// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Line} from "../../src/interfaces/PobsTypes.sol";
import {AuditLib} from "../../src/libraries/AuditLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {TicketLib} from "../../src/libraries/TicketLib.sol";
import {TreeLib} from "../../src/libraries/TreeLib.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice Audit trees, term roots and tickets as a validator computes them (`protocol/vectors/audit.json`).
contract VectorAuditTest is Test {
    struct AuditCase {
        uint64 epoch;
        bytes32 salt;
        bytes32 root;
        uint256 rows;
        uint256[] lineIndices;
        uint256[] assetIndices;
        uint256[] rowIndices;
        bytes32[] leaves;
        bytes[] openings;
        Line[] lines;
    }

    string private _json;
    address private _validator;

    function setUp() public {
        _json = vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/audit.json"));
        _validator = vm.parseJsonAddress(_json, ".validator");
    }

    function _case(uint256 number) private view returns (AuditCase memory c) {
        string memory at = string.concat(".cases[", vm.toString(number), "].");
        c.epoch = uint64(vm.parseJsonUint(_json, string.concat(at, "epoch")));
        c.salt = vm.parseJsonBytes32(_json, string.concat(at, "salt"));
        c.root = vm.parseJsonBytes32(_json, string.concat(at, "root"));
        c.rows = vm.parseJsonUint(_json, string.concat(at, "rows"));
        c.lineIndices = vm.parseJsonUintArray(_json, string.concat(at, "lineIndices"));
        c.assetIndices = vm.parseJsonUintArray(_json, string.concat(at, "assetIndices"));
        c.rowIndices = vm.parseJsonUintArray(_json, string.concat(at, "rowIndices"));
        c.leaves = vm.parseJsonBytes32Array(_json, string.concat(at, "leaves"));
        c.openings = vm.parseJsonBytesArray(_json, string.concat(at, "openings"));
        bytes[] memory encoded = vm.parseJsonBytesArray(_json, string.concat(at, "encodedLines"));
        c.lines = new Line[](encoded.length);
        for (uint256 i = 0; i < encoded.length; ++i) {
            c.lines[i] = abi.decode(encoded[i], (Line));
        }
    }

    function _opening(bytes memory encoded) private pure returns (AuditLib.RowOpening memory) {
        return abi.decode(encoded, (AuditLib.RowOpening));
    }

    function test_audit_everyRowOpensWhereItStands() public view {
        uint256[] memory counts = vm.parseJsonUintArray(_json, ".counts");
        assertEq(counts.length, 3);
        for (uint256 number = 0; number < counts.length; ++number) {
            AuditCase memory c = _case(number);
            assertEq(c.rows, counts[number]);
            assertEq(c.openings.length, c.rows);
            assertEq(this.rowCount(c.lines), c.rows);
            assertEq(TreeTwin.root(AuditLib.ROW_NODE, c.leaves), c.root);
            for (uint256 i = 0; i < c.rows; ++i) {
                _checkRow(c, i);
            }
        }
    }

    function _checkRow(AuditCase memory c, uint256 position) private view {
        (uint256 line, uint256 asset, uint256 index) = this.locate(c.lines, position);
        assertEq(line, c.lineIndices[position]);
        assertEq(asset, c.assetIndices[position]);
        assertEq(index, c.rowIndices[position]);
        AuditLib.RowOpening memory opening = _opening(c.openings[position]);
        bytes32 gpmpLeaf = GpmpLib.leaf(uint16(asset), opening.row);
        assertEq(AuditLib.rowLeaf(_validator, c.salt, gpmpLeaf), c.leaves[position]);
        AuditLib.Tree memory tree = AuditLib.Tree(_validator, c.salt, c.root, c.rows);
        assertTrue(this.opens(tree, opening, c.lines, position));
        // Another validator's tree, another salt, another row, another place.
        assertFalse(this.opens(AuditLib.Tree(address(1), c.salt, c.root, c.rows), opening, c.lines, position));
        assertFalse(
            this.opens(AuditLib.Tree(_validator, keccak256("salt"), c.root, c.rows), opening, c.lines, position)
        );
        opening.row.total ^= 1;
        assertFalse(this.opens(tree, opening, c.lines, position));
        if (c.rows == 1) return;
        AuditLib.RowOpening memory other = _opening(c.openings[(position + 1) % c.rows]);
        assertFalse(this.opens(tree, other, c.lines, position));
    }

    function test_audit_termRoots() public view {
        uint64 first = uint64(vm.parseJsonUint(_json, ".term.firstEpoch"));
        bytes32[] memory roots = vm.parseJsonBytes32Array(_json, ".term.auditRoots");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(_json, ".term.epochLeaves");
        bytes32[] memory paths = vm.parseJsonBytes32Array(_json, ".term.paths");
        bytes32 root = vm.parseJsonBytes32(_json, ".term.root");
        uint256 depth = TreeLib.depth(roots.length);
        assertEq(depth, vm.parseJsonUint(_json, ".term.depth"));
        for (uint256 i = 0; i < roots.length; ++i) {
            assertEq(AuditLib.epochLeaf(first + uint64(i), roots[i]), leaves[i]);
            bytes32[] memory path = new bytes32[](depth);
            for (uint256 level = 0; level < depth; ++level) {
                path[level] = paths[i * depth + level];
            }
            assertTrue(this.inTerm(root, leaves[i], i, roots.length, path));
            assertFalse(this.inTerm(root, leaves[i], i ^ 1, roots.length, path));
        }
        assertEq(TreeTwin.root(AuditLib.EPOCH_NODE, leaves), root);
    }

    function test_audit_tickets() public view {
        bytes32 seed = TicketLib.seed(
            vm.parseJsonAddress(_json, ".tickets.pool"),
            vm.parseJsonUint(_json, ".tickets.chainId"),
            uint32(vm.parseJsonUint(_json, ".tickets.setId")),
            vm.parseJsonBytes32(_json, ".tickets.randomness")
        );
        assertEq(seed, vm.parseJsonBytes32(_json, ".tickets.seed"));
        bytes32[] memory hashes = vm.parseJsonBytes32Array(_json, ".tickets.hashes");
        assertEq(hashes.length, 8);
        for (uint32 i = 0; i < hashes.length; ++i) {
            bytes32 hash = TicketLib.ticketHash(seed, uint32(vm.parseJsonUint(_json, ".tickets.setId")), i);
            assertEq(hash, hashes[i]);
            assertEq(TicketLib.member(hash, vm.parseJsonUint(_json, ".tickets.count")), _ticket("members", i));
            assertEq(TicketLib.bar(hash, uint128(vm.parseJsonUint(_json, ".tickets.cap"))), _ticket("bars", i));
            uint256 epochs = vm.parseJsonUint(_json, ".tickets.epochs");
            assertEq(TicketLib.epochOffset(hash, epochs), _ticket("epochOffsets", i));
            uint256 rows = vm.parseJsonUint(_json, ".tickets.rows");
            assertEq(TicketLib.rowPosition(hash, i, rows), _ticket("rowPositions", i));
        }
    }

    function _ticket(string memory name, uint256 at) private view returns (uint256) {
        return vm.parseJsonUintArray(_json, string.concat(".tickets.", name))[at];
    }

    function rowCount(Line[] calldata lines) external pure returns (uint256) {
        return AuditLib.rowCount(lines);
    }

    function locate(Line[] calldata lines, uint256 position) external pure returns (uint256, uint256, uint256) {
        return AuditLib.locate(lines, position);
    }

    function opens(
        AuditLib.Tree memory tree,
        AuditLib.RowOpening calldata opening,
        Line[] calldata lines,
        uint256 position
    ) external pure returns (bool) {
        return AuditLib.opens(tree, opening, lines, position);
    }

    function inTerm(bytes32 root, bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return TreeLib.verify(AuditLib.EPOCH_NODE, root, leaf, index, count, path);
    }
}
