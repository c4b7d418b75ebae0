// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MulticallUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/MulticallUpgradeable.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {IValidatorRegistry, Parameters, Status} from "../interfaces/IValidatorRegistry.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {CandidatePool} from "./CandidatePool.sol";
import {HumanityCall} from "./HumanityCall.sol";
import {KeyRecord} from "./KeyRecord.sol";
import {KeySum} from "./KeySum.sol";
import {PlaceQueue} from "./PlaceQueue.sol";
import {RegistryBase} from "./RegistryBase.sol";
import {RegistryPlaces} from "./RegistryPlaces.sol";

/// @title L1: validators, their stake and keys. Terms, court, bond and views are {RegistryTerms}, reached by `fallback`.
/// @dev See {IValidatorRegistry}. The two halves share storage and parameters; together they exceed the size of one.
contract ValidatorRegistry is RegistryPlaces, UUPSUpgradeable, MulticallUpgradeable {
    using SafeERC20 for IERC20;
    using CandidatePool for CandidatePool.Pool;
    using KeySum for KeySum.Sum;
    using PlaceQueue for PlaceQueue.Queue;

    /// @notice {RegistryTerms} of the same parameters.
    address public immutable TERMS;

    constructor(Parameters memory p, address terms) RegistryBase(p) {
        if (terms.code.length == 0) revert IValidatorRegistry.ValidatorRegistry_ZeroAddress();
        if (RegistryBase(terms).PARAMETERS_HASH() != PARAMETERS_HASH) {
            revert IValidatorRegistry.ValidatorRegistry_BadParameters();
        }
        TERMS = terms;
    }

    /// @param admin A timelock: it may upgrade, set bridge, sources and operator, and name the court.
    function initialize(address admin) external initializer {
        if (admin == address(0)) revert IValidatorRegistry.ValidatorRegistry_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @dev Everything that is not here is the other half's, with this contract's storage and caller.
    fallback() external payable {
        address terms = TERMS;
        assembly {
            calldatacopy(0x00, 0x00, calldatasize())
            let ok := delegatecall(gas(), terms, 0x00, calldatasize(), 0x00, 0x00)
            returndatacopy(0x00, 0x00, returndatasize())
            if iszero(ok) { revert(0x00, returndatasize()) }
            return(0x00, returndatasize())
        }
    }

    /* VALIDATORS: see IValidatorRegistry */

    function register(bytes calldata key, bytes calldata possession, bytes32 encryptionKey, uint128 amount)
        external
        nonReentrant
    {
        _register(msg.sender, key, possession, encryptionKey, amount);
    }

    function registerFor(
        address validator,
        bytes calldata consent,
        bytes calldata key,
        bytes calldata possession,
        bytes32 encryptionKey,
        uint128 amount
    ) external nonReentrant {
        bytes32 digest = SummaryLib.operateDigest(_domain(), validator, msg.sender);
        if (!SignatureChecker.isValidSignatureNow(validator, digest, consent)) {
            revert IValidatorRegistry.ValidatorRegistry_BadConsent(validator, msg.sender);
        }
        _register(validator, key, possession, encryptionKey, amount);
    }

    function permitStake(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        try IERC20Permit(address(STAKE_TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
    }

    function topUp(address validator, uint128 amount) external nonReentrant {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        Status status = v.status;
        if (status == Status.None || status == Status.Unbonding) {
            revert IValidatorRegistry.ValidatorRegistry_NotRegistered(validator);
        }
        bool inPlay = status == Status.Seated || status == Status.Waiting;
        if (inPlay && _drawing($)) revert IValidatorRegistry.ValidatorRegistry_DrawOpen();

        _setStake($, validator, v.stake + amount);
        emit IValidatorRegistry.StakeAdded(validator, amount, v.stake);

        _pull(amount);
    }

    function rotateKey(address validator, bytes calldata key, bytes calldata possession) external {
        RegistryStorage storage $ = _registry();
        KeyRecord.Record memory old = _onlyColdKey($, validator);
        Validator storage v = $.validators[validator];
        Status status = v.status;
        if (status == Status.Unbonding) revert IValidatorRegistry.ValidatorRegistry_NotRegistered(validator);
        _checkKey($, validator, key, possession);

        address pointer = KeyRecord.write(key, validator, msg.sender);
        emit IValidatorRegistry.KeyRotated(validator, key);
        if (status == Status.Queued) {
            (v.human ? $.humans : $.others).items[v.place] = pointer;
        } else if (status == Status.Waiting) {
            $.pool.records[v.place] = pointer;
        } else if (status == Status.Jailed) {
            $.parked[validator] = pointer;
        } else {
            $.seats[v.place].record = pointer;
            $.keySum.swap(old.key, key);
            _writeSeat($, v.place, KeyRecord.read(pointer));
        }
    }

    function setEncryptionKey(address validator, bytes32 encryptionKey) external {
        _onlyColdKey(_registry(), validator);
        if (encryptionKey == bytes32(0)) revert IValidatorRegistry.ValidatorRegistry_NoEncryptionKey();
        emit IValidatorRegistry.EncryptionKeyChanged(validator, encryptionKey);
    }

    function refreshHumanity(address validator) external nonReentrant {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        Status status = v.status;
        if (status == Status.None || status == Status.Unbonding) {
            revert IValidatorRegistry.ValidatorRegistry_NotRegistered(validator);
        }
        // Its queue is chosen; a change here would lose its place.
        if (status == Status.Queued) revert IValidatorRegistry.ValidatorRegistry_QueuedAs(validator, v.human);
        if (_drawing($)) revert IValidatorRegistry.ValidatorRegistry_DrawOpen();
        bool human = _claimHumanity($, KeyRecord.read(_recordOf($, validator)).coldKey, validator);
        v.human = human;
        emit IValidatorRegistry.HumanityChanged(validator, human);
        if (status == Status.Waiting) _reweigh($, validator);
    }

    function requestExit(address validator) external {
        RegistryStorage storage $ = _registry();
        _onlyColdKey($, validator);
        Validator storage v = $.validators[validator];
        Status status = v.status;
        if (status == Status.Unbonding) revert IValidatorRegistry.ValidatorRegistry_NotRegistered(validator);
        if (v.leaving) revert IValidatorRegistry.ValidatorRegistry_AlreadyLeaving(validator);
        // Outside of seats and pool nobody is affected.
        if (status == Status.Queued || status == Status.Jailed || _mayLeave($, status)) {
            _leave($, validator, v.stake);
            return;
        }
        v.leaving = true;
        emit IValidatorRegistry.ExitQueued(validator, $.exits.push(validator));
    }

    function withdraw(address validator) external nonReentrant {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        if (v.status != Status.Unbonding) revert IValidatorRegistry.ValidatorRegistry_NothingUnbonding(validator);
        _onlyColdKey($, validator);
        if (block.timestamp < v.until) {
            revert IValidatorRegistry.ValidatorRegistry_StillUnbonding(validator, v.until);
        }

        uint128 amount = v.stake;
        delete $.validators[validator];
        delete $.parked[validator];
        emit IValidatorRegistry.StakeWithdrawn(validator, amount);

        STAKE_TOKEN.safeTransfer(msg.sender, amount);
    }

    function unjail(address validator) external {
        RegistryStorage storage $ = _registry();
        _onlyColdKey($, validator);
        Validator storage v = $.validators[validator];
        if (v.status != Status.Jailed) revert IValidatorRegistry.ValidatorRegistry_NotJailed(validator);
        if (block.timestamp < v.until) revert IValidatorRegistry.ValidatorRegistry_StillJailed(validator, v.until);
        if (v.stake < MINIMUM_STAKE) {
            revert IValidatorRegistry.ValidatorRegistry_StakeTooSmall(v.stake, MINIMUM_STAKE);
        }
        address pointer = _remove($, validator);
        emit IValidatorRegistry.Unjailed(validator);
        _admit($, validator, pointer);
    }

    function advance(uint256 steps) external returns (uint256 done) {
        RegistryStorage storage $ = _registry();
        if (_drawing($)) revert IValidatorRegistry.ValidatorRegistry_DrawOpen();
        while (done < steps && !$.exits.isEmpty()) {
            address validator = $.exits.front();
            Validator storage v = $.validators[validator];
            if (v.leaving) {
                if (v.status == Status.Seated && !_takeExit($.term)) break;
                _leave($, validator, v.stake);
            }
            $.exits.shift();
            ++done;
        }
        for (; done < steps; ++done) {
            PlaceQueue.Queue storage queue = $.humans.isEmpty() ? $.others : $.humans;
            if (queue.isEmpty()) break;
            bool hole = queue.front() == address(0);
            if (!hole && $.term.entries >= _limit($.term)) break;
            address pointer = queue.shift();
            if (hole) continue;
            if ($.term.latest != 0) ++$.term.entries;
            _enter($, KeyRecord.read(pointer), pointer);
        }
        if (done == 0) revert IValidatorRegistry.ValidatorRegistry_NothingToAdvance();
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    /// @dev The caller is the cold key and pays.
    function _register(
        address validator,
        bytes calldata key,
        bytes calldata possession,
        bytes32 encryptionKey,
        uint128 amount
    ) private {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        // Check
        if (v.status == Status.Unbonding) {
            revert IValidatorRegistry.ValidatorRegistry_StillUnbonding(validator, v.until);
        }
        if (v.status != Status.None) revert IValidatorRegistry.ValidatorRegistry_AlreadyRegistered(validator);
        if (amount < MINIMUM_STAKE) {
            revert IValidatorRegistry.ValidatorRegistry_StakeTooSmall(amount, MINIMUM_STAKE);
        }
        if (encryptionKey == bytes32(0)) revert IValidatorRegistry.ValidatorRegistry_NoEncryptionKey();
        _checkKey($, validator, key, possession);

        // Effect
        v.stake = amount;
        emit IValidatorRegistry.ValidatorRegistered(validator, msg.sender, key, encryptionKey, amount);
        if (_claimHumanity($, msg.sender, validator)) {
            v.human = true;
            emit IValidatorRegistry.HumanityChanged(validator, true);
        }
        _admit($, validator, KeyRecord.write(key, validator, msg.sender));

        // Interaction
        _pull(amount);
    }

    /// @dev Whoever leaves a seat out of turn must find room in the term's limit and nobody in front.
    function _mayLeave(RegistryStorage storage $, Status status) private returns (bool) {
        if (_drawing($) || !$.exits.isEmpty()) return false;
        return status == Status.Waiting || _takeExit($.term);
    }

    function _takeExit(Term storage term) private returns (bool) {
        if (term.latest == 0) return true;
        if (term.exits >= term.churn) return false;
        ++term.exits;
        return true;
    }

    /// @dev Refuses infinity, reused keys (also negated: pairs that cancel would count weight without a signature) and
    /// keys whose owner does not hold the secret; the pairing also refuses points outside the subgroup.
    function _checkKey(RegistryStorage storage $, address validator, bytes calldata key, bytes calldata possession)
        private
    {
        if (key.length != BlsLib.KEY_BYTES) revert IValidatorRegistry.ValidatorRegistry_BadKeyLength(key.length);
        if (possession.length != BlsLib.SIGNATURE_BYTES) {
            revert IValidatorRegistry.ValidatorRegistry_BadPossessionLength(possession.length);
        }
        BLS.G1Point memory point = BlsLib.toG1(key);
        if (BlsLib.isInfinity(point)) revert IValidatorRegistry.ValidatorRegistry_KeyIsInfinity();
        bytes32 abscissa = keccak256(key[:48]);
        if ($.keyUsed[abscissa]) revert IValidatorRegistry.ValidatorRegistry_KeyUsed(key);
        bytes32 digest = SummaryLib.possessionDigest(_domain(), validator, msg.sender, key);
        BLS.G2Point memory signature = BlsLib.toG2(possession);
        if (BlsLib.isInfinity(signature) || !BlsLib.verify(point, signature, digest)) {
            revert IValidatorRegistry.ValidatorRegistry_BadPossession(validator);
        }
        $.keyUsed[abscissa] = true;
    }

    function _onlyColdKey(RegistryStorage storage $, address validator)
        private
        view
        returns (KeyRecord.Record memory record)
    {
        address pointer = _recordOf($, validator);
        if (pointer == address(0)) revert IValidatorRegistry.ValidatorRegistry_NotRegistered(validator);
        record = KeyRecord.read(pointer);
        if (record.coldKey != msg.sender) {
            revert IValidatorRegistry.ValidatorRegistry_NotColdKey(validator, msg.sender);
        }
    }

    /// @dev True when the cold key is a human's and speaks for no other validator.
    function _claimHumanity(RegistryStorage storage $, address coldKey, address validator) private returns (bool) {
        if (!HumanityCall.isHuman($.humanity, coldKey)) return false;
        address other = $.humanOf[coldKey];
        if (other == validator) return true;
        Status status = $.validators[other].status;
        if (other != address(0) && status != Status.None && status != Status.Unbonding) return false;
        $.humanOf[coldKey] = validator;
        return true;
    }

    function _domain() private view returns (bytes32) {
        return SummaryLib.domainSeparator(SummaryLib.saltOf(block.chainid, address(this)));
    }
}
