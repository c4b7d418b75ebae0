// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../../src/custody/Custody.sol";
import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {AssetLine, Certificate, Line, Summary} from "../../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../../src/libraries/CertificateLib.sol";
import {GpmpLib} from "../../../src/libraries/GpmpLib.sol";
import {SummaryLib} from "../../../src/libraries/SummaryLib.sol";
import {Committee} from "../../utils/Committee.sol";
import {GpmpTwin} from "../../utils/GpmpTwin.sol";
import {TreeTwin} from "../../utils/TreeTwin.sol";
import {WorldBase} from "./WorldBase.sol";

/// @notice Sealing: one summary over the lines of both custodies, from the ledger, signed by whoever is present.
abstract contract WorldSheets is WorldBase {
    /// @notice An honest epoch: some wallets withdraw, some validators are absent, perhaps too many.
    function sealHonest(uint256 seed) external step {
        _seal(seed, false);
    }

    /// @notice A signed sheet whose sums are right but one of whose rows breaks the rules.
    function sealFraud(uint256 seed) external step {
        _seal(seed, true);
    }

    /// @dev Signs first, so that an epoch without quorum leaves the ledger as it was.
    function _seal(uint256 seed, bool fraudulent) internal {
        (uint32 id, Committee signers) = _currentSet();
        Sealed[] memory lines = _draft(seed);
        if (lines.length == 0) return;
        if (fraudulent && !_plant(lines[seed % lines.length])) return;
        uint256[] memory absent = _pick(signers, uint256(keccak256(abi.encode(seed, "absent"))), seed % 3);
        _signAll(lines, id, signers, absent);
        uint256 total = signers.total();
        hasQuorum[epoch] = (total - _weightOf(signers, absent)) * 3 >= total * 2;
        isFraud[epoch] = fraudulent;
        _noteSigners(signers, absent, fraudulent);
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 c = lines[i].line.custody == address(custodies[0]) ? 0 : 1;
            if (hasQuorum[epoch]) _authorise(c, lines[i]);
            sealedLines[epoch][c] = abi.encode(lines[i]);
        }
        vm.warp(block.timestamp + 1);
        vm.roll(block.number + 1);
    }

    /// @dev Lines of the custodies that are not frozen, ordered as the sheet orders them.
    function _draft(uint256 seed) private returns (Sealed[] memory lines) {
        ++epoch;
        uint256 first = address(custodies[0]) < address(custodies[1]) ? 0 : 1;
        bool[2] memory live = [!_isFrozen(first), !_isFrozen(1 - first)];
        lines = new Sealed[]((live[0] ? 1 : 0) + (live[1] ? 1 : 0));
        uint256 next = 0;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 c = i == 0 ? first : 1 - first;
            if (live[i]) lines[next++] = _draftLine(c, uint256(keccak256(abi.encode(seed, c))));
        }
    }

    function _draftLine(uint256 c, uint256 seed) private view returns (Sealed memory given) {
        given.payouts = new Payout[](2 * WALLETS);
        Figures[] memory figures = new Figures[](2);
        for (uint256 a = 0; a < 2; ++a) {
            Book storage book = books[c][a];
            given.holders[a] = new Holder[](WALLETS);
            figures[a].deposited = book.deposited;
            for (uint256 w = 0; w < WALLETS; ++w) {
                seed = uint256(keccak256(abi.encode(seed)));
                uint64 held = book.balance[w];
                uint64 out = seed % 2 == 0 && w != SYSTEM ? uint64((seed >> 8) % (uint256(held) + 1)) : 0;
                given.holders[a][w] = Holder(wallets[w], held, held, out);
                given.payouts[a * WALLETS + w] = Payout(assets[a], wallets[w], book.cumulative[w] + out);
                figures[a].withdrawals += out;
            }
            figures[a].authorisedOut = book.authorised + figures[a].withdrawals;
        }
        (given.line, given.treeHashes) = _line(custodies[c], figures);
        given.line.kills = custodies[c].kills();
        _setTrees(given);
        bytes32[] memory leaves = _payoutLeaves(given);
        (given.line.payoutRoot, given.line.payoutCount) = (TreeTwin.root(0x06, leaves), uint32(leaves.length));
    }

    function _setTrees(Sealed memory given) private pure {
        for (uint16 a = 0; a < 2; ++a) {
            GpmpLib.Node memory top = GpmpTwin.top(a, _rows(given.holders[a]));
            AssetLine memory asset = given.line.assets[a];
            (asset.withdrawable, asset.count) = (top.sums.withdrawable, top.sums.count);
            given.treeHashes[a] = top.hash;
            _setRoot(asset, a, top.hash);
        }
    }

    function _payoutLeaves(Sealed memory given) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](given.payouts.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            Payout memory p = given.payouts[i];
            bytes32 ends = keccak256(
                abi.encodePacked(uint8(3), given.line.chainId, given.line.custody, p.token, p.wallet, p.cumulative)
            );
            leaves[i] = ends;
        }
    }

    /// @dev Two rows exchange withdrawable lots: the sums stay, but the first row has more to withdraw than it has.
    function _plant(Sealed memory given) private pure returns (bool) {
        Holder[] memory rows = given.holders[1];
        for (uint256 i = 1; i < rows.length; ++i) {
            if (rows[i].withdrawable == rows[i].withdrawal) continue;
            ++rows[0].withdrawable;
            --rows[i].withdrawable;
            _setTrees(given);
            return true;
        }
        return false;
    }

    function _signAll(Sealed[] memory lines, uint32 id, Committee signers, uint256[] memory absent) private view {
        Summary memory summary = Summary({
            epoch: epoch,
            snapshotTime: uint64(block.timestamp),
            setId: id,
            parent: bytes32(0),
            linesRoot: bytes32(0),
            lineCount: uint32(lines.length),
            snapshotCid: keccak256("cid"),
            mappingHash: keccak256("mapping"),
            logRoot: keccak256("log"),
            journalHead: keccak256("journal"),
            rulesHash: RULES
        });
        bytes32[] memory hashes = new bytes32[](lines.length);
        for (uint256 i = 0; i < lines.length; ++i) {
            hashes[i] = this.lineHashOf(lines[i].line);
        }
        summary.linesRoot = TreeTwin.root(SummaryLib.LINE_NODE, hashes);
        bytes32 digest = this.digestOf(summary);
        bytes32 message = SummaryLib.voteDigest(domain, CertificateLib.APPROVE, epoch, id, digest, 0);
        Certificate memory approval = signers.one(id, CertificateLib.APPROVE, signers.absent(0, absent, message));
        for (uint256 i = 0; i < lines.length; ++i) {
            (lines[i].summary, lines[i].certificate, lines[i].digest) = (summary, approval, digest);
            (lines[i].lineIndex, lines[i].linePath) = (i, TreeTwin.path(SummaryLib.LINE_NODE, hashes, i));
        }
    }

    function _noteSigners(Committee signers, uint256[] memory absent, bool fraudulent) private {
        uint256 next = 0;
        for (uint256 i = 0; i < signers.count(); ++i) {
            if (next < absent.length && absent[next] == i) {
                ++next;
                continue;
            }
            address validator = signers.member(i).validator;
            lastSigned[validator] = uint64(block.timestamp);
            if (fraudulent) guilty[validator] = true;
        }
    }

    function _authorise(uint256 c, Sealed memory given) private {
        for (uint256 a = 0; a < 2; ++a) {
            Book storage book = books[c][a];
            for (uint256 w = 0; w < WALLETS; ++w) {
                uint64 out = given.holders[a][w].withdrawal;
                book.balance[w] -= out;
                book.cumulative[w] += out;
                book.authorised += out;
            }
        }
    }

    /// @notice One of the last sealed epochs reaches a custody, in any order, as often as anybody likes.
    function settle(uint256 custodySeed, uint256 back) external step {
        uint256 c = custodySeed % CUSTODIES;
        uint64 number = epoch - uint64(back % 3 < epoch ? back % 3 : 0);
        if (!_hasLine(number, c)) return;
        Sealed memory given = _sealed(number, c);
        try custodies[c].settle(
            given.summary, given.line, given.lineIndex, given.linePath, given.treeHashes, given.certificate
        ) {
            assertTrue(hasQuorum[number], "I-6: settled without two thirds");
            assertEq(given.line.kills, custodies[c].kills(), "I-7: a killed line settled");
            ++accepted[number][c];
            ++reached["settle"];
            _checkBooked(c, given);
        } catch (bytes memory reason) {
            if (bytes4(reason) == ICustody.Custody_NoQuorum.selector) {
                assertFalse(hasQuorum[number], "I-6: refused with two thirds");
                ++reached["noQuorum"];
            }
            _expect(reason, _settleReasons());
        }
    }

    /// @notice The line of one custody is brought to the other.
    function settleElsewhere(uint256 custodySeed) external step {
        uint256 c = custodySeed % CUSTODIES;
        if (!_hasLine(epoch, c)) return;
        Sealed memory given = _sealed(epoch, c);
        try custodies[1
                - c].settle(
            given.summary, given.line, given.lineIndex, given.linePath, given.treeHashes, given.certificate
        ) {
            revert("I-7: a line works elsewhere");
        } catch (bytes memory reason) {
            bytes4[] memory allowed = _settleReasons();
            allowed[0] = ICustody.Custody_WrongCustody.selector;
            _expect(reason, allowed);
        }
    }

    /// @notice Everybody signs a line that lies about one figure, and brings it at once: no signature helps it.
    function settleLie(uint256 custodySeed, uint256 seed) external step {
        uint256 c = custodySeed % CUSTODIES;
        if (_isFrozen(c) || marks[c].digest == bytes32(0)) return;
        (uint32 id, Committee signers) = _currentSet();
        ++epoch;
        Sealed[] memory lines = new Sealed[](1);
        lines[0] = _draftLine(c, seed);
        bytes4[] memory allowed = _settleReasons();
        allowed[0] = _lie(c, lines[0], seed % 4);
        _signAll(lines, id, signers, new uint256[](0));
        Sealed memory given = lines[0];
        try custodies[c].settle(
            given.summary, given.line, given.lineIndex, given.linePath, given.treeHashes, given.certificate
        ) {
            revert("I-2: a lie settled");
        } catch (bytes memory reason) {
            if (bytes4(reason) == allowed[0]) ++reached["lie"];
            _expect(reason, allowed);
        }
    }

    /// @return The reason for which this lie must fail, if no earlier one applies.
    function _lie(uint256 c, Sealed memory given, uint256 kind) private view returns (bytes4) {
        AssetLine memory asset = given.line.assets[1];
        if (kind == 0) {
            // More came in than ever did, and it is owed to somebody.
            uint64 more = uint64(_balance(c, 1)) + 1;
            asset.deposited += more;
            asset.liabilities += more;
            _setRoot(asset, 1, given.treeHashes[1]);
            return ICustody.Custody_ReservesShort.selector;
        }
        if (kind == 1) {
            ++asset.authorisedOut;
            return ICustody.Custody_BooksUnequal.selector;
        }
        if (kind == 2) {
            ++given.line.kills;
            return ICustody.Custody_WrongKills.selector;
        }
        given.line.blockNumber = custodies[c].activeRoot().blockNumber - 1;
        return ICustody.Custody_BlockFell.selector;
    }

    /// @notice The pending root, if any, begins to pay.
    function activate(uint256 custodySeed) external step {
        uint256 c = custodySeed % CUSTODIES;
        try custodies[c].activate() {}
        catch (bytes memory reason) {
            _expect(reason, _settleReasons());
        }
    }

    /// @dev I-2, right after a settlement: what is owed is what came in and was not let out.
    function _checkBooked(uint256 c, Sealed memory given) private view {
        Custody target = custodies[c];
        bool pending = target.pendingDigest() != bytes32(0);
        assertEq(pending ? target.pendingDigest() : target.activeDigest(), given.digest, "I-7: another digest");
        for (uint256 a = 0; a < 2; ++a) {
            AssetLine memory asset = given.line.assets[a];
            assertEq(asset.liabilities - asset.withdrawals, asset.deposited - asset.authorisedOut, "I-2: V8");
            if (pending) continue;
            ICustody.AssetState memory state = target.asset(assets[a]);
            assertEq(state.deposited, asset.deposited, "I-2: deposited");
            assertEq(state.authorisedOut, asset.authorisedOut, "I-2: authorised");
        }
    }

    /// @dev An honest sheet may come late or twice, or to a custody that is pending, paused, killed or frozen; it is
    /// never insolvent, unequal or falling.
    function _settleReasons() internal pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](8);
        allowed[0] = ICustody.Custody_NoQuorum.selector;
        allowed[1] = ICustody.Custody_Frozen.selector;
        allowed[2] = ICustody.Custody_Paused.selector;
        allowed[3] = ICustody.Custody_RootPending.selector;
        allowed[4] = ICustody.Custody_EpochNotNewer.selector;
        allowed[5] = ICustody.Custody_TooOld.selector;
        allowed[6] = ICustody.Custody_WrongKills.selector;
        allowed[7] = ICustody.Custody_NothingPending.selector;
    }
}
