// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../../src/interfaces/IFraudProofs.sol";
import {IMirrorSets} from "../../../src/interfaces/IMirrorSets.sol";
import {ISlashingCourt} from "../../../src/interfaces/ISlashingCourt.sol";
import {IValidatorRegistry, Status} from "../../../src/interfaces/IValidatorRegistry.sol";
import {Certificate, SetHeader} from "../../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../../src/libraries/CertificateLib.sol";
import {SummaryLib} from "../../../src/libraries/SummaryLib.sol";
import {Committee} from "../../utils/Committee.sol";
import {WorldExits} from "./WorldExits.sol";

/// @notice Time, terms, validators coming and going, the court, and the mirror of the sets on a further chain.
abstract contract WorldStake is WorldExits {
    /* TIME */

    /// @notice Blocks and time pass: mostly minutes, at times days, so that silence comes about.
    function jump(uint256 seed) external step {
        uint256 most = seed % 8 == 0 ? 9 days : seed % 8 < 3 ? 1 days : 30 minutes;
        vm.warp(block.timestamp + bound(seed >> 8, 1, most));
        vm.roll(block.number + 1 + (seed >> 128) % 1_000);
    }

    function fixTerm() external step {
        if (block.timestamp + 1 days < sets.header(registry.latestSetId()).activeUntil) {
            try registry.fixTerm() {
                revert("I-4: a term was fixed early");
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IValidatorRegistry.ValidatorRegistry_TermTooEarly.selector);
            }
            return;
        }
        _fix();
    }

    /// @notice The mirror learns the next set from the one before it, or by its timelock once that one has expired.
    function handover() external step {
        uint32 latest = mirror.latestSetId();
        if (latest == registry.latestSetId()) return;
        SetHeader memory next = sets.header(latest + 1);
        Committee previous = committees[latest];
        bytes32 message = SummaryLib.handoverDigest(domain, keccak256(abi.encode(next)));
        Certificate memory certificate = previous.one(latest, 0, previous.absent(0, new uint256[](0), message));
        bool expired = block.timestamp > mirror.header(latest).activeUntil + GRACE;
        try mirror.handover(next, certificate) {
            assertFalse(expired, "I-8: handed over by a set that has nothing at stake");
            ++reached["handover"];
        } catch (bytes memory reason) {
            assertTrue(expired, "I-4: a hand-over was refused");
            assertEq(bytes4(reason), IMirrorSets.MirrorSets_Expired.selector);
            vm.prank(admin);
            mirror.install(next);
        }
    }

    /* STAKE */

    function join(uint256 seed) external step {
        uint256 i = 4 + seed % (VALIDATORS - 4);
        address validator = _validatorAt(i);
        if (registry.validatorOf(validator).status != Status.None || secretOf[validator] != 0) return;
        uint128 amount = uint128(10 ether + (seed >> 8) % 90 ether);
        secretOf[validator] = 100 + i;
        _register(validator, secretOf[validator], amount);
        stakedIn += amount;
        ++reached["join"];
    }

    function topUp(uint256 who, uint128 amount) external step {
        address validator = _validatorAt(who % VALIDATORS);
        amount = uint128(bound(amount, 1, 50 ether));
        stake.mint(address(this), amount);
        stake.approve(address(registry), amount);
        try registry.topUp(validator, amount) {
            stakedIn += amount;
        } catch (bytes memory reason) {
            _expect(reason, _registryReasons());
        }
    }

    function exit(uint256 who) external step {
        (,,, uint32 count) = registry.current();
        if (count <= 3) return;
        address validator = _validatorAt(who % VALIDATORS);
        vm.prank(validator);
        try registry.requestExit(validator) {
            ++reached["exit"];
        } catch (bytes memory reason) {
            _expect(reason, _registryReasons());
        }
    }

    function advance(uint256 steps) external step {
        (,,, uint32 count) = registry.current();
        if (count <= 3) return;
        try registry.advance(bound(steps, 1, count - 3)) {}
        catch (bytes memory reason) {
            _expect(reason, _registryReasons());
        }
    }

    function withdraw(uint256 who) external step {
        address validator = _validatorAt(who % VALIDATORS);
        uint256 held = stake.balanceOf(validator);
        vm.prank(validator);
        try registry.withdraw(validator) {
            assertGt(
                block.timestamp,
                uint256(lastSigned[validator]) + MAX_AGE + 7 days + 3 days,
                "I-8: stake left within reach of its votes"
            );
            stakeWithdrawn += stake.balanceOf(validator) - held;
            ++reached["withdraw"];
        } catch (bytes memory reason) {
            _expect(reason, _registryReasons());
        }
    }

    /* COURT */

    /// @notice One member of the current set signs two summaries of one epoch number.
    function equivocate(uint256 who) external step {
        (,,, uint32 count) = registry.current();
        if (count <= 3 || reached["equivocation"] > 1) return;
        (uint32 id, Committee signers) = _currentSet();
        uint256[] memory one = _list(who % signers.count());
        ISlashingCourt.Accused[] memory accused = _accusedOf(signers, one[0]);
        guilty[accused[0].member.validator] = true;
        uint64 number = epoch + 1_000_000;
        (ISlashingCourt.Votes memory a, ISlashingCourt.Votes memory b) =
            (_vote(id, signers, number, ONE, one), _vote(id, signers, number, OTHER, one));
        uint256 held = registry.stakeOf(accused[0].member.validator);
        vm.prank(reporter);
        try court.slashEquivocation(number, a, b, accused, accused) {
            stakeSlashed += held;
            assertEq(registry.stakeOf(accused[0].member.validator), 0, "I-8: not all of it");
            ++reached["equivocation"];
        } catch (bytes memory reason) {
            assertEq(held, 0, "I-8: a signer without stake within reach");
            assertEq(bytes4(reason), ISlashingCourt.SlashingCourt_NothingSlashed.selector);
        }
    }

    /// @notice A sheet's signers are accused of fraud, with the same evidence that freezes a custody.
    function accuse(uint256 custodySeed, uint256 back, uint256 who) external step {
        uint256 c = custodySeed % CUSTODIES;
        uint64 number = back % 2 == 0 ? epoch : _activeEpoch(c);
        if (number == 0 || !_hasLine(number, c)) return;
        (bool fraudulent, bytes memory evidence) = _evidence(number, c);
        try court.proveFraud(evidence) {
            assertTrue(fraudulent, "I-9: an honest sheet was convicted");
        } catch (bytes memory reason) {
            assertFalse(fraudulent, "I-9: a broken row was acquitted");
            assertEq(bytes4(reason), IFraudProofs.FraudVerifier_NoFraud.selector);
            return;
        }
        (,,, uint32 count) = registry.current();
        Sealed memory given = _sealed(number, c);
        Committee signers = committees[given.summary.setId];
        uint256 i = who % signers.count();
        ISlashingCourt.Accused[] memory accused = _accusedOf(signers, i);
        uint256 held = registry.stakeOf(accused[0].member.validator);
        if (count <= 3) return;
        vm.prank(reporter);
        try court.slashFraud(given.summary, given.certificate, accused) {
            assertTrue(guilty[accused[0].member.validator], "I-9: an absent member was slashed");
            stakeSlashed += held;
            ++reached["slash"];
        } catch (bytes memory reason) {
            bytes4[] memory allowed = new bytes4[](3);
            allowed[0] = ISlashingCourt.SlashingCourt_NotSigner.selector;
            allowed[1] = ISlashingCourt.SlashingCourt_NothingSlashed.selector;
            allowed[2] = ISlashingCourt.SlashingCourt_EvidenceExpired.selector;
            _expect(reason, allowed);
            if (bytes4(reason) == allowed[1]) assertEq(held, 0, "I-8: a signer without stake within reach");
        }
    }

    /// @notice Honest certificates of two epochs are shown as a double vote.
    function accuseHonest(uint256 custodySeed, uint256 who) external step {
        uint256 c = custodySeed % CUSTODIES;
        if (epoch < 2 || !_hasLine(epoch, c) || !_hasLine(epoch - 1, c)) return;
        (Sealed memory a, Sealed memory b) = (_sealed(epoch - 1, c), _sealed(epoch, c));
        ISlashingCourt.Votes memory first = ISlashingCourt.Votes(a.digest, a.certificate);
        ISlashingCourt.Votes memory second = ISlashingCourt.Votes(b.digest, b.certificate);
        Committee signers = committees[a.summary.setId];
        ISlashingCourt.Accused[] memory accused = _accusedOf(signers, who % signers.count());
        try court.slashEquivocation(epoch, second, first, accused, accused) {
            revert("I-9: two epochs are no double vote");
        } catch (bytes memory reason) {
            bytes4[] memory allowed = new bytes4[](5);
            allowed[0] = CertificateLib.Certificate_BadSignature.selector;
            allowed[1] = ISlashingCourt.SlashingCourt_EvidenceExpired.selector;
            _expect(reason, allowed);
        }
    }

    function _vote(uint32 id, Committee signers, uint64 number, bytes32 digest, uint256[] memory who)
        private
        view
        returns (ISlashingCourt.Votes memory)
    {
        bytes32 message = SummaryLib.voteDigest(domain, CertificateLib.APPROVE, number, id, digest, 0);
        Certificate memory certificate = signers.one(id, CertificateLib.APPROVE, signers.present(0, who, message));
        return ISlashingCourt.Votes(digest, certificate);
    }

    function _accusedOf(Committee signers, uint256 i) private view returns (ISlashingCourt.Accused[] memory accused) {
        accused = new ISlashingCourt.Accused[](1);
        accused[0] = ISlashingCourt.Accused(signers.member(i), signers.path(i));
    }

    function _registryReasons() private pure returns (bytes4[] memory allowed) {
        allowed = new bytes4[](8);
        allowed[0] = IValidatorRegistry.ValidatorRegistry_NotRegistered.selector;
        allowed[1] = IValidatorRegistry.ValidatorRegistry_NotColdKey.selector;
        allowed[2] = IValidatorRegistry.ValidatorRegistry_StillUnbonding.selector;
        allowed[3] = IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector;
        allowed[4] = IValidatorRegistry.ValidatorRegistry_AlreadyLeaving.selector;
        allowed[5] = IValidatorRegistry.ValidatorRegistry_NothingToAdvance.selector;
        allowed[6] = IValidatorRegistry.ValidatorRegistry_DrawOpen.selector;
        allowed[7] = IValidatorRegistry.ValidatorRegistry_StakeTooSmall.selector;
    }
}
