// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20, ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IHumanity} from "../../src/interfaces/IHumanity.sol";
import {IRandomBeacon} from "../../src/interfaces/IRandomBeacon.sol";
import {IValidatorRegistry, Parameters, Status, ValidatorView} from "../../src/interfaces/IValidatorRegistry.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";
import {BlsSigner} from "./BlsSigner.sol";
import {Committee} from "./Committee.sol";

/// @notice Stake token with EIP-2612.
contract PermitToken is ERC20Permit {
    constructor() ERC20("Stake", "STAKE") ERC20Permit("Stake") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice A beacon whose rounds the test proves: one every three seconds.
contract BeaconProbe is IRandomBeacon {
    mapping(uint64 round => bytes32) public randomness;

    function roundAt(uint64 time) external pure returns (uint64) {
        return (time + 2) / 3;
    }

    function prove(uint64 round, bytes32 value) external {
        randomness[round] = value;
    }
}

/// @notice A registry of humans that can misbehave in every way a foreign contract can.
contract HumanityProbe is IHumanity {
    enum Mode {
        Plain,
        Reverts,
        BurnsGas,
        Junk,
        Short
    }

    Mode public mode;
    mapping(address account => bool) private _humans;

    function set(Mode given) external {
        mode = given;
    }

    function add(address account, bool human) external {
        _humans[account] = human;
    }

    function isHuman(address account) external view returns (bool) {
        if (mode == Mode.Reverts) revert("no");
        if (mode == Mode.BurnsGas) for (uint256 i = 0;; ++i) {}
        if (mode == Mode.Junk) {
            assembly {
                mstore(0x00, 2)
                return(0x00, 0x20)
            }
        }
        if (mode == Mode.Short) {
            assembly {
                mstore(0x00, not(0))
                return(0x00, 0x01)
            }
        }
        return _humans[account];
    }
}

/// @notice Remembers the last ticket, as Arbitrum's inbox would deliver it.
contract InboxProbe is IInbox {
    uint256 public tickets;
    address public to;
    address public refundTo;
    uint256 public value;
    bytes public data;

    function createRetryableTicket(
        address to_,
        uint256,
        uint256,
        address refundTo_,
        address,
        uint256,
        uint256,
        bytes calldata data_
    ) external payable returns (uint256) {
        (to, refundTo, value, data) = (to_, refundTo_, msg.value, data_);
        return ++tickets;
    }
}

/// @notice The registry with its sets on one chain; four validators of equal stake, the first term fixed.
abstract contract RegistryTest is Test {
    uint64 internal constant T0 = 1_800_000_000;
    uint64 internal constant MAX_AGE = 600;
    uint64 internal constant TERM = 7 days;
    uint64 internal constant LEAD = 1 days;
    uint64 internal constant DRAW = 1 days;
    uint64 internal constant UNBONDING = 14 days;
    uint128 internal constant STAKE = 100 ether;
    uint128 internal constant MINIMUM = 10 ether;
    uint128 internal constant BOND = 1_000 ether;

    address internal admin = makeAddr("admin");
    address internal court = makeAddr("court");
    address internal sink = makeAddr("sink");
    address internal newcomer = makeAddr("newcomer");
    PermitToken internal stake;
    IValidatorRegistry internal registry;
    ValidatorSets internal sets;
    BeaconProbe internal beacon;
    HumanityProbe internal humanity;
    Committee internal committee;
    bytes32 internal salt;
    bytes32 internal domain;

    function setUp() public virtual {
        vm.warp(T0);
        stake = new PermitToken();
        beacon = new BeaconProbe();
        humanity = new HumanityProbe();
        _deploy();
        committee = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            _register(_validator(i), i + 1, STAKE);
            committee.add(_validator(i), i + 1, STAKE);
        }
        registry.fixTerm();
    }

    function _deploy() internal {
        registry = _newRegistry(_parameters());
        sets = ValidatorSets(
            _proxy(address(new ValidatorSets(address(registry))), abi.encodeCall(ValidatorSets.initialize, (admin)))
        );
        salt = SummaryLib.saltOf(block.chainid, address(registry));
        domain = SummaryLib.domainSeparator(salt);
        bytes32 role = registry.COURT_ROLE();
        vm.startPrank(admin);
        registry.setBridge(sets, IInbox(address(0)), address(0));
        registry.setSources(beacon, humanity);
        IAccessControl(address(registry)).grantRole(role, court);
        vm.stopPrank();
    }

    function _parameters() internal virtual returns (Parameters memory) {
        return Parameters({
            stakeToken: stake,
            minimumStake: MINIMUM,
            weightCap: 1_000 ether,
            minimumBond: BOND,
            termSeconds: TERM,
            termLead: LEAD,
            drawSeconds: DRAW,
            unbondingSeconds: UNBONDING,
            maxAgeSeconds: MAX_AGE,
            fraudWindowSeconds: 7 days,
            marginSeconds: 3 days,
            bootstrapValidators: 1,
            seats: 1_024,
            churnFloor: 4,
            sink: sink
        });
    }

    function _newRegistry(Parameters memory p) internal returns (IValidatorRegistry) {
        address code = address(new ValidatorRegistry(p, address(new RegistryTerms(p))));
        return IValidatorRegistry(_proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (admin))));
    }

    function _proxy(address code, bytes memory init) internal returns (address) {
        return address(new ERC1967Proxy(code, init));
    }

    function _validator(uint256 i) internal returns (address) {
        return makeAddr(string.concat("validator", vm.toString(i)));
    }

    function _fund(address who, uint128 amount) internal {
        stake.mint(who, amount);
        vm.prank(who);
        stake.approve(address(registry), amount);
    }

    function _register(address validator, uint256 secret, uint128 amount) internal {
        (bytes memory key, bytes memory possession) = _possession(validator, validator, secret);
        _fund(validator, amount);
        vm.prank(validator);
        registry.register(key, possession, keccak256("x25519"), amount);
    }

    function _possession(address validator, address coldKey, uint256 secret)
        internal
        view
        returns (bytes memory key, bytes memory possession)
    {
        key = BlsSigner.publicKey(secret);
        bytes32 typehash = keccak256("Possession(address validator,address coldKey,bytes key)");
        bytes32 structHash = keccak256(abi.encode(typehash, validator, coldKey, keccak256(key)));
        possession = BlsSigner.sign(secret, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    function _exit(address validator) internal {
        vm.prank(validator);
        registry.requestExit(validator);
    }

    function _status(address validator) internal view returns (Status) {
        return registry.validatorOf(validator).status;
    }

    function _seatOf(address validator) internal view returns (uint32 seat) {
        bool seated;
        (seat, seated) = registry.indexOf(validator);
        assertTrue(seated, "not seated");
    }

    /// @dev The registry's current set equals the committee rebuilt from scratch.
    function _expectSet(Committee expected) internal view {
        SetHeader memory header = expected.header(1, 0, 1);
        (bytes32 root, bytes memory key, uint128 total, uint32 count) = registry.current();
        assertEq(root, header.membersRoot, "root");
        assertEq(key, header.aggregateKey, "key sum");
        assertEq(total, header.totalWeight, "weight");
        assertEq(count, header.count, "count");
    }

    function _revertsAs(address who, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(who);
    }
}
