// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {ISlashingCourt} from "../../src/interfaces/ISlashingCourt.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {CourtBase} from "../../src/slashing/CourtBase.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {SlashingCourt} from "../../src/slashing/SlashingCourt.sol";
import {BridgeStandIn} from "./BridgeStandIn.sol";
import {PobsTest} from "./PobsTest.sol";

/// @notice The whole system with a court over it; four validators of equal stake.
abstract contract CourtTest is PobsTest {
    uint64 internal constant FRAUD_WINDOW = 7 days;
    uint64 internal constant VETO_WINDOW = 3 days;
    uint64 internal constant EVIDENCE_SECONDS = 21 days;
    uint16 internal constant BOUNTY = 500;
    uint16 internal constant DISSENT = 50;
    uint16 internal constant DISSENT_CAP = 100;
    bytes32 internal constant ONE = keccak256("one summary");
    bytes32 internal constant OTHER = keccak256("another summary");

    FraudVerifier internal fraud;
    TimelockController internal timelock;
    SlashingCourt internal court;
    BridgeStandIn internal bridge;
    address internal reporter = makeAddr("reporter");
    address internal l2Reporter = makeAddr("l2Reporter");
    /// @dev Kept here, so that naming an accused is no call that would spend a cheatcode.
    ISlashingCourt.Accused[] private _accusable;

    function setUp() public virtual override {
        super.setUp();
        fraud = new FraudVerifier(salt);
        timelock = new TimelockController(2 days, new address[](0), new address[](0), admin);
        court = new SlashingCourt(_courtParameters());
        bridge = new BridgeStandIn();
        bytes32 role = registry.COURT_ROLE();
        vm.prank(admin);
        IAccessControl(address(registry)).grantRole(role, address(court));
        vm.prank(address(timelock));
        court.setAbsenceReporter(address(bridge), l2Reporter);
        for (uint256 i = 0; i < committee.count(); ++i) {
            _accusable.push(ISlashingCourt.Accused(committee.member(i), committee.path(i)));
        }
    }

    function _courtParameters() internal view returns (CourtBase.Parameters memory) {
        return CourtBase.Parameters({
            registry: registry,
            sets: address(sets),
            verifier: verifier,
            fraudVerifier: fraud,
            timelock: address(timelock),
            fraudWindow: FRAUD_WINDOW,
            vetoWindow: VETO_WINDOW,
            evidenceSeconds: EVIDENCE_SECONDS,
            bountyBps: BOUNTY,
            dissentBps: DISSENT,
            dissentCapBps: DISSENT_CAP
        });
    }

    /* ACCUSED */

    function _validator(uint256 index) internal view returns (address) {
        return _accusable[index].member.validator;
    }

    function _accuse(uint256 index) internal view returns (ISlashingCourt.Accused[] memory accused) {
        return _accuse(_list(index));
    }

    function _accuse(uint256[] memory indices) internal view returns (ISlashingCourt.Accused[] memory accused) {
        accused = new ISlashingCourt.Accused[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            accused[i] = _accusable[indices[i]];
        }
    }

    function _all() internal pure returns (uint256[] memory list) {
        list = new uint256[](4);
        (list[1], list[2], list[3]) = (1, 2, 3);
    }

    /* VOTES */

    /// @dev The listed members vote.
    function _votes(uint8 kind, uint64 epoch, bytes32 digest, uint16 rule, uint256[] memory who)
        internal
        view
        returns (ISlashingCourt.Votes memory)
    {
        bytes32 message = _voteDigest(kind, epoch, digest, rule);
        return ISlashingCourt.Votes(digest, committee.one(setId, kind, committee.present(rule, who, message)));
    }

    function _approve(bytes32 digest, uint256 who) internal view returns (ISlashingCourt.Votes memory) {
        return _votes(1, 1, digest, 0, _list(who));
    }

    function _reject(bytes32 digest, uint256 who) internal view returns (ISlashingCourt.Votes memory) {
        return _votes(2, 1, digest, 3, _list(who));
    }

    /// @dev Everybody approves.
    function _approveAll(uint64 epoch, bytes32 digest) internal view returns (ISlashingCourt.Votes memory) {
        return ISlashingCourt.Votes(digest, _approval(epoch, digest));
    }

    /// @dev One member's REJECT of an epoch.
    function _rejects(Epoch memory epoch, uint256 who) internal view returns (Certificate memory) {
        return _rejection(epoch.summary.epoch, epoch.digest, 3, _list(who));
    }

    /* SHEETS */

    function _good(uint64 number) internal view returns (Epoch memory) {
        return _epoch(custody, number, new Figures[](2), _none());
    }

    /// @dev A sheet whose books do not balance, approved by everybody.
    function _bad(uint64 number) internal view returns (Epoch memory epoch) {
        epoch = _good(number);
        epoch.line.assets[0].deposited += 1;
        _seal(epoch);
    }

    function _evidenceOf(Epoch memory epoch) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IFraudProofs.proveBooks, (IFraudProofs.Subject(epoch.summary, epoch.line, 0, epoch.linePath), 0)
        );
    }

    /// @dev A proven fraud that everybody approved.
    function _provenBad(uint64 number) internal returns (Epoch memory epoch) {
        epoch = _bad(number);
        court.proveFraud(_evidenceOf(epoch));
    }

    /* DISSENT */

    /// @dev Epoch approved by three; validator 3 rejected. The case is open.
    function _queued(uint64 number) internal returns (Epoch memory epoch) {
        epoch = _good(number);
        epoch.certificate = _approvalWithout(number, epoch.digest, _list(3));
        Certificate memory contrary = _rejects(epoch, 3);
        vm.prank(reporter);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
    }

    function _stakeOf(uint256 index) internal view returns (uint128) {
        return registry.stakeOf(_validator(index));
    }
}
