// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballot, ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {IFraudProofs} from "../interfaces/IFraudProofs.sol";
import {IFraudVerifier} from "../interfaces/IFraudVerifier.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {Certificate, SetHeader, Summary, VoteGroup} from "../interfaces/PobsTypes.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {VerifierCall} from "../libraries/VerifierCall.sol";
import {SetHeaders} from "../validators/SetHeaders.sol";

/// @dev What the court asks the registry at its deployment.
interface IRegistryTimes {
    function UNBONDING_SECONDS() external view returns (uint64);
    function TERM_SECONDS() external view returns (uint64);
}

/// @dev The part of OpenZeppelin's TimelockController that the court asks at its deployment.
interface IMinDelay {
    function getMinDelay() external view returns (uint256);
}

/// @title Who signed what, and that each offence is punished once.
/// @dev Not upgradeable: the registry's admin replaces a court by giving its role to another.
abstract contract CourtBase is ISlashingCourt {
    /// @param sets {ValidatorSets} of this chain.
    /// @param timelock Vetoes dissent and names the reporter of absences.
    /// @param fraudWindow Seconds after a snapshot in which dissent about it is not punished.
    /// @param vetoWindow Seconds between accusation and punishment of dissent.
    /// @param evidenceSeconds How long after its term a set's votes are evidence.
    /// @param bountyBps Reporter's share of what is slashed.
    /// @param dissentBps Share of stake for one dissent.
    /// @param dissentCapBps Most share of stake for all dissent of one term.
    struct Parameters {
        IValidatorRegistry registry;
        address sets;
        ICertificateVerifier verifier;
        IFraudVerifier fraudVerifier;
        address timelock;
        uint64 fraudWindow;
        uint64 vetoWindow;
        uint64 evidenceSeconds;
        uint16 bountyBps;
        uint16 dissentBps;
        uint16 dissentCapBps;
    }

    /// @notice 5 %: whoever reports its own offence, or lets an accomplice do it, loses at least 95 %.
    uint16 public constant BOUNTY_MAX_BPS = 500;
    /// @notice 1 % for one dissent, 5 % for all of a term.
    uint16 public constant DISSENT_MAX_BPS = 100;
    uint16 public constant DISSENT_CAP_MAX_BPS = 500;
    /// @notice Members one call can name.
    uint256 public constant ACCUSED_MAX = 64;
    uint16 internal constant ALL_BPS = 10_000;

    IValidatorRegistry public immutable REGISTRY;
    address public immutable SETS;
    ICertificateVerifier public immutable VERIFIER;
    IFraudVerifier public immutable FRAUD_VERIFIER;
    address public immutable TIMELOCK;
    /// @notice EIP-712 domain of the deployment, equal on every chain.
    bytes32 public immutable DOMAIN;
    uint64 public immutable FRAUD_WINDOW;
    uint64 public immutable VETO_WINDOW;
    uint64 public immutable EVIDENCE_SECONDS;
    uint16 public immutable BOUNTY_BPS;
    uint16 public immutable DISSENT_BPS;
    uint16 public immutable DISSENT_CAP_BPS;

    mapping(bytes32 offence => bool) private _convicted;

    constructor(Parameters memory p) {
        if (
            address(p.registry) == address(0) || p.sets == address(0) || address(p.verifier) == address(0)
                || address(p.fraudVerifier) == address(0) || p.timelock == address(0)
        ) revert SlashingCourt_ZeroAddress();
        _checkShares(p);
        _checkTimes(p);
        DOMAIN = SummaryLib.domainSeparator(SummaryLib.saltOf(block.chainid, address(p.registry)));
        bytes32 domain = IFraudProofs(address(p.fraudVerifier)).DOMAIN();
        if (domain != DOMAIN) revert SlashingCourt_WrongDomain(domain, DOMAIN);
        REGISTRY = p.registry;
        SETS = p.sets;
        VERIFIER = p.verifier;
        FRAUD_VERIFIER = p.fraudVerifier;
        TIMELOCK = p.timelock;
        FRAUD_WINDOW = p.fraudWindow;
        VETO_WINDOW = p.vetoWindow;
        EVIDENCE_SECONDS = p.evidenceSeconds;
        BOUNTY_BPS = p.bountyBps;
        DISSENT_BPS = p.dissentBps;
        DISSENT_CAP_BPS = p.dissentCapBps;
    }

    modifier onlyTimelock() {
        if (msg.sender != TIMELOCK) revert SlashingCourt_NotTimelock(msg.sender);
        _;
    }

    /// @inheritdoc ISlashingCourt
    function convicted(address validator, uint64 epoch, Offence offence) public view returns (bool) {
        return _convicted[_offenceKey(validator, epoch, offence)];
    }

    /// @dev Header of a set whose votes still are evidence.
    function _liveSet(uint32 setId) internal view returns (SetHeader memory set) {
        set = SetHeaders.read(SETS, setId);
        if (set.totalWeight == 0) revert SlashingCourt_UnknownSet(setId);
        uint64 expiredAt = set.activeUntil + EVIDENCE_SECONDS;
        if (block.timestamp > expiredAt) revert SlashingCourt_EvidenceExpired(setId, expiredAt);
    }

    /// @dev Weight behind a certificate about a whole summary; its set must be in term at the snapshot.
    function _weigh(Summary calldata summary, bytes32 digest, Certificate calldata certificate)
        internal
        view
        returns (uint256 signed, uint256 total)
    {
        Ballot memory ballot = Ballot(DOMAIN, digest, summary.epoch, summary.snapshotTime, summary.setId);
        return VerifierCall.signedWeight(VERIFIER, ballot, certificate);
    }

    /// @dev Reverts unless the accused sits in the set and is one of those who signed the (verified) certificate.
    function _requireSigner(SetHeader memory set, Certificate calldata certificate, Accused calldata accused)
        internal
        pure
    {
        uint32 index = accused.member.index;
        if (!MembersLib.verify(accused.member, set.membersRoot, set.count, accused.path)) {
            revert SlashingCourt_NotMember(set.setId, index, accused.member.validator);
        }
        for (uint256 i = 0; i < certificate.groups.length; ++i) {
            if (_signed(certificate.groups[i], index)) return;
        }
        revert SlashingCourt_NotSigner(set.setId, index);
    }

    function _requireBatch(uint256 size) internal pure {
        if (size > ACCUSED_MAX) revert SlashingCourt_TooManyAccused(size, ACCUSED_MAX);
    }

    /// @dev Slashes and remembers. Who lost nothing is not remembered: stake may come back within the evidence's life.
    /// @return slashed Zero for an offence that was punished before.
    function _convict(address validator, uint64 epoch, Offence offence, uint32 setId, uint16 bps, address reporter)
        internal
        returns (uint128 slashed)
    {
        bytes32 key = _offenceKey(validator, epoch, offence);
        if (_convicted[key]) return 0;
        // Before the call, so that no token hook can come back for the same offence.
        _convicted[key] = true;
        slashed = REGISTRY.slash(validator, bps, BOUNTY_BPS, reporter);
        if (slashed == 0) delete _convicted[key];
        else emit Convicted(validator, epoch, offence, setId, slashed, reporter);
    }

    /// @dev An epoch number belongs to one term, and a vote for it in another is the same offence: no term in the key.
    function _offenceKey(address validator, uint64 epoch, Offence offence) private pure returns (bytes32) {
        return keccak256(abi.encode(validator, epoch, offence));
    }

    /// @dev A group lists either those who signed or those who did not.
    function _signed(VoteGroup calldata group, uint32 index) private pure returns (bool) {
        uint256 listed = MembersLib.listed(group.members);
        for (uint256 i = 0; i < listed; ++i) {
            if (MembersLib.indexAt(group.members, i) == index) return !group.absent;
        }
        return group.absent;
    }

    function _checkShares(Parameters memory p) private pure {
        if (p.bountyBps > BOUNTY_MAX_BPS) revert SlashingCourt_BountyTooLarge(p.bountyBps, BOUNTY_MAX_BPS);
        if (
            p.dissentBps == 0 || p.dissentBps > DISSENT_MAX_BPS || p.dissentCapBps < p.dissentBps
                || p.dissentCapBps > DISSENT_CAP_MAX_BPS
        ) revert SlashingCourt_DissentTooLarge(p.dissentBps, p.dissentCapBps);
    }

    /// @dev Stake that voted in a term leaves no earlier than `unbonding` after it, or after the next one if that was
    /// fixed already: evidence must live as long, and dissent must be executable before.
    function _checkTimes(Parameters memory p) private view {
        if (p.fraudWindow == 0 || p.vetoWindow == 0) revert SlashingCourt_BadParameters();
        IRegistryTimes times = IRegistryTimes(address(p.registry));
        uint64 unbonding = times.UNBONDING_SECONDS();
        uint64 needed = unbonding + times.TERM_SECONDS();
        if (p.evidenceSeconds < needed) revert SlashingCourt_EvidenceTooShort(p.evidenceSeconds, needed);
        uint64 longest = p.fraudWindow > p.vetoWindow ? p.fraudWindow : p.vetoWindow;
        if (longest > unbonding) revert SlashingCourt_WindowTooLong(longest, unbonding);
        // An account without code decides at once; a timelock must be able to veto in time.
        if (p.timelock.code.length != 0) {
            uint256 delay = IMinDelay(p.timelock).getMinDelay();
            if (p.vetoWindow <= delay) revert SlashingCourt_VetoTooShort(p.vetoWindow, delay);
        }
    }
}
