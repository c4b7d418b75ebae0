import {
  BridgeSet,
  ExitRequested,
  MemberChanged,
  StakeWithdrawn,
  TermFixed,
  TermSent,
  ValidatorRegistered,
} from '../../generated/ValidatorRegistry/ValidatorRegistry'
import {
  changeBridge,
  changeMember,
  fixTerm,
  registerValidator,
  requestExit,
  sendTerm,
  withdrawStake,
} from '../helpers/registry'

export function handleValidatorRegistered(event: ValidatorRegistered): void {
  registerValidator(event)
}

export function handleMemberChanged(event: MemberChanged): void {
  changeMember(event)
}

export function handleExitRequested(event: ExitRequested): void {
  requestExit(event)
}

export function handleStakeWithdrawn(event: StakeWithdrawn): void {
  withdrawStake(event)
}

export function handleTermFixed(event: TermFixed): void {
  fixTerm(event)
}

export function handleBridgeSet(event: BridgeSet): void {
  changeBridge(event)
}

export function handleTermSent(event: TermSent): void {
  sendTerm(event)
}
