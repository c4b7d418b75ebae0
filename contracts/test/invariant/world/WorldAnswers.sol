// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustodyExits, LeafProof} from "../../../src/interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../../../src/interfaces/PobsTypes.sol";
import {WorldStake} from "./WorldStake.sol";

/// @notice The rarer doors: exits that are forced and answered by a row, payments redirected by a contract wallet, system
/// rows opened to a recovery root.
abstract contract WorldAnswers is WorldStake {
    address private constant HAVEN = address(0x4A7E4);

    function forceExit(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        PayoutClaim memory none;
        LeafProof memory proof = _rowProof(number, c, a, w);
        vm.prank(wallets[w]);
        try _doors(c).forceExit(proof, none) {
            (ICustodyExits.ForcedRequest memory request, bool open) = _doors(c).forcedRequest(assets[a], wallets[w]);
            assertTrue(open && request.exit, "I-11: an exit that is not open");
            assertEq(request.lots, proof.total - proof.withdrawal, "I-11: not the whole row");
            ++reached["forceExit"];
        } catch (bytes memory reason) {
            _expectOfRow(reason, number, _forceReasons());
        }
    }

    /// @notice An answer by a row in which all that can leave leaves, in a line that could know of the request.
    function markServedByRow(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        LeafProof memory proof = _rowProof(number, c, a, w);
        (ICustodyExits.ForcedRequest memory request, bool open) = _doors(c).forcedRequest(assets[a], wallets[w]);
        try _doors(c).markServedByRow(proof) {
            assertTrue(open, "I-11: nothing was asked for");
            assertEq(proof.withdrawal, proof.withdrawable, "I-11: answered by a row that stays");
            assertGe(proof.line.blockNumber, request.blockNumber, "I-11: answered before it was asked");
            (, open) = _doors(c).forcedRequest(assets[a], wallets[w]);
            assertFalse(open, "I-11: answered and still open");
            ++reached["servedByRow"];
        } catch (bytes memory reason) {
            bytes4[] memory allowed = new bytes4[](2);
            allowed[0] = ICustodyExits.CustodyExits_NoOpenRequest.selector;
            allowed[1] = ICustodyExits.CustodyExits_NotServed.selector;
            _expectOfRow(reason, number, allowed);
        }
    }

    /// @dev The ledger pays everybody's claims of one asset out to the first wallet: a row becomes empty.
    function drain(uint256 custodySeed, uint256 assetSeed) external {
        Book storage book = books[custodySeed % CUSTODIES][assetSeed % 2];
        for (uint256 w = 1; w < WALLETS; ++w) {
            book.balance[0] += book.balance[w];
            book.balance[w] = 0;
        }
    }

    /// @notice A contract wallet that takes no ETH sends it elsewhere by its owner's signature; a token it takes itself.
    function redirect(uint256 custodySeed, uint256 assetSeed) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        (PayoutClaim memory payout,,) = _claimOf(number, c, a * WALLETS + SIGNER);
        bytes memory signature = _signClaimTo(c, payout, HAVEN);
        (uint256 own, uint256 away) = (_balanceOf(a, wallets[SIGNER]), _balanceOf(a, HAVEN));
        uint64 before = custodies[c].paid(payout.token, payout.wallet);
        try custodies[c].claimTo(payout, HAVEN, block.timestamp, signature) {
            assertFalse(_isPaused(c, 2), "I-12: paid while paused");
            uint256 amount = (custodies[c].paid(payout.token, payout.wallet) - before) * _lot(a);
            assertEq(_balanceOf(a, wallets[SIGNER]) - own, a == 0 ? 0 : amount, "I-5: the wallet's part");
            assertEq(_balanceOf(a, HAVEN) - away, a == 0 ? amount : 0, "I-5: the other's part");
            if (a == 0) ++reached["redirected"];
        } catch (bytes memory reason) {
            _expect(reason, _payReasons());
        }
    }

    function releaseSystemRow(uint256 custodySeed, uint256 assetSeed) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        uint64 escapedLots = _doors(c).escapedOut(assets[a]);
        uint256 held = _balance(c, a);
        try _doors(c).releaseSystemRow(_rowProof(number, c, a, SYSTEM)) {
            assertTrue(marks[c].frozen, "I-11: released in a living custody");
            assertEq(_balance(c, a), held, "I-5: a release moved money");
            flows[c][a].released += (_doors(c).escapedOut(assets[a]) - escapedLots) * _lot(a);
            ++reached["released"];
        } catch (bytes memory reason) {
            _expect(reason, _exitReasons());
        }
    }
}
