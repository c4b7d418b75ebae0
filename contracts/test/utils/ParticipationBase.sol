// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbSysEmu} from "../../../sequencer/devnet/contracts/ArbSysEmu.sol";
import {Participation} from "../../src/epochs/Participation.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {Certificate, Member, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {BlsSigner} from "./BlsSigner.sol";
import {RewardsTest} from "./RewardsTest.sol";
import {Records} from "./Records.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice Participation over the term of {RewardsTest}, the devnet's ArbSys at its place, and a set of 1,000.
abstract contract ParticipationBase is RewardsTest {
    uint256 internal constant LARGE = 1_000;
    /// @dev Secret behind the large set's aggregate key; member `i` has secret `i + 1`.
    uint256 internal constant SUM_SECRET = 0xabcdef;
    uint16 internal constant ABSENT_BPS = 3_400;

    Participation internal participation;
    address internal court = makeAddr("court");

    function setUp() public virtual override {
        super.setUp();
        vm.etch(address(0x64), type(ArbSysEmu).runtimeCode);
        participation = new Participation(manager, sets, court, ABSENT_BPS);
    }

    function _noGroups() internal pure returns (IEpochManager.GroupInfo[] memory) {
        return new IEpochManager.GroupInfo[](0);
    }

    /// @dev Counts an epoch that all but `absent` approved.
    function _count(uint64 epoch, uint256[] memory absent) internal {
        participation.count(epoch, _groups(true, 0, absent), _noGroups(), _noGroups());
    }

    function _pastDeadlines() internal {
        vm.warp(T0 + 1 days);
    }

    function _pastTerm() internal {
        vm.warp(uint256(sets.header(setId).activeUntil) + manager.votesCloseAfter() + 1);
    }

    /// @dev Member 2 misses two of three epochs; the term is over.
    function _absentTwice() internal {
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 digest = _proposeSheet(epoch);
            manager.certify(epoch, _approvalWithout(epoch, digest, epoch < 3 ? _list(2) : new uint256[](0)));
        }
        _pastTerm();
        _count(1, _list(2));
        _count(2, _list(2));
        _count(3, new uint256[](0));
    }

    function _proof(uint256[] memory indices)
        internal
        view
        returns (Member[] memory members, bytes32[] memory siblings)
    {
        members = new Member[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            members[i] = committee.member(indices[i]);
        }
        siblings = TreeTwin.multiproof(MembersLib.NODE, committee.leaves(), indices);
    }

    /* A SET OF 1,000 */

    function _edges() internal pure returns (uint256[] memory indices) {
        indices = new uint256[](7);
        (indices[0], indices[1], indices[2], indices[3]) = (0, 7, 8, 255);
        (indices[4], indices[5], indices[6]) = (256, 511, 999);
    }

    function _largeMember(uint256 index) internal view returns (Member memory) {
        return Member(uint32(index), address(uint160(index + 1)), BlsSigner.publicKey(index + 1), 1 ether);
    }

    /// @dev Only the listed members' leaves are real; a certificate opens no others.
    function _largeLeaves(uint256[] memory real) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](LARGE);
        for (uint256 i = 0; i < LARGE; ++i) {
            leaves[i] = keccak256(abi.encode("member", i));
        }
        for (uint256 i = 0; i < real.length; ++i) {
            Member memory member = _largeMember(real[i]);
            leaves[real[i]] = MembersLib.leaf(member.index, member.validator, member.key, member.weight);
        }
    }

    function _largeCertificate(uint256[] memory absent, bytes32[] memory leaves, bytes32 message)
        internal
        view
        returns (Certificate memory certificate)
    {
        VoteGroup memory group;
        group.absent = true;
        uint256 secret = SUM_SECRET;
        for (uint256 i = 0; i < absent.length; ++i) {
            group.members = bytes.concat(group.members, Records.encode(_largeMember(absent[i])));
            secret = addmod(secret, BlsSigner.R - (absent[i] + 1), BlsSigner.R);
        }
        if (absent.length != 0) group.siblings = TreeTwin.multiproof(MembersLib.NODE, leaves, absent);
        group.signature = BlsSigner.sign(secret, message);
        return committee.one(setId, 1, group);
    }

    /// @dev Makes the large set current for its own term.
    function _installLarge(bytes32[] memory leaves) internal {
        setId += 1;
        SetHeader memory header = SetHeader({
            setId: setId,
            membersRoot: TreeTwin.root(MembersLib.NODE, leaves),
            aggregateKey: BlsSigner.publicKey(SUM_SECRET),
            totalWeight: uint128(LARGE * 1 ether),
            count: uint32(LARGE),
            activeFrom: T0,
            activeUntil: T0 + TERM
        });
        vm.prank(address(registry));
        sets.accept(header);
    }

    /// @dev Installs the set, proposes `epoch` and has all but `absent` approve it.
    function _certifyLarge(uint256[] memory absent, uint64 epoch) internal {
        bytes32[] memory leaves = _largeLeaves(absent);
        _installLarge(leaves);
        bytes32 digest = _proposeSheet(epoch);
        Certificate memory certificate = _largeCertificate(absent, leaves, _voteDigest(1, epoch, digest, 0));
        manager.certify(epoch, certificate);
    }
}
