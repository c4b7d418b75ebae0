import { BigInt } from '@graphprotocol/graph-ts'
import {
  AssetListed,
  EtherReceived,
  Paid,
  Paused,
  PayoutDeferred,
  RootActivated,
  Settled,
  Unpaused,
} from '../../generated/Custody/Custody'
import { activateRoot, deferPayout, listAsset, pay, receiveEther, savePause, settleEpoch } from '../helpers/custody'

export function handleEtherReceived(event: EtherReceived): void {
  receiveEther(event)
}

export function handleAssetListed(event: AssetListed): void {
  listAsset(event)
}

export function handleSettled(event: Settled): void {
  settleEpoch(event)
}

export function handleRootActivated(event: RootActivated): void {
  activateRoot(event)
}

export function handlePaid(event: Paid): void {
  pay(event)
}

export function handlePayoutDeferred(event: PayoutDeferred): void {
  deferPayout(event)
}

export function handlePaused(event: Paused): void {
  savePause(true, event.params.bits, event.params.until, event)
}

export function handleUnpaused(event: Unpaused): void {
  savePause(false, BigInt.zero(), BigInt.zero(), event)
}
