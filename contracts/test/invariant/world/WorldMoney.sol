// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {PayoutClaim, PayoutLeaf} from "../../../src/interfaces/PobsTypes.sol";
import {TreeTwin} from "../../utils/TreeTwin.sol";
import {WorldSheets} from "./WorldSheets.sol";

/// @notice Money comes in by every door and is paid out of active roots; the ledger trades; limits and pauses act.
abstract contract WorldMoney is WorldSheets {
    /* IN */

    /// @notice A plain push, booked to one wallet.
    function push(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed, uint64 lots) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % WALLETS);
        lots = uint64(bound(lots, 1, 1e9));
        _arrive(c, a, address(custodies[c]), lots * _lot(a));
        flows[c][a].cameIn += lots * _lot(a);
        if (!_isFrozen(c)) _credit(c, a, w, lots);
    }

    /// @notice Dust that nobody's account shows.
    function donate(uint256 custodySeed, uint256 assetSeed, uint64 amount) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        amount = uint64(bound(amount, 1, 1e6));
        _arrive(c, a, address(custodies[c]), amount);
        flows[c][a].cameIn += amount;
    }

    /// @notice `deposit` and `depositEther` leave a record.
    function deposit(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed, uint64 lots) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % SYSTEM);
        lots = uint64(bound(lots, 1, 1e9));
        bool frozen = _isFrozen(c);
        uint256 amount = lots * _lot(a);
        _arrive(c, a, wallets[w], amount);
        vm.startPrank(wallets[w]);
        if (a == 1) usdc.approve(address(custodies[c]), amount);
        bytes memory call = a == 0
            ? abi.encodeCall(_doors(c).depositEther, ())
            : abi.encodeCall(_doors(c).deposit, (assets[1], amount));
        (bool ok, bytes memory reason) = address(custodies[c]).call{value: a == 0 ? amount : 0}(call);
        vm.stopPrank();
        assertEq(ok, !frozen, "I-11: deposit into a frozen custody");
        if (!ok) {
            assertEq(bytes4(reason), ICustody.Custody_Frozen.selector);
            return;
        }
        flows[c][a].cameIn += amount;
        _credit(c, a, w, lots);
        ++reached["recorded"];
    }

    /// @notice An exchange pays to a wallet's forwarder, and somebody sweeps it.
    function sweep(uint256 custodySeed, uint256 assetSeed, uint256 walletSeed, uint64 lots) external step {
        (uint256 c, uint256 a, uint256 w) = (custodySeed % CUSTODIES, assetSeed % 2, walletSeed % SYSTEM);
        lots = uint64(bound(lots, 1, 1e9));
        _arrive(c, a, _doors(c).forwarderOf(wallets[w]), lots * _lot(a));
        assertEq(_doors(c).sweep(assets[a], wallets[w]), lots * _lot(a), "I-5: sweep");
        flows[c][a].cameIn += lots * _lot(a);
        if (!_isFrozen(c)) _credit(c, a, w, lots);
        ++reached["sweep"];
    }

    /// @notice Claims change hands inside one custody asset.
    function trade(uint256 custodySeed, uint256 assetSeed, uint256 from, uint256 to, uint64 lots) external {
        Book storage book = books[custodySeed % CUSTODIES][assetSeed % 2];
        lots = uint64(bound(lots, 0, book.balance[from % WALLETS]));
        book.balance[from % WALLETS] -= lots;
        book.balance[to % WALLETS] += lots;
    }

    function _arrive(uint256 c, uint256 a, address to, uint256 amount) private {
        if (a == 1) {
            usdc.mint(to, amount);
            return;
        }
        // A push runs the receiver's code, as on any chain; wallets and forwarders are just given theirs.
        if (to == address(custodies[c])) {
            vm.deal(address(this), amount);
            (bool ok,) = to.call{value: amount}("");
            assertTrue(ok, "I-5: a push was refused");
        } else {
            vm.deal(to, to.balance + amount);
        }
    }

    function _credit(uint256 c, uint256 a, uint256 w, uint64 lots) private {
        books[c][a].deposited += lots;
        books[c][a].balance[w] += lots;
    }

    /* OUT */

    /// @notice All leaves of the active root at once: hostile payees are deferred, everybody else gets what is due.
    function distribute(uint256 custodySeed) external step {
        uint256 c = custodySeed % CUSTODIES;
        // Paying activates a root whose window has passed, as anybody may do before.
        if (!_isPaused(c, 1)) try custodies[c].activate() {} catch {}
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        Sealed memory given = _sealed(number, c);
        PayoutLeaf[] memory leaves = new PayoutLeaf[](given.payouts.length);
        uint64[] memory before = new uint64[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            Payout memory p = given.payouts[i];
            leaves[i] = PayoutLeaf(p.token, p.wallet, p.cumulative);
            before[i] = custodies[c].paid(p.token, p.wallet);
        }
        try custodies[c].distributeRange(0, leaves, new bytes32[](0)) {
            assertFalse(_isPaused(c, 2), "I-12: paid while paused");
            _checkBatch(c, leaves, before);
        } catch (bytes memory reason) {
            assertTrue(_isPaused(c, 2), "I-10: a batch failed");
            assertEq(bytes4(reason), ICustody.Custody_Paused.selector);
            ++reached["paused"];
        }
    }

    /// @dev I-10: each entry fares as if it stood alone.
    function _checkBatch(uint256 c, PayoutLeaf[] memory leaves, uint64[] memory before) private {
        for (uint256 i = 0; i < leaves.length; ++i) {
            (uint256 a, uint256 w) = (i / WALLETS, i % WALLETS);
            uint64 now_ = custodies[c].paid(leaves[i].token, leaves[i].wallet);
            (uint64 capacity,,) = custodies[c].outflow(leaves[i].token);
            bool due = leaves[i].cumulative > before[i];
            if (_hostile(a, w) && w != 4) {
                assertEq(now_, before[i], "I-10: a payee that fails was booked");
                if (due) ++reached["deferred"];
            } else if (capacity == 0) {
                uint64 expected = due ? leaves[i].cumulative : before[i];
                if (w == 4 && a == 0 && now_ == before[i]) continue;
                assertEq(now_, expected, "I-10: a neighbour's failure was felt");
                if (due) ++reached["payment"];
            } else if (now_ < leaves[i].cumulative && due) {
                ++reached["limited"];
            }
        }
    }

    /// @notice One leaf of any root of the last epochs, sometimes of a forged amount; by anybody.
    function claim(uint256 custodySeed, uint256 back, uint256 leafSeed, uint64 forged) external step {
        uint256 c = custodySeed % CUSTODIES;
        uint64 number = back % 2 == 0 ? _activeEpoch(c) : epoch;
        if (number == 0 || !_hasLine(number, c)) return;
        (PayoutClaim memory payout, uint256 a, uint256 w) = _claimOf(number, c, leafSeed);
        bool lies = forged % 8 == 0;
        if (lies) ++payout.cumulative;
        uint256 held = _balanceOf(a, wallets[w]);
        uint64 paidBefore = custodies[c].paid(payout.token, payout.wallet);
        try custodies[c].claim(payout) {
            assertFalse(_isPaused(c, 2), "I-12: paid while paused");
            assertFalse(lies, "I-5: a leaf of no root was paid");
            assertEq(_activeEpoch(c), number, "I-5: paid by a root that is not active");
            uint256 lots = custodies[c].paid(payout.token, payout.wallet) - paidBefore;
            assertEq(_balanceOf(a, wallets[w]) - held, lots * _lot(a), "I-5: paid and received differ");
            ++reached["claim"];
        } catch (bytes memory reason) {
            _expect(reason, _payReasons());
        }
    }

    /// @notice A wallet signs for another address: paid to itself, for it can take it.
    function claimTo(uint256 custodySeed, uint256 assetSeed) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        uint64 number = _activeEpoch(c);
        if (number == 0) return;
        (PayoutClaim memory payout,,) = _claimOf(number, c, a * WALLETS);
        bytes memory signature = _signClaimTo(c, payout, stranger);
        try custodies[c].claimTo(payout, stranger, block.timestamp, signature) {
            assertFalse(_isPaused(c, 2), "I-12: paid while paused");
            assertEq(_balanceOf(a, stranger), 0, "I-5: redirected though the wallet can take it");
            ++reached["claimTo"];
        } catch (bytes memory reason) {
            _expect(reason, _payReasons());
        }
    }

    function _signClaimTo(uint256 c, PayoutClaim memory payout, address to) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("ClaimTo(address token,address wallet,uint64 cumulative,address to,uint256 deadline)"),
                payout.token,
                payout.wallet,
                payout.cumulative,
                to,
                block.timestamp
            )
        );
        bytes32 custodyDomain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("PofBS Custody"),
                keccak256("1"),
                block.chainid,
                address(custodies[c])
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(WALLET_KEY, keccak256(abi.encodePacked(hex"1901", custodyDomain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _claimOf(uint64 number, uint256 c, uint256 leafSeed)
        internal
        view
        returns (PayoutClaim memory payout, uint256 a, uint256 w)
    {
        Sealed memory given = _sealed(number, c);
        uint256 i = leafSeed % given.payouts.length;
        Payout memory p = given.payouts[i];
        payout = PayoutClaim(p.token, p.wallet, p.cumulative, uint32(i), TreeTwin.path(0x06, _payoutLeaves(given), i));
        (a, w) = (i / WALLETS, i % WALLETS);
    }

    function _payReasons() internal pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](5);
        allowed[0] = ICustody.Custody_Paused.selector;
        allowed[1] = ICustody.Custody_PayoutNotInRoot.selector;
        allowed[2] = ICustody.Custody_NothingDue.selector;
        allowed[3] = ICustody.Custody_OutflowExceeded.selector;
        allowed[4] = ICustody.Custody_PaymentFailed.selector;
    }

    /* LIMITS AND PAUSES */

    function limit(uint256 custodySeed, uint256 assetSeed, uint64 capacity) external step {
        (uint256 c, uint256 a) = (custodySeed % CUSTODIES, assetSeed % 2);
        capacity = uint64(bound(capacity, 0, 1e9));
        if (capacity % 2 == 0) capacity = 0;
        vm.prank(admin);
        try custodies[c].setOutflowLimit(assets[a], capacity, capacity / 1 days + 1) {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), ICustody.Custody_Frozen.selector);
        }
    }

    function pause(uint256 custodySeed, uint256 bits, uint64 duration) external step {
        uint256 c = custodySeed % CUSTODIES;
        vm.prank(guardian);
        try custodies[c].pause(bound(bits, 1, 3), uint64(block.timestamp + bound(duration, 1, 2 days))) {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), ICustody.Custody_PauseTooLong.selector);
        }
    }

    function unpause(uint256 custodySeed) external step {
        vm.prank(guardian);
        try custodies[custodySeed % CUSTODIES].unpause() {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), ICustody.Custody_NotPaused.selector);
        }
    }

    function _isPaused(uint256 c, uint256 bit) internal view returns (bool) {
        (uint8 bits, uint40 until) = _pauseOf(c);
        return bits & bit != 0 && block.timestamp < until;
    }

    /// @dev The pause has no view; it lies in the head, the first word of the custody's storage.
    function _pauseOf(uint256 c) private view returns (uint8 bits, uint40 until) {
        uint256 head =
            uint256(vm.load(address(custodies[c]), 0xf8e2416086dec83057915a3433cbb81ba8b9ad9d06eaa9e32ee798510cffd400));
        return (uint8(head >> 208), uint40(head >> 168));
    }
}
