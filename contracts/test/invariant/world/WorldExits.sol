// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../../../src/interfaces/ICustodyExits.sol";
import {IFraudProofs} from "../../../src/interfaces/IFraudProofs.sol";
import {Certificate, PayoutClaim} from "../../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../../src/libraries/CertificateLib.sol";
import {GpmpLib} from "../../../src/libraries/GpmpLib.sol";
import {SummaryLib} from "../../../src/libraries/SummaryLib.sol";
import {Committee} from "../../utils/Committee.sol";
import {GpmpTwin} from "../../utils/GpmpTwin.sol";
import {SheetTwin} from "../../utils/SheetTwin.sol";
import {WorldMoney} from "./WorldMoney.sol";

/// @notice Kills, forced withdrawals, freezes, and every way out of a frozen custody.
abstract contract WorldExits is WorldMoney {
    /// @dev Base units that a recovery root gives to the first wallet, per asset: pushes and dust after the last line.
    uint64 internal constant RECOVERY_LOTS = 1e15;

    /* KILLS */

    function kill(uint256 custodySeed) external step {
        vm.prank(guardian);
        try custodies[custodySeed % CUSTODIES].kill() {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), ICustody.Custody_NothingPending.selector);
        }
    }

    /// @notice Some validators dispute the pending root; more than a third of the weight kills it.
    function dispute(uint256 custodySeed, uint256 seed) external step {
        uint256 c = custodySeed % CUSTODIES;
        uint64 number = _pendingEpoch(c);
        if (number == 0) return;
        Sealed memory given = _sealed(number, c);
        Committee signers = committees[given.summary.setId];
        uint256[] memory who = _pick(signers, seed, 3);
        if (who.length == 0) return;
        bytes32 message =
            SummaryLib.voteDigest(domain, CertificateLib.DISPUTE, number, given.summary.setId, given.digest, 9);
        Certificate memory certificate =
            signers.one(given.summary.setId, CertificateLib.DISPUTE, signers.present(9, who, message));
        bool blocks = _weightOf(signers, who) * 3 > signers.total();
        try custodies[c].killPending(certificate) {
            assertTrue(blocks, "I-6: killed by a third or less");
            ++reached["dispute"];
        } catch (bytes memory reason) {
            assertFalse(blocks, "I-6: more than a third did not kill");
            assertEq(bytes4(reason), ICustody.Custody_NotBlocking.selector);
        }
    }

    /// @notice Real evidence against one of the last epochs, at either custody. Honest sheets are never convicted.
    function reportFraud(uint256 custodySeed, uint256 back) external step {
        uint256 c = custodySeed % CUSTODIES;
        uint64 number = back % 3 == 0 ? epoch : back % 3 == 1 ? _activeEpoch(c) : _pendingEpoch(c);
        if (number == 0 || !_hasLine(number, c)) return;
        (bool fraudulent, bytes memory evidence) = _evidence(number, c);
        bool known = number == _activeEpoch(c) || number == _pendingEpoch(c);
        try _doors(c).reportFraud(evidence) {
            assertTrue(fraudulent, "I-9: an honest sheet was convicted");
            assertTrue(known, "I-9: a root that never came here");
            ++reached["fraud"];
        } catch (bytes memory reason) {
            bytes4[] memory allowed = new bytes4[](3);
            allowed[0] = ICustody.Custody_Frozen.selector;
            allowed[1] = IFraudProofs.FraudVerifier_NoFraud.selector;
            allowed[2] = ICustodyExits.CustodyExits_FraudElsewhere.selector;
            _expect(reason, allowed);
            if (bytes4(reason) == allowed[1]) assertFalse(fraudulent, "I-9: a broken row was acquitted");
            if (bytes4(reason) == allowed[2]) assertFalse(known, "I-9: a root that stands here was let go");
        }
    }

    /// @dev Opens the first USDC row, which is the one a fraud breaks.
    function _evidence(uint64 number, uint256 c) internal view returns (bool fraudulent, bytes memory) {
        Sealed memory given = _sealed(number, c);
        GpmpLib.Row[] memory rows = _rows(given.holders[1]);
        fraudulent = rows[0].withdrawable > rows[0].total;
        IFraudProofs.Subject memory subject =
            IFraudProofs.Subject(given.summary, given.line, given.lineIndex, given.linePath);
        SheetTwin.Lie memory none;
        IFraudProofs.Opening memory opening =
            SheetTwin.open(SheetTwin.build(1, SheetTwin.leaves(1, rows), 0, none), 0, 0);
        return (fraudulent, abi.encodeCall(IFraudProofs.proveRow, (subject, 1, rows[0], opening)));
    }

    /* FREEZE */

    function force(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        PayoutClaim memory none;
        LeafProof memory proof = _rowProof(number, c, a, w);
        vm.prank(wallets[w]);
        try _doors(c).forceWithdraw(proof, none) {
            ++reached["force"];
        } catch (bytes memory reason) {
            _expectOfRow(reason, number, _forceReasons());
        }
    }

    /// @notice An operator shows that a request was served, by a later leaf.
    function markServed(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        (PayoutClaim memory payout,,) = _claimOf(number, c, a * WALLETS + w);
        try _doors(c).markServed(payout) {
            ++reached["served"];
        } catch (bytes memory reason) {
            bytes4[] memory allowed = new bytes4[](2);
            allowed[0] = ICustodyExits.CustodyExits_NoOpenRequest.selector;
            allowed[1] = ICustodyExits.CustodyExits_NotServed.selector;
            _expect(reason, allowed);
        }
    }

    function freezeUnserved(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        try _doors(c).freezeUnserved(assets[a], wallets[w]) {
            ++reached["unserved"];
        } catch (bytes memory reason) {
            _expect(reason, _freezeReasons());
        }
    }

    function announceFreeze(uint256 custodySeed) external step {
        try _doors(custodySeed % CUSTODIES).announceFreeze() {}
        catch (bytes memory reason) {
            _expect(reason, _freezeReasons());
        }
    }

    function freeze(uint256 custodySeed) external step {
        uint256 c = custodySeed % CUSTODIES;
        try _doors(c).freeze() {
            assertGe(block.timestamp, custodies[c].activeRoot().snapshotTime + 8 days, "I-11: frozen too early");
        } catch (bytes memory reason) {
            _expect(reason, _freezeReasons());
        }
    }

    /* OUT OF A FROZEN CUSTODY */

    /// @notice A row of the active or of another root, to its wallet or wherever the wallet says.
    function escape(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed, uint256 how) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint64 number = how % 8 == 7 ? epoch : _activeEpoch(c);
        if (number == 0 || !_hasLine(number, c)) return;
        LeafProof memory proof = _rowProof(number, c, a, w);
        uint256 held = _balance(c, a);
        vm.prank(wallets[w]);
        try _doors(c).escape(proof, how % 2 == 0 ? wallets[w] : makeAddr("refuge")) {
            assertTrue(marks[c].frozen, "I-11: escaped from a living custody");
            assertTrue(w != SYSTEM, "I-11: a system row escaped");
            assertEq(number, _activeEpoch(c), "I-5: escaped by a root that is not active");
            uint64 taken = _doors(c).escaped(assets[a], _idOf(wallets[w]));
            assertEq(taken, proof.total - proof.withdrawal, "I-11: not the whole row");
            assertEq(held - _balance(c, a), taken * _lot(a), "I-11: escaped twice");
            ++reached["escape"];
        } catch (bytes memory reason) {
            _expectOfRow(reason, number, _exitReasons());
        }
    }

    function reclaim(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed, uint256 how) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint256 due = _doors(c).reclaimable(assets[a], wallets[w]);
        uint256 held = _balance(c, a);
        vm.prank(wallets[w]);
        try _doors(c).reclaim(assets[a], wallets[w], how % 2 == 0 ? wallets[w] : makeAddr("refuge")) {
            assertTrue(marks[c].frozen, "I-11: reclaimed from a living custody");
            assertEq(held - _balance(c, a), due, "I-5: reclaimed something else");
            flows[c][a].reclaimed += due;
            ++reached["reclaim"];
        } catch (bytes memory reason) {
            _expect(reason, _exitReasons());
        }
    }

    /// @notice Two thirds of the living set certify who may take what nobody else is owed.
    function setRecoveryRoot(uint256 custodySeed) external step {
        uint256 c = custodySeed % CUSTODIES;
        if (!_isFrozen(c)) return;
        (bytes32 root,) = _doors(c).recoveryRoot();
        if (root != bytes32(0)) return;
        (uint32 id, Committee signers) = _currentSet();
        bytes32 message = _recoveryMessage(custodies[c], _recoveryRoot(c), 2);
        Certificate memory certificate = signers.one(id, 0, signers.absent(0, new uint256[](0), message));
        _doors(c).setRecoveryRoot(_recoveryRoot(c), 2, certificate);
    }

    function recover(uint256 custodySeed, uint256 assetSeed) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        uint256 held = _balance(c, a);
        ICustodyExits.Owed memory owed = _doors(c).owed(assets[a]);
        bytes32[] memory path = new bytes32[](1);
        path[0] = _recoveryLeaf(c, 1 - a);
        try _doors(c).recover(PayoutClaim(assets[a], wallets[0], RECOVERY_LOTS, uint32(a), path)) {
            uint256 taken = held - _balance(c, a);
            assertLe(owed.authorised + owed.recorded + owed.escapable + taken, held, "I-11: took what others are owed");
            flows[c][a].recovered += taken;
            ++reached["recover"];
        } catch (bytes memory reason) {
            _expect(reason, _exitReasons());
        }
    }

    function _recoveryRoot(uint256 c) private view returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(6), _recoveryLeaf(c, 0), _recoveryLeaf(c, 1)));
    }

    function _recoveryLeaf(uint256 c, uint256 a) private view returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                uint8(3), uint64(block.chainid), address(custodies[c]), assets[a], wallets[0], RECOVERY_LOTS
            )
        );
    }

    function _rowProof(uint64 number, uint256 c, uint256 a, uint256 w) internal view returns (LeafProof memory proof) {
        Sealed memory given = _sealed(number, c);
        Holder memory h = given.holders[a][w];
        (proof.summary, proof.line, proof.linePath) = (given.summary, given.line, given.linePath);
        (proof.lineIndex, proof.assetIndex) = (given.lineIndex, uint16(a));
        (proof.wallet, proof.blinding) = (h.wallet, _blinding(h.wallet));
        (proof.total, proof.withdrawable, proof.withdrawal) = (h.total, h.withdrawable, h.withdrawal);
        proof.index = w;
        proof.siblings = GpmpTwin.siblings(uint16(a), _rows(given.holders[a]), w);
    }

    /// @dev A planted row breaks the rule of rows, so it can be opened by nobody.
    function _expectOfRow(bytes memory reason, uint64 number, bytes4[] memory allowed) internal view {
        if (isFraud[number] && bytes4(reason) == ICustodyExits.CustodyExits_RowNotInTree.selector) return;
        _expect(reason, allowed);
    }

    function _forceReasons() internal pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](3);
        allowed[0] = ICustody.Custody_Frozen.selector;
        allowed[1] = ICustodyExits.CustodyExits_NothingToForce.selector;
        allowed[2] = ICustodyExits.CustodyExits_RequestOpen.selector;
    }

    function _freezeReasons() private pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](6);
        allowed[0] = ICustody.Custody_Frozen.selector;
        allowed[1] = ICustodyExits.CustodyExits_TooEarly.selector;
        allowed[2] = ICustodyExits.CustodyExits_AlreadyAnnounced.selector;
        allowed[3] = ICustodyExits.CustodyExits_NotAnnounced.selector;
        allowed[4] = ICustodyExits.CustodyExits_RootSince.selector;
        allowed[5] = ICustodyExits.CustodyExits_NoOpenRequest.selector;
    }

    function _exitReasons() internal pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](7);
        allowed[6] = ICustodyExits.CustodyExits_SystemRow.selector;
        allowed[0] = ICustodyExits.CustodyExits_NotFrozen.selector;
        allowed[1] = ICustodyExits.CustodyExits_NothingDue.selector;
        allowed[2] = ICustodyExits.CustodyExits_ReservesShort.selector;
        allowed[3] = ICustodyExits.CustodyExits_PaymentFailed.selector;
        allowed[4] = ICustodyExits.CustodyExits_NotActive.selector;
        allowed[5] = ICustodyExits.CustodyExits_PayoutNotInRoot.selector;
    }
}
