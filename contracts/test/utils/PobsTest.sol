// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {TestToken} from "../../script/TestToken.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IValidatorRegistry, Parameters} from "../../src/interfaces/IValidatorRegistry.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {CustodyExits} from "../../src/custody/CustodyExits.sol";
import {ForwarderFactory} from "../../src/custody/ForwarderFactory.sol";
import {EpochManager} from "../../src/epochs/EpochManager.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {AssetLine, Certificate, Line, PayoutClaim, Summary} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {CertificateVerifier} from "../../src/validators/CertificateVerifier.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";
import {BlsSigner} from "./BlsSigner.sol";
import {Committee} from "./Committee.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice Deploys the whole system on one chain with four validators of equal stake and builds epochs for it.
abstract contract PobsTest is Test {
    /// @dev Cumulative lots of one asset.
    struct Figures {
        uint64 deposited;
        uint64 authorisedOut;
        uint64 withdrawals;
    }

    struct Payout {
        address token;
        address wallet;
        uint64 cumulative;
    }

    /// @dev Everything that `settle` takes, and the claims of its payout tree.
    struct Epoch {
        Summary summary;
        Line line;
        bytes32[] linePath;
        bytes32[] treeHashes;
        Certificate certificate;
        PayoutClaim[] claims;
        bytes32 digest;
    }

    uint64 internal constant T0 = 1_800_000_000;
    uint64 internal constant MAX_AGE = 600;
    uint64 internal constant TERM = 7 days;
    uint128 internal constant STAKE = 100 ether;
    uint128 internal constant ETH_LOT = 1e9;
    bytes32 internal constant RULES = keccak256("rules");
    address internal constant ETH = address(0);

    address internal admin = makeAddr("admin");
    address internal guardian = makeAddr("guardian");
    address internal poster = makeAddr("poster");
    TestToken internal stake;
    TestToken internal usdc;
    IValidatorRegistry internal registry;
    ValidatorSets internal sets;
    CertificateVerifier internal verifier;
    EpochManager internal manager;
    Custody internal custody;
    Committee internal committee;
    ForwarderFactory internal forwarders;
    FraudVerifier internal judge;
    bytes32 internal salt;
    bytes32 internal domain;
    uint32 internal setId;

    function setUp() public virtual {
        vm.warp(T0);
        vm.roll(1_000);
        stake = new TestToken("Stake", "STAKE", 18);
        usdc = new TestToken("USD Coin", "USDC", 6);
        _deployValidators();
        manager = EpochManager(
            _proxy(
                address(new EpochManager(verifier, salt, MAX_AGE, address(registry))),
                abi.encodeCall(EpochManager.initialize, (admin, poster))
            )
        );
        forwarders = new ForwarderFactory();
        judge = new FraudVerifier(salt);
        custody = _deployCustody(0);
        vm.startPrank(admin);
        manager.setRulesHash(RULES);
        custody.listAsset(address(usdc), 1);
        custody.listAsset(ETH, ETH_LOT);
        vm.stopPrank();
        _registerCommittee(4);
        setId = registry.fixTerm();
    }

    function _deployValidators() internal {
        registry = _newRegistry(_parameters());
        sets = ValidatorSets(
            _proxy(address(new ValidatorSets(address(registry))), abi.encodeCall(ValidatorSets.initialize, (admin)))
        );
        verifier = new CertificateVerifier(address(sets));
        vm.prank(admin);
        registry.setBridge(sets, IInbox(address(0)), address(0));
        salt = SummaryLib.saltOf(block.chainid, address(registry));
        domain = SummaryLib.domainSeparator(salt);
    }

    function _newRegistry(Parameters memory p) internal returns (IValidatorRegistry) {
        address code = address(new ValidatorRegistry(p, address(new RegistryTerms(p))));
        return IValidatorRegistry(_proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (admin))));
    }

    function _parameters() internal virtual returns (Parameters memory) {
        return Parameters({
            stakeToken: stake,
            minimumStake: 10 ether,
            weightCap: 1_000 ether,
            minimumBond: 1_000 ether,
            termSeconds: TERM,
            termLead: 1 days,
            drawSeconds: 1 days,
            unbondingSeconds: 14 days,
            maxAgeSeconds: MAX_AGE,
            fraudWindowSeconds: 7 days,
            marginSeconds: 3 days,
            bootstrapValidators: 1,
            seats: 1_024,
            churnFloor: 4,
            sink: makeAddr("sink")
        });
    }

    function _deployCustody(uint64 disputeWindow) internal returns (Custody deployed) {
        address code = _custodyCode(disputeWindow, 0);
        deployed = Custody(payable(_proxy(code, abi.encodeCall(Custody.initialize, (admin, guardian)))));
        vm.prank(admin);
        deployed.setRulesHash(RULES);
    }

    /// @dev An implementation and the exits behind it.
    function _custodyCode(uint64 disputeWindow, uint64 upgradeDelay) internal returns (address) {
        ICustody.Parameters memory p = ICustody.Parameters(verifier, salt, MAX_AGE, disputeWindow, upgradeDelay, false);
        return address(new Custody(p, new CustodyExits(p, forwarders, judge)));
    }

    function _proxy(address code, bytes memory init) internal returns (address) {
        return address(new ERC1967Proxy(code, init));
    }

    /* COMMITTEE */

    function _registerCommittee(uint256 size) internal {
        committee = new Committee();
        for (uint256 i = 0; i < size; ++i) {
            address validator = makeAddr(string.concat("validator", vm.toString(i)));
            _register(validator, i + 1, STAKE);
            committee.add(validator, i + 1, STAKE);
        }
    }

    function _register(address validator, uint256 secret, uint128 amount) internal {
        (bytes memory key, bytes memory possession) = _possession(validator, secret);
        stake.mint(validator, amount);
        vm.startPrank(validator);
        stake.approve(address(registry), amount);
        registry.register(key, possession, keccak256("x25519"), amount);
        vm.stopPrank();
    }

    function _possession(address validator, uint256 secret)
        internal
        view
        returns (bytes memory key, bytes memory possession)
    {
        key = BlsSigner.publicKey(secret);
        bytes32 typehash = keccak256("Possession(address validator,address coldKey,bytes key)");
        bytes32 structHash = keccak256(abi.encode(typehash, validator, validator, keccak256(key)));
        possession = BlsSigner.sign(secret, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    function _voteDigest(uint8 kind, uint64 epoch, bytes32 digest, uint16 rule) internal view returns (bytes32) {
        return SummaryLib.voteDigest(domain, kind, epoch, setId, digest, rule);
    }

    function _approval(uint64 epoch, bytes32 digest) internal view returns (Certificate memory) {
        bytes32 message = _voteDigest(1, epoch, digest, 0);
        return committee.one(setId, 1, committee.absent(0, new uint256[](0), message));
    }

    /// @dev All but `missing` approve.
    function _approvalWithout(uint64 epoch, bytes32 digest, uint256[] memory missing)
        internal
        view
        returns (Certificate memory)
    {
        return committee.one(setId, 1, committee.absent(0, missing, _voteDigest(1, epoch, digest, 0)));
    }

    /// @dev The listed members reject by one rule.
    function _rejection(uint64 epoch, bytes32 digest, uint16 rule, uint256[] memory who)
        internal
        view
        returns (Certificate memory)
    {
        return committee.one(setId, 2, committee.present(rule, who, _voteDigest(2, epoch, digest, rule)));
    }

    /* EPOCHS */

    /// @dev A signed epoch of one line whose sheet is `figures`, in the order of `_tokens(target)`.
    function _epoch(Custody target, uint64 number, Figures[] memory figures, Payout[] memory payouts)
        internal
        view
        returns (Epoch memory epoch)
    {
        (epoch.line, epoch.treeHashes) = _line(target, figures);
        _setPayouts(epoch, payouts);
        epoch.summary = Summary({
            epoch: number,
            snapshotTime: uint64(block.timestamp),
            setId: setId,
            parent: bytes32(0),
            linesRoot: bytes32(0),
            lineCount: 1,
            snapshotCid: keccak256("cid"),
            mappingHash: keccak256("mapping"),
            logRoot: keccak256("log"),
            journalHead: keccak256("journal"),
            rulesHash: RULES
        });
        epoch.linePath = new bytes32[](0);
        _seal(epoch);
    }

    /// @dev Recomputes root, digest and certificate after a change of line or summary.
    function _seal(Epoch memory epoch) internal view {
        epoch.summary.linesRoot = this.lineHashOf(epoch.line);
        _sign(epoch);
    }

    function _sign(Epoch memory epoch) internal view {
        epoch.digest = this.digestOf(epoch.summary);
        epoch.certificate = _approval(epoch.summary.epoch, epoch.digest);
    }

    function lineHashOf(Line calldata line) external pure returns (bytes32) {
        return SummaryLib.lineHash(line);
    }

    function digestOf(Summary calldata summary) external view returns (bytes32) {
        return SummaryLib.digest(domain, summary);
    }

    function _line(Custody target, Figures[] memory figures)
        internal
        view
        returns (Line memory line, bytes32[] memory treeHashes)
    {
        address[] memory tokens = _tokens(target);
        treeHashes = new bytes32[](tokens.length);
        line.chainId = uint64(block.chainid);
        line.custody = address(target);
        line.blockNumber = uint64(block.number);
        line.blockHash = keccak256("block");
        line.payoutRoot = PayoutLib.EMPTY_ROOT;
        line.assets = new AssetLine[](tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) {
            treeHashes[i] = keccak256(abi.encode("tree", tokens[i]));
            line.assets[i] = _assetLine(target, tokens[i], figures[i]);
            _setRoot(line.assets[i], i, treeHashes[i]);
        }
    }

    function _assetLine(Custody target, address token, Figures memory figures)
        private
        view
        returns (AssetLine memory asset)
    {
        asset.token = token;
        asset.lotSize = target.asset(token).lotSize;
        asset.deposited = figures.deposited;
        asset.authorisedOut = figures.authorisedOut;
        asset.withdrawals = figures.withdrawals;
        asset.liabilities = figures.deposited - figures.authorisedOut + figures.withdrawals;
        asset.withdrawable = asset.liabilities;
        asset.count = 1;
    }

    /// @dev Recomputes an asset root after a change of the asset's figures.
    function _setRoot(AssetLine memory asset, uint256 index, bytes32 treeHash) internal pure {
        asset.root = keccak256(
            abi.encodePacked(
                uint8(0x04),
                uint16(index),
                asset.token,
                asset.lotSize,
                treeHash,
                asset.liabilities,
                asset.withdrawable,
                asset.withdrawals,
                asset.count
            )
        );
    }

    function _setPayouts(Epoch memory epoch, Payout[] memory payouts) internal pure {
        epoch.claims = new PayoutClaim[](payouts.length);
        if (payouts.length == 0) return;
        bytes32[] memory leaves = new bytes32[](payouts.length);
        for (uint256 i = 0; i < payouts.length; ++i) {
            leaves[i] = PayoutLib.leaf(
                epoch.line.chainId, epoch.line.custody, payouts[i].token, payouts[i].wallet, payouts[i].cumulative
            );
        }
        for (uint256 i = 0; i < payouts.length; ++i) {
            epoch.claims[i] = PayoutClaim({
                token: payouts[i].token,
                wallet: payouts[i].wallet,
                cumulative: payouts[i].cumulative,
                index: uint32(i),
                path: TreeTwin.path(PayoutLib.NODE, leaves, i)
            });
        }
        epoch.line.payoutRoot = TreeTwin.root(PayoutLib.NODE, leaves);
        epoch.line.payoutCount = uint32(payouts.length);
    }

    /// @dev Listed tokens, ascending.
    function _tokens(Custody target) internal view returns (address[] memory tokens) {
        tokens = target.tokens();
        for (uint256 i = 0; i < tokens.length; ++i) {
            for (uint256 j = i + 1; j < tokens.length; ++j) {
                if (tokens[j] < tokens[i]) (tokens[i], tokens[j]) = (tokens[j], tokens[i]);
            }
        }
    }

    function _lines(Epoch memory epoch) internal pure returns (Line[] memory lines) {
        lines = new Line[](1);
        lines[0] = epoch.line;
    }

    function _settle(Custody target, Epoch memory epoch) internal {
        target.settle(epoch.summary, epoch.line, 0, epoch.linePath, epoch.treeHashes, epoch.certificate);
    }

    /* SHORTHANDS */

    /// @dev ETH, then USDC.
    function _figures(Figures memory eth, Figures memory usd) internal pure returns (Figures[] memory figures) {
        figures = new Figures[](2);
        (figures[0], figures[1]) = (eth, usd);
    }

    function _none() internal pure returns (Payout[] memory) {
        return new Payout[](0);
    }

    function _payouts(Payout memory a) internal pure returns (Payout[] memory payouts) {
        payouts = new Payout[](1);
        payouts[0] = a;
    }

    function _payouts(Payout memory a, Payout memory b) internal pure returns (Payout[] memory payouts) {
        payouts = new Payout[](2);
        (payouts[0], payouts[1]) = (a, b);
    }

    function _list(uint256 a) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = a;
    }

    function _list(uint256 a, uint256 b) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }

    function _fund(uint256 usd, uint256 eth) internal {
        usdc.mint(address(custody), usd);
        vm.deal(address(custody), address(custody).balance + eth);
    }
}
