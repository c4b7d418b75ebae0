// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {AssetLine, Certificate, PayoutClaim, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {GpmpTwin} from "./GpmpTwin.sol";
import {LyingSummary} from "./LyingSummary.sol";

/// @notice Epochs over real balance trees, and proofs of their rows.
abstract contract ExitsTest is LyingSummary {
    /// @dev A row with its owner; amounts are lots.
    struct Holder {
        address wallet;
        uint64 total;
        uint64 withdrawable;
        uint64 withdrawal;
    }

    uint256 internal constant ETH_INDEX = 0;
    uint256 internal constant USD_INDEX = 1;
    uint64 internal constant WINDOW = 1 hours;

    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal stranger = makeAddr("stranger");
    ICustodyExits internal exits;
    bytes private _encoded;

    function setUp() public virtual override {
        super.setUp();
        exits = ICustodyExits(address(custody));
    }

    /* SHEETS */

    /// @dev System rows are blinded with zero, everybody else with something only they know.
    function _blinding(address wallet) internal pure returns (bytes32) {
        return uint160(wallet) <= 4 ? bytes32(0) : keccak256(abi.encode("secret", wallet));
    }

    function _rows(Holder[] memory holders) internal pure returns (GpmpLib.Row[] memory rows) {
        rows = new GpmpLib.Row[](holders.length);
        for (uint256 i = 0; i < holders.length; ++i) {
            Holder memory h = holders[i];
            rows[i] = GpmpLib.Row(_idOf(h.wallet), h.total, h.withdrawable, h.withdrawal);
        }
    }

    function _idOf(address wallet) internal pure returns (bytes24) {
        return bytes24(keccak256(abi.encodePacked("PofBS-id", wallet, _blinding(wallet))));
    }

    /// @dev A signed epoch over these rows; `authorised` is cumulative with this epoch's withdrawals, per asset.
    function _sheet(
        Custody target,
        uint64 number,
        Holder[][2] memory holders,
        uint64[2] memory authorised,
        Payout[] memory payouts
    ) internal view returns (Epoch memory epoch) {
        Figures[] memory figures = new Figures[](2);
        for (uint16 i = 0; i < 2; ++i) {
            GpmpLib.Sums memory sums = GpmpTwin.top(i, _rows(holders[i])).sums;
            figures[i] = Figures(sums.total - sums.withdrawal + authorised[i], authorised[i], sums.withdrawal);
        }
        epoch = _epoch(target, number, figures, payouts);
        for (uint16 i = 0; i < 2; ++i) {
            GpmpLib.Node memory top = GpmpTwin.top(i, _rows(holders[i]));
            AssetLine memory asset = epoch.line.assets[i];
            (asset.withdrawable, asset.count) = (top.sums.withdrawable, top.sums.count);
            epoch.treeHashes[i] = top.hash;
            _setRoot(asset, i, top.hash);
        }
        _seal(epoch);
    }

    /// @dev USDC rows alone.
    function _usdSheet(uint64 number, Holder[] memory holders, uint64 authorised, Payout[] memory payouts)
        internal
        view
        returns (Epoch memory)
    {
        return _sheet(custody, number, [new Holder[](0), holders], [uint64(0), authorised], payouts);
    }

    function _proof(Epoch memory epoch, uint256 assetIndex, Holder[] memory holders, uint256 index)
        internal
        pure
        returns (LeafProof memory proof)
    {
        Holder memory h = holders[index];
        (proof.summary, proof.line, proof.linePath) = (epoch.summary, epoch.line, epoch.linePath);
        proof.assetIndex = uint16(assetIndex);
        (proof.wallet, proof.blinding) = (h.wallet, _blinding(h.wallet));
        (proof.total, proof.withdrawable, proof.withdrawal) = (h.total, h.withdrawable, h.withdrawal);
        proof.index = index;
        proof.siblings = GpmpTwin.siblings(proof.assetIndex, _rows(holders), index);
    }

    function _holders(Holder memory a) internal pure returns (Holder[] memory list) {
        list = new Holder[](1);
        list[0] = a;
    }

    function _holders(Holder memory a, Holder memory b) internal pure returns (Holder[] memory list) {
        list = new Holder[](2);
        (list[0], list[1]) = (a, b);
    }

    function _holders(Holder memory a, Holder memory b, Holder memory c) internal pure returns (Holder[] memory list) {
        list = new Holder[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    /// @dev An epoch to come back to. Encoded, because structs with lists of structs cannot be copied into storage.
    function _keep(Epoch memory epoch) internal {
        _encoded = abi.encode(epoch);
    }

    function _kept() internal view returns (Epoch memory) {
        return abi.decode(_encoded, (Epoch));
    }

    /* ACTIONS */

    function _custodyParameters() internal view returns (ICustody.Parameters memory) {
        return ICustody.Parameters(verifier, salt, MAX_AGE, 0, 0, false);
    }

    /// @dev The ordinary way into a freeze: seven days of silence, a day of notice.
    function _freeze(Custody target) internal {
        ICustodyExits doors = ICustodyExits(address(target));
        vm.warp(target.activeRoot().snapshotTime + 7 days);
        doors.announceFreeze();
        vm.warp(block.timestamp + 24 hours);
        doors.freeze();
    }

    /// @dev The same members in a second term, which begins where the first one ends.
    function _nextTerm() internal {
        setId = 2;
        SetHeader memory header = committee.header(2, T0 + TERM, T0 + 10 * TERM);
        vm.prank(address(registry));
        sets.accept(header);
    }

    function _deposit(address wallet, uint256 amount) internal {
        usdc.mint(wallet, amount);
        vm.startPrank(wallet);
        usdc.approve(address(custody), amount);
        exits.deposit(address(usdc), amount);
        vm.stopPrank();
    }

    function _noClaim() internal pure returns (PayoutClaim memory claim) {}

    /// @dev A custody with a dispute window and the same assets.
    function _patientCustody() internal returns (Custody patient) {
        patient = _deployCustody(WINDOW);
        vm.startPrank(admin);
        patient.listAsset(address(usdc), 1);
        patient.listAsset(ETH, ETH_LOT);
        vm.stopPrank();
    }

    /* RECOVERY */

    function _recoveryMessage(Custody target, bytes32 root, uint32 count) internal view returns (bytes32) {
        bytes32 typehash = keccak256("Recovery(uint64 chainId,address custody,bytes32 payoutRoot,uint32 payoutCount)");
        bytes32 structHash = keccak256(abi.encode(typehash, block.chainid, address(target), root, count));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _recoveryCertificate(Custody target, bytes32 root, uint32 count, uint256[] memory missing)
        internal
        view
        returns (Certificate memory)
    {
        return committee.one(setId, 0, committee.absent(0, missing, _recoveryMessage(target, root, count)));
    }
}
