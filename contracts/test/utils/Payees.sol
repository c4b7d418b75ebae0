// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";

/// @notice Refuses ETH.
contract RevertingPayee {
    receive() external payable {
        revert("no");
    }
}

/// @notice Burns all gas it is given.
contract GasBurningPayee {
    receive() external payable {
        for (uint256 i = 0;; ++i) {}
    }
}

/// @notice Refuses cheaply whatever does not bring the gas it is promised.
contract DemandingPayee {
    receive() external payable {
        if (gasleft() < 90_000) revert("too little gas");
    }
}

/// @notice Answers with as much returndata as its gas allows.
contract ReturndataBomb {
    receive() external payable {
        assembly {
            return(0, 200000)
        }
    }
}

/// @notice Tries to be paid twice while it is being paid.
contract ReentrantPayee {
    Custody private immutable CUSTODY;
    PayoutClaim private _claim;
    bool public failed;
    bytes public reason;

    constructor(Custody custody) {
        CUSTODY = custody;
    }

    function prepare(PayoutClaim calldata payout) external {
        _claim = payout;
    }

    receive() external payable {
        try CUSTODY.claim(_claim) {}
        catch (bytes memory why) {
            failed = true;
            reason = why;
        }
    }
}

/// @notice Tokens that misbehave on demand.
contract WeirdToken is ERC20("Weird", "WRD") {
    enum Mode {
        Plain,
        NoReturn,
        False,
        Junk,
        Short,
        Blacklist
    }

    Mode public mode;

    function set(Mode given) external {
        mode = given;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (mode == Mode.Blacklist) revert("blacklisted");
        if (mode == Mode.False) return false;
        _transfer(msg.sender, to, amount);
        if (mode == Mode.NoReturn) {
            assembly {
                return(0, 0)
            }
        }
        if (mode == Mode.Junk) {
            assembly {
                mstore(0, 2)
                return(0, 32)
            }
        }
        if (mode == Mode.Short) {
            assembly {
                mstore(0, not(0))
                return(0, 1)
            }
        }
        return true;
    }
}
