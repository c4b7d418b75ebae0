// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, Member} from "./PobsTypes.sol";

/// @notice What is voted on.
/// @param domain EIP-712 domain of the deployment, equal on every chain.
/// @param digest The summary's digest.
struct Ballot {
    bytes32 domain;
    bytes32 digest;
    uint64 epoch;
    uint64 snapshotTime;
    uint32 setId;
}

/// @title The one place of a chain where votes and certificates are verified.
interface ICertificateVerifier {
    error CertificateVerifier_ZeroAddress();
    error CertificateVerifier_NotInTerm(uint32 setId, uint64 snapshotTime);
    error CertificateVerifier_NotMember(uint32 setId, uint32 index, address validator);

    /// @notice True when the set is known and `activeFrom <= snapshotTime < activeUntil`.
    function inTerm(uint32 setId, uint64 snapshotTime) external view returns (bool);

    /// @notice Proves who signed; reverts unless the set is in term and every group well formed with its signature holding.
    /// @dev The caller compares the weights with its threshold.
    function signedWeight(Ballot calldata ballot, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total);

    /// @notice Weight behind one typed message that is no vote: a hand-over of sets, a `recovery` root.
    /// @dev The certificate has kind 0 and one group of rule 0. The set must exist; the caller checks term and age and
    /// compares the weights with its threshold.
    /// @param message EIP-712 digest that was signed.
    function messageWeight(uint32 setId, bytes32 message, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total);

    /// @notice Proves one member's own vote; reverts unless it is in the set and its signature holds.
    /// @param path Siblings of the member, bottom-up.
    function checkVote(
        Ballot calldata ballot,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external view;
}
