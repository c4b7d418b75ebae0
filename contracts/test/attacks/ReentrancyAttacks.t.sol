// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {Certificate, Line, PayoutClaim, PayoutLeaf, Summary} from "../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice While it is being paid, makes one call after the other and keeps what each was answered.
contract Intruder {
    address private immutable CUSTODY;
    bytes[] private _calls;
    bytes4[] private _answers;

    constructor(address custody) {
        CUSTODY = custody;
    }

    function prepare(bytes calldata call) external {
        _calls.push(call);
    }

    function answers() external view returns (bytes4[] memory) {
        return _answers;
    }

    receive() external payable {
        for (uint256 i = 0; i < _calls.length; ++i) {
            (, bytes memory answer) = CUSTODY.call(_calls[i]);
            _answers.push(bytes4(answer));
        }
    }
}

/// @notice ⟂ Whoever is called by a custody finds every door of it shut, those of its modules as well.
contract ReentrancyAttacks is PobsTest {
    uint64 private constant ETHER = 2e9;

    Intruder private intruder;
    string[] private names;

    function setUp() public override {
        super.setUp();
        _fund(0, 2 ether);
        intruder = new Intruder(address(custody));
    }

    function test_attack_reentryOfPayments() public {
        (PayoutClaim memory claim, Certificate memory certificate, Summary memory summary, Line memory line) = _empty();
        bytes32[] memory none = new bytes32[](0);
        _try("settle", abi.encodeCall(ICustody.settle, (summary, line, 0, none, none, certificate)));
        _try("activate", abi.encodeCall(ICustody.activate, ()));
        _try("distribute", abi.encodeCall(ICustody.distribute, (new PayoutClaim[](0))));
        _try("distributeRange", abi.encodeCall(ICustody.distributeRange, (0, new PayoutLeaf[](0), none)));
        _try("claim", abi.encodeCall(ICustody.claim, (claim)));
        _try("claimTo", abi.encodeCall(ICustody.claimTo, (claim, address(1), type(uint256).max, "")));
        _try("killPending", abi.encodeCall(ICustody.killPending, (certificate)));
        _expectAllShut();
    }

    function test_attack_reentryOfDeposits() public {
        _try("deposit", abi.encodeCall(ICustodyExits.deposit, (address(usdc), 1)));
        _try("depositWithPermit", abi.encodeCall(ICustodyExits.depositWithPermit, (address(usdc), 1, 0, 27, 0, 0)));
        _try("depositEther", abi.encodeCall(ICustodyExits.depositEther, ()));
        _try("sweep", abi.encodeCall(ICustodyExits.sweep, (ETH, address(intruder))));
        _expectAllShut();
    }

    function test_attack_reentryOfForcedWithdrawals() public {
        (PayoutClaim memory claim,,,) = _empty();
        LeafProof memory proof;
        _try("forceWithdraw", abi.encodeCall(ICustodyExits.forceWithdraw, (proof, claim)));
        _try("forceExit", abi.encodeCall(ICustodyExits.forceExit, (proof, claim)));
        _try("markServed", abi.encodeCall(ICustodyExits.markServed, (claim)));
        _try("markServedByRow", abi.encodeCall(ICustodyExits.markServedByRow, (proof)));
        _try("freezeUnserved", abi.encodeCall(ICustodyExits.freezeUnserved, (ETH, address(intruder))));
        _expectAllShut();
    }

    function test_attack_reentryOfFreezeAndEscape() public {
        (PayoutClaim memory claim, Certificate memory certificate,,) = _empty();
        LeafProof memory proof;
        _try("announceFreeze", abi.encodeCall(ICustodyExits.announceFreeze, ()));
        _try("freeze", abi.encodeCall(ICustodyExits.freeze, ()));
        _try("reportFraud", abi.encodeCall(ICustodyExits.reportFraud, ("")));
        _try("reclaim", abi.encodeCall(ICustodyExits.reclaim, (ETH, address(intruder), address(intruder))));
        _try("escape", abi.encodeCall(ICustodyExits.escape, (proof, address(intruder))));
        _try("releaseSystemRow", abi.encodeCall(ICustodyExits.releaseSystemRow, (proof)));
        _try("setRecoveryRoot", abi.encodeCall(ICustodyExits.setRecoveryRoot, (bytes32("root"), 1, certificate)));
        _try("recover", abi.encodeCall(ICustodyExits.recover, (claim)));
        _expectAllShut();
    }

    function _try(string memory name, bytes memory call) private {
        names.push(name);
        intruder.prepare(call);
    }

    function _expectAllShut() private {
        Epoch memory epoch = _epoch(
            custody, 1, _figures(Figures(ETHER, 10, 10), Figures(0, 0, 0)), _payouts(Payout(ETH, address(intruder), 10))
        );
        _settle(custody, epoch);
        custody.claim(epoch.claims[0]);
        bytes4[] memory answers = intruder.answers();
        assertEq(answers.length, names.length);
        for (uint256 i = 0; i < names.length; ++i) {
            assertEq(answers[i], ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, names[i]);
        }
        assertEq(address(intruder).balance, 10 * ETH_LOT);
        assertEq(custody.asset(ETH).paidOut, 10);
    }

    function _empty()
        private
        pure
        returns (PayoutClaim memory claim, Certificate memory certificate, Summary memory summary, Line memory line)
    {}
}
