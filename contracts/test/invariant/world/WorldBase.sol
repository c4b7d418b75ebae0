// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Custody} from "../../../src/custody/Custody.sol";
import {ICustody} from "../../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../../src/interfaces/ICustodyExits.sol";
import {Status, ValidatorView} from "../../../src/interfaces/IValidatorRegistry.sol";
import {Certificate, Line, SetHeader, Summary} from "../../../src/interfaces/PobsTypes.sol";
import {MirrorSets} from "../../../src/validators/MirrorSets.sol";
import {Committee} from "../../utils/Committee.sol";
import {CourtTest} from "../../utils/CourtTest.sol";
import {ExitsTest} from "../../utils/ExitsTest.sol";
import {GasBurningPayee, ReturndataBomb} from "../../utils/Payees.sol";
import {Wallet1271} from "../../utils/Wallet1271.sol";

/// @notice One world: two custodies of two assets each (one pays at once, one after a dispute window), a registry whose
/// sets change from term to term, its court, a mirror of the sets; six wallets, three of which take no ETH, and one of which
/// is a system row.
/// The books here are the model; the chain is compared with them.
abstract contract WorldBase is ExitsTest, CourtTest {
    uint256 internal constant CUSTODIES = 2;
    uint256 internal constant WALLETS = 6;
    /// @dev The system row `unmatched`: it holds, and never withdraws or escapes.
    uint256 internal constant SYSTEM = 5;
    /// @dev A contract wallet that signs and takes no ETH.
    uint256 internal constant SIGNER = 2;
    uint256 internal constant VALIDATORS = 7;
    uint64 internal constant GRACE = 3 days;
    uint256 internal constant WALLET_KEY = 0xA11CE;

    /// @dev The ledger of one custody asset, lots. `active` is what the active root authorised, where a kill leads back.
    struct Book {
        uint64 deposited;
        uint64 authorised;
        uint64[WALLETS] balance;
        uint64[WALLETS] cumulative;
        uint64[WALLETS] active;
    }

    /// @dev Base units of one custody asset, counted where they move.
    struct Flow {
        uint256 cameIn;
        uint256 recovered;
        uint256 reclaimed;
        uint256 released;
    }

    /// @dev One custody's part of a sealed epoch, with all that is needed to use it.
    struct Sealed {
        Summary summary;
        Line line;
        uint256 lineIndex;
        bytes32[] linePath;
        bytes32[] treeHashes;
        Certificate certificate;
        Holder[][2] holders;
        Payout[] payouts;
        bytes32 digest;
    }

    /// @dev Highest figures ever seen, and what stood there when a custody froze.
    struct Marks {
        bytes32 digest;
        uint64 epoch;
        uint64 blockNumber;
        uint32 kills;
        bool frozen;
        uint64[2] deposited;
        uint64[2] authorised;
        uint64[WALLETS][2] paid;
    }

    Custody[CUSTODIES] internal custodies;
    address[2] internal assets;
    address[WALLETS] internal wallets;
    MirrorSets internal mirror;

    Book[2][CUSTODIES] internal books;
    Flow[2][CUSTODIES] internal flows;
    Marks[CUSTODIES] internal marks;
    /// @dev Highest leaf of any root that was ever active.
    uint64[WALLETS][2][CUSTODIES] internal highestLeaf;
    uint64 internal epoch;
    mapping(uint64 epoch => bytes[CUSTODIES]) internal sealedLines;
    mapping(uint64 epoch => bool) internal hasQuorum;
    mapping(uint64 epoch => bool) internal isFraud;
    /// @dev How often a root of the epoch entered a custody, as active or as pending.
    mapping(uint64 epoch => uint256[CUSTODIES]) internal accepted;

    mapping(uint32 setId => Committee) internal committees;
    mapping(address validator => uint256) internal secretOf;
    mapping(address validator => bool) internal guilty;
    mapping(address validator => uint64 time) internal lastSigned;
    uint256 internal stakedIn;
    uint256 internal stakeWithdrawn;
    uint256 internal stakeSlashed;

    /// @dev What the campaign reached, for the tests that prove it is not vacuous.
    mapping(bytes32 what => uint256) internal reached;

    /// @dev After every step the model takes over what the chain decided: activations, kills, freezes.
    modifier step() {
        _;
        for (uint256 c = 0; c < CUSTODIES; ++c) {
            _sync(c);
        }
    }

    function setUp() public virtual override(ExitsTest, CourtTest) {
        super.setUp();
        custodies = [custody, _patientCustody()];
        assets = [ETH, address(usdc)];
        wallets = [
            vm.addr(WALLET_KEY),
            makeAddr("plain"),
            address(new Wallet1271(vm.addr(WALLET_KEY))),
            address(new GasBurningPayee()),
            address(new ReturndataBomb()),
            address(4)
        ];
        for (uint256 i = 0; i < committee.count(); ++i) {
            secretOf[_validatorAt(i)] = i + 1;
            stakedIn += STAKE;
        }
        committees[setId] = committee;
        bytes memory init = abi.encodeCall(MirrorSets.initialize, (admin, sets.header(setId)));
        mirror = MirrorSets(_proxy(address(new MirrorSets(salt, GRACE)), init));
    }

    /* READING */

    function _validatorAt(uint256 i) internal returns (address) {
        return makeAddr(string.concat("validator", vm.toString(i)));
    }

    function _doors(uint256 c) internal view returns (ICustodyExits) {
        return ICustodyExits(address(custodies[c]));
    }

    function _lot(uint256 a) internal pure returns (uint256) {
        return a == 0 ? ETH_LOT : 1;
    }

    function _balance(uint256 c, uint256 a) internal view returns (uint256) {
        return _balanceOf(a, address(custodies[c]));
    }

    function _balanceOf(uint256 a, address who) internal view returns (uint256) {
        return a == 0 ? who.balance : IERC20(assets[a]).balanceOf(who);
    }

    function _isFrozen(uint256 c) internal view returns (bool) {
        return _doors(c).frozen();
    }

    function _hostile(uint256 a, uint256 w) internal pure returns (bool) {
        return a == 0 && w > 1 && w != SYSTEM;
    }

    /// @dev Lines as they were sealed.
    function _sealed(uint64 number, uint256 c) internal view returns (Sealed memory) {
        return abi.decode(sealedLines[number][c], (Sealed));
    }

    function _hasLine(uint64 number, uint256 c) internal view returns (bool) {
        return sealedLines[number][c].length != 0;
    }

    /// @dev The epoch of the active root; zero before the first.
    function _activeEpoch(uint256 c) internal view returns (uint64) {
        return custodies[c].activeDigest() == bytes32(0) ? 0 : custodies[c].activeRoot().epoch;
    }

    function _pendingEpoch(uint256 c) internal view returns (uint64) {
        (ICustody.ActiveRoot memory root,) = custodies[c].pendingRoot();
        return root.epoch;
    }

    /* THE CHAIN'S DECISIONS */

    function _sync(uint256 c) private {
        Custody target = custodies[c];
        Marks storage mark = marks[c];
        if (target.activeDigest() != mark.digest) _activated(c, target);
        uint32 kills = target.kills();
        if (kills != mark.kills) {
            mark.kills = kills;
            ++reached["kill"];
            _rollBack(c);
        }
        if (!mark.frozen && _isFrozen(c)) {
            mark.frozen = true;
            ++reached["freeze"];
        }
    }

    function _activated(uint256 c, Custody target) private {
        Marks storage mark = marks[c];
        mark.digest = target.activeDigest();
        uint64 number = target.activeRoot().epoch;
        Sealed memory given = _sealed(number, c);
        assertEq(given.digest, mark.digest, "I-7: the active root is no line of this custody");
        assertTrue(hasQuorum[number], "I-6: a root is active without two thirds");
        for (uint256 i = 0; i < given.payouts.length; ++i) {
            (uint256 a, uint256 w) = (i / WALLETS, i % WALLETS);
            uint64 leaf = given.payouts[i].cumulative;
            books[c][a].active[w] = leaf;
            if (leaf > highestLeaf[c][a][w]) highestLeaf[c][a][w] = leaf;
        }
        ++reached["activation"];
    }

    /// @dev Withdrawals of lines sealed before the kill go back to their owners; the active root is the base.
    function _rollBack(uint256 c) private {
        for (uint256 a = 0; a < 2; ++a) {
            Book storage book = books[c][a];
            for (uint256 w = 0; w < WALLETS; ++w) {
                uint64 back = book.cumulative[w] - book.active[w];
                book.cumulative[w] -= back;
                book.balance[w] += back;
                book.authorised -= back;
            }
        }
    }

    /* SETS */

    /// @dev The committee whose term holds now, fixing terms that are due.
    function _currentSet() internal returns (uint32 id, Committee current) {
        while (block.timestamp >= sets.header(registry.latestSetId()).activeUntil) {
            _fix();
        }
        id = registry.latestSetId();
        if (block.timestamp < sets.header(id).activeFrom) --id;
        return (id, committees[id]);
    }

    /// @dev Fixes the next term and rebuilds its committee from the registry's seats.
    function _fix() internal {
        uint32 id = registry.fixTerm();
        SetHeader memory header = sets.header(id);
        address[] memory seats = new address[](header.count);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            ValidatorView memory v = registry.validatorOf(_validatorAt(i));
            if (v.status == Status.Seated) seats[v.place] = _validatorAt(i);
        }
        Committee next = new Committee();
        for (uint256 i = 0; i < seats.length; ++i) {
            next.add(seats[i], secretOf[seats[i]], registry.stakeOf(seats[i]));
        }
        assertEq(
            keccak256(abi.encode(next.header(id, header.activeFrom, header.activeUntil))),
            keccak256(abi.encode(header)),
            "I-8: header"
        );
        committees[id] = next;
        ++reached["term"];
    }

    /// @dev Picks up to half of the members.
    function _pick(Committee from, uint256 seed, uint256 most) internal view returns (uint256[] memory picked) {
        uint256 count = from.count();
        if (most > count / 2) most = count / 2;
        picked = new uint256[](seed % (most + 1));
        uint256 first = (seed >> 8) % (count - picked.length + 1);
        for (uint256 i = 0; i < picked.length; ++i) {
            picked[i] = first + i;
        }
    }

    function _weightOf(Committee from, uint256[] memory members) internal view returns (uint256 weight) {
        for (uint256 i = 0; i < members.length; ++i) {
            weight += from.member(members[i]).weight;
        }
    }

    function _expect(bytes memory reason, bytes4[] memory allowed) internal pure {
        for (uint256 i = 0; i < allowed.length; ++i) {
            if (bytes4(reason) == allowed[i]) return;
        }
        revert(string.concat("outside its documented errors: ", vm.toString(reason)));
    }
}
