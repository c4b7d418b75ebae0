// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";
import {Ballot, ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, SetHeader, VoteGroup} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {VerifierCall} from "../../src/libraries/VerifierCall.sol";
import {CertificateVerifier} from "../../src/validators/CertificateVerifier.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";
import {Committee} from "../utils/Committee.sol";

/// @notice Takes a certificate as custodies and the epoch manager do.
contract CertificateTaker {
    ICertificateVerifier private immutable VERIFIER;

    constructor(ICertificateVerifier verifier) {
        VERIFIER = verifier;
    }

    function take(Ballot calldata ballot, Certificate calldata certificate) external returns (uint256 signed) {
        (signed,) = VerifierCall.signedWeight(VERIFIER, ballot, certificate);
    }
}

/// @notice What each absent validator adds to a whole transaction, calldata included.
/// forge-config: default.isolate = true
contract AbsentGasTest is Test {
    uint64 private constant T0 = 1_800_000_000;
    uint256 private constant ABSENT_MAX = 8_000;

    CertificateTaker private taker;
    ValidatorSets private sets;
    bytes32 private domain = SummaryLib.domainSeparator(keccak256("salt"));
    bytes32 private digest = keccak256("digest");

    function setUp() public {
        vm.warp(T0);
        address code = address(new ValidatorSets(address(this)));
        sets = ValidatorSets(address(new ERC1967Proxy(code, abi.encodeCall(ValidatorSets.initialize, (address(this))))));
        taker = new CertificateTaker(new CertificateVerifier(address(sets)));
    }

    function _committee(uint256 size, uint32 setId) private returns (Committee committee) {
        committee = new Committee();
        for (uint256 i = 0; i < size; ++i) {
            committee.add(address(uint160(uint256(keccak256(abi.encode(i))))), i + 1, 100 ether + uint128(i));
        }
        sets.accept(committee.header(setId, T0, T0 + 1 days));
    }

    /// @dev Gas of a certificate from which `absent` members, spread over the set, are missing.
    function _take(Committee committee, uint32 setId, uint256 absent) private returns (uint256 gas) {
        uint256 size = committee.count();
        uint256[] memory missing = new uint256[](absent);
        for (uint256 i = 0; i < absent; ++i) {
            missing[i] = i * size / absent + size / (2 * absent);
        }
        VoteGroup memory group = committee.absent(0, missing, SummaryLib.voteDigest(domain, 1, 5, setId, digest, 0));
        Certificate memory certificate = committee.one(setId, 1, group);
        taker.take(Ballot(domain, digest, 5, T0, setId), certificate);
        gas = vm.lastCallGas().gasTotalUsed;
    }

    function _measure(uint256 size, uint32 setId, uint256 few, uint256 many) private returns (uint256 each) {
        Committee committee = _committee(size, setId);
        uint256 none = _take(committee, setId, 0);
        uint256 atFew = _take(committee, setId, few);
        uint256 atMany = _take(committee, setId, many);
        each = (atMany - atFew) / (many - few);
        console.log("members", size, "nobody absent", none);
        console.log("the first absent", few, atFew - none);
        console.log("each further, up to", many, each);
        vm.snapshotValue("gas", string.concat("certificate, each further absent of ", vm.toString(size)), each);
    }

    function test_gas_absentOf4() public {
        assertLe(_measure(4, 1, 1, 2), ABSENT_MAX, "each absent");
    }

    function test_gas_absentOf20() public {
        assertLe(_measure(20, 1, 1, 6), ABSENT_MAX, "each absent");
    }

    function test_gas_absentOf100() public {
        assertLe(_measure(100, 2, 1, 33), ABSENT_MAX, "each absent");
    }

    /// @dev Members spread thinly over a large set share few nodes: each brings up to ten siblings of 32 bytes, and with a
    /// hundred of them the calldata floor (EIP-7623) is dearer than the work. Recorded, not limited to {ABSENT_MAX}.
    function test_gas_absentOf1000() public {
        assertLe(_measure(1_000, 3, 10, 100), 3 * ABSENT_MAX / 2, "each absent");
    }
}
