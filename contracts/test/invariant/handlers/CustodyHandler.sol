// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {PayoutClaim} from "../../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../../utils/PobsTest.sol";

/// @notice Drives one custody as depositors, an operator, relayers and thieves would. Its own books are the model.
contract CustodyHandler is PobsTest {
    uint256 internal constant WALLETS = 5;

    struct Books {
        uint64 deposited;
        uint64 authorised;
        uint64[5] cumulative;
    }

    /// @dev ETH, then USDC.
    Books[2] internal books;
    uint64 public epoch;
    uint64 public honestSettlements;
    uint64 public payments;
    address[] public wallets;
    bytes[] internal claims;
    /// @dev Highest values ever seen, per asset and for the epoch.
    uint64[2] public highestAuthorised;
    uint64 public highestEpoch;

    constructor() {
        setUp();
        for (uint256 i = 0; i < WALLETS; ++i) {
            wallets.push(makeAddr(string.concat("wallet", vm.toString(i))));
        }
    }

    function custodyAddress() external view returns (address) {
        return address(custody);
    }

    function tokenOf(uint256 asset) public view returns (address) {
        return asset == 0 ? ETH : address(usdc);
    }

    function lotOf(uint256 asset) public pure returns (uint256) {
        return asset == 0 ? ETH_LOT : 1;
    }

    function booked(uint256 asset) external view returns (uint64 deposited, uint64 authorised) {
        return (books[asset].deposited, books[asset].authorised);
    }

    /* ACTIONS */

    function deposit(uint256 assetSeed, uint64 lots) external {
        uint256 asset = assetSeed % 2;
        lots = uint64(bound(lots, 1, 1e12));
        books[asset].deposited += lots;
        if (asset == 0) vm.deal(address(custody), address(custody).balance + lots * lotOf(0));
        else usdc.mint(address(custody), lots);
    }

    /// @notice Tokens nobody booked.
    function donate(uint64 amount) external {
        usdc.mint(address(custody), amount % 1e6);
    }

    /// @notice An honest epoch: some wallets withdraw of what is there.
    function settle(uint256 seed) external {
        _tick();
        uint64[2] memory withdrawn;
        for (uint256 asset = 0; asset < 2; ++asset) {
            for (uint256 w = 0; w < WALLETS; ++w) {
                seed = uint256(keccak256(abi.encode(seed)));
                if (seed % 3 != 0) continue;
                uint64 free = books[asset].deposited - books[asset].authorised;
                uint64 lots = uint64((seed >> 8) % (uint256(free) / 4 + 1));
                books[asset].cumulative[w] += lots;
                books[asset].authorised += lots;
                withdrawn[asset] += lots;
            }
        }
        Epoch memory built = _build(withdrawn);
        _settle(custody, built);
        ++honestSettlements;
        _remember(built);
    }

    /// @notice A dishonest epoch with real signatures of everybody: more authorised, or less deposited, than is true.
    function settleLie(uint256 seed) external {
        _tick();
        uint256 asset = seed % 2;
        Books memory kept = books[asset];
        uint64[2] memory withdrawn;
        if (seed % 4 < 2) {
            books[asset].deposited += uint64(bound(seed >> 8, 1e13, 1e15));
        } else if (books[asset].deposited > highestAuthorised[asset]) {
            books[asset].deposited = highestAuthorised[asset];
            books[asset].authorised = highestAuthorised[asset];
        }
        Epoch memory built = _build(withdrawn);
        books[asset] = kept;
        try custody.settle(built.summary, built.line, 0, built.linePath, built.treeHashes, built.certificate) {
            // Only a lie that the chain cannot see and that takes nothing may pass; restore the books to the chain's.
            assertEq(custody.asset(tokenOf(asset)).deposited, built.line.assets[asset].deposited);
            assertLe(built.line.assets[asset].deposited, kept.deposited);
        } catch (bytes memory reason) {
            bytes4 code = bytes4(reason);
            assertTrue(
                code == ICustody.Custody_ReservesShort.selector || code == ICustody.Custody_FiguresFell.selector,
                "settleLie failed outside its documented errors"
            );
            --epoch;
        }
    }

    function distribute(uint256 seed) external {
        if (claims.length == 0) return;
        PayoutClaim[] memory batch = abi.decode(claims[seed % claims.length], (PayoutClaim[]));
        try custody.distribute(batch) {
            ++payments;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ICustody.Custody_PayoutNotInRoot.selector, "distribute failed otherwise");
        }
    }

    function claim(uint256 seed, uint64 forged) external {
        if (claims.length == 0) return;
        PayoutClaim[] memory batch = abi.decode(claims[seed % claims.length], (PayoutClaim[]));
        if (batch.length == 0) return;
        PayoutClaim memory one = batch[(seed >> 16) % batch.length];
        if (forged % 3 == 0) one.cumulative = forged;
        try custody.claim(one) {
            ++payments;
        } catch (bytes memory reason) {
            bytes4 code = bytes4(reason);
            assertTrue(
                code == ICustody.Custody_PayoutNotInRoot.selector || code == ICustody.Custody_NothingDue.selector,
                "claim failed outside its documented errors"
            );
        }
    }

    function _tick() private {
        vm.warp(block.timestamp + 1);
        vm.roll(block.number + 1);
        ++epoch;
    }

    function _build(uint64[2] memory withdrawn) private view returns (Epoch memory) {
        Payout[] memory payouts = new Payout[](2 * WALLETS);
        for (uint256 asset = 0; asset < 2; ++asset) {
            for (uint256 w = 0; w < WALLETS; ++w) {
                payouts[asset * WALLETS + w] = Payout(tokenOf(asset), wallets[w], books[asset].cumulative[w]);
            }
        }
        return _epoch(
            custody,
            epoch,
            _figures(
                Figures(books[0].deposited, books[0].authorised, withdrawn[0]),
                Figures(books[1].deposited, books[1].authorised, withdrawn[1])
            ),
            payouts
        );
    }

    function _remember(Epoch memory built) private {
        claims.push(abi.encode(built.claims));
        for (uint256 asset = 0; asset < 2; ++asset) {
            highestAuthorised[asset] = books[asset].authorised;
        }
        highestEpoch = epoch;
    }
}
