// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Certificate, Member, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {BlsSigner} from "./BlsSigner.sol";
import {Records} from "./Records.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice A set whose secrets the test knows: makes headers, groups and certificates with real signatures.
contract Committee {
    Member[] private _members;
    uint256[] private _secrets;

    function add(address validator, uint256 secret, uint128 weight) external {
        _members.push(Member(uint32(_members.length), validator, BlsSigner.publicKey(secret), weight));
        _secrets.push(secret);
    }

    function count() external view returns (uint256) {
        return _members.length;
    }

    function member(uint256 index) external view returns (Member memory) {
        return _members[index];
    }

    function total() public view returns (uint128 weight) {
        for (uint256 i = 0; i < _members.length; ++i) {
            weight += _members[i].weight;
        }
    }

    function leaves() public view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](_members.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(
                abi.encodePacked(uint8(0x10), uint32(i), _members[i].validator, _members[i].key, _members[i].weight)
            );
        }
    }

    function path(uint256 index) external view returns (bytes32[] memory) {
        return TreeTwin.path(MembersLib.NODE, leaves(), index);
    }

    function header(uint32 setId, uint64 activeFrom, uint64 activeUntil) external view returns (SetHeader memory) {
        return SetHeader({
            setId: setId,
            membersRoot: TreeTwin.root(MembersLib.NODE, leaves()),
            aggregateKey: BlsSigner.publicKey(_sumOfAll()),
            totalWeight: total(),
            count: uint32(_members.length),
            activeFrom: activeFrom,
            activeUntil: activeUntil
        });
    }

    function sign(uint256 index, bytes32 message) external view returns (bytes memory) {
        return BlsSigner.sign(_secrets[index], message);
    }

    /// @notice The listed members sign.
    function present(uint16 rule, uint256[] memory indices, bytes32 message) external view returns (VoteGroup memory) {
        return _group(rule, false, indices, _sumOf(indices), message);
    }

    /// @notice All but the listed members sign.
    function absent(uint16 rule, uint256[] memory indices, bytes32 message) external view returns (VoteGroup memory) {
        uint256 secret = addmod(_sumOfAll(), BlsSigner.R - _sumOf(indices), BlsSigner.R);
        return _group(rule, true, indices, secret, message);
    }

    /// @notice Certificate of one group.
    function one(uint32 setId, uint8 kind, VoteGroup memory group) external pure returns (Certificate memory) {
        VoteGroup[] memory groups = new VoteGroup[](1);
        groups[0] = group;
        return Certificate(setId, kind, groups);
    }

    function _group(uint16 rule, bool isAbsent, uint256[] memory indices, uint256 secret, bytes32 message)
        private
        view
        returns (VoteGroup memory group)
    {
        group.rule = rule;
        group.absent = isAbsent;
        for (uint256 i = 0; i < indices.length; ++i) {
            group.members = bytes.concat(group.members, Records.encode(_members[indices[i]]));
        }
        if (indices.length != 0) group.siblings = TreeTwin.multiproof(MembersLib.NODE, leaves(), indices);
        group.signature = BlsSigner.sign(secret, message);
    }

    function _sumOf(uint256[] memory indices) private view returns (uint256 sum) {
        for (uint256 i = 0; i < indices.length; ++i) {
            sum = addmod(sum, _secrets[indices[i]], BlsSigner.R);
        }
    }

    function _sumOfAll() private view returns (uint256 sum) {
        for (uint256 i = 0; i < _secrets.length; ++i) {
            sum = addmod(sum, _secrets[i], BlsSigner.R);
        }
    }
}
