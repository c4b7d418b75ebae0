import { BigInt } from '@graphprotocol/graph-ts'
import {
  AssetListed,
  EtherReceived,
  OutflowLimitSet,
  Paused,
  RootActivated,
  RootDropped,
  RootKilled,
  Settled,
  Unpaused,
} from '../../generated/Custody/Custody'
import {
  CustodyAsset,
  EtherReceipt,
  OutflowLimitChange,
  Pause,
  RootDrop,
  RootKill,
  Settlement,
} from '../../generated/schema'
import { activateRoot, awaitRoot, endRoot, loadCustody, newAsset, setPause } from '../helpers/custody'
import { limitOutflow } from '../helpers/payments'
import { loadProtocol } from '../helpers/protocol'
import { stamp } from '../helpers/stamp'
import { eventId, settlementId } from '../ids'

const KILL_REASONS = ['GUARDIAN', 'DISPUTE', 'FRAUD']

export function handleEtherReceived(event: EtherReceived): void {
  const receipt = new EtherReceipt(eventId(event))
  receipt.custody = loadCustody(event.address).id
  receipt.from = event.params.from
  receipt.amountWei = event.params.amount
  stamp(receipt, event)
  receipt.save()
}

export function handleAssetListed(event: AssetListed): void {
  const asset = newAsset(loadCustody(event.address), event.params.token)
  asset.lotSize = event.params.lotSize
  asset.listedTx = event.transaction.hash
  asset.listedAt = event.block.timestamp
  asset.save()
}

export function handleOutflowLimitSet(event: OutflowLimitSet): void {
  const asset = CustodyAsset.load(event.params.token)!
  limitOutflow(asset, event.params.capacity, event.params.refillPerSecond, event.block.timestamp)
  const change = new OutflowLimitChange(eventId(event))
  change.asset = asset.id
  change.capacity = event.params.capacity
  change.refillPerSecond = event.params.refillPerSecond
  stamp(change, event)
  change.save()
}

export function handleSettled(event: Settled): void {
  const settlement = new Settlement(settlementId(event.address, event.params.epoch))
  settlement.custody = loadCustody(event.address).id
  settlement.epoch = event.params.epoch
  settlement.digest = event.params.digest
  settlement.payoutRoot = event.params.payoutRoot
  settlement.lineBlock = event.params.blockNumber
  settlement.signedWeight = event.params.signedWeight
  settlement.status = 'PENDING'
  stamp(settlement, event)
  settlement.save()
  awaitRoot(settlement)
  const protocol = loadProtocol()
  protocol.settlementCount += 1
  protocol.save()
}

export function handleRootActivated(event: RootActivated): void {
  activateRoot(event.address, event.params.epoch, event.transaction.hash, event.block.timestamp)
}

export function handleRootKilled(event: RootKilled): void {
  const custody = loadCustody(event.address)
  custody.kills = event.params.kills
  const kill = new RootKill(eventId(event))
  kill.custody = custody.id
  kill.settlement = endRoot(custody, event.params.epoch, 'KILLED')
  kill.epoch = event.params.epoch
  kill.digest = event.params.digest
  kill.kills = event.params.kills
  kill.reason = KILL_REASONS[event.params.reason]
  stamp(kill, event)
  kill.save()
}

export function handleRootDropped(event: RootDropped): void {
  const custody = loadCustody(event.address)
  const drop = new RootDrop(eventId(event))
  drop.custody = custody.id
  drop.settlement = endRoot(custody, event.params.epoch, 'DROPPED')
  drop.epoch = event.params.epoch
  drop.digest = event.params.digest
  stamp(drop, event)
  drop.save()
}

export function handlePaused(event: Paused): void {
  setPause(event.address, event.params.bits, event.params.until)
  const pause = new Pause(eventId(event))
  pause.custody = event.address
  pause.paused = true
  pause.bits = event.params.bits
  pause.until = event.params.until
  stamp(pause, event)
  pause.save()
}

export function handleUnpaused(event: Unpaused): void {
  setPause(event.address, BigInt.zero(), BigInt.zero())
  const pause = new Pause(eventId(event))
  pause.custody = event.address
  pause.paused = false
  pause.bits = BigInt.zero()
  pause.until = BigInt.zero()
  stamp(pause, event)
  pause.save()
}
