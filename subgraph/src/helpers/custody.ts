import { Address, BigInt, ethereum } from '@graphprotocol/graph-ts'
import { AssetListed, EtherReceived, Paid, PayoutDeferred, RootActivated, Settled } from '../../generated/Custody/Custody'
import {
  Custody,
  CustodyAsset,
  EtherReceipt,
  Pause,
  Payee,
  Payout,
  PayoutDeferral,
  RootActivation,
  Settlement,
} from '../../generated/schema'
import { eventId, payeeId, settlementId } from '../ids'
import { loadProtocol } from './protocol'

export function loadCustody(address: Address): Custody {
  let custody = Custody.load(address)
  if (custody != null) return custody
  custody = new Custody(address)
  custody.pausedBits = BigInt.zero()
  custody.pausedUntil = BigInt.zero()
  custody.save()
  return custody
}

export function listAsset(event: AssetListed): void {
  const asset = new CustodyAsset(event.params.token)
  asset.custody = loadCustody(event.address).id
  asset.token = event.params.token
  asset.lotSize = event.params.lotSize
  asset.paidOut = BigInt.zero()
  asset.payoutCount = 0
  asset.listedTx = event.transaction.hash
  asset.listedAt = event.block.timestamp
  asset.save()
}

export function receiveEther(event: EtherReceived): void {
  const receipt = new EtherReceipt(eventId(event))
  receipt.custody = loadCustody(event.address).id
  receipt.from = event.params.from
  receipt.amountWei = event.params.amount
  receipt.tx = event.transaction.hash
  receipt.block = event.block.number
  receipt.time = event.block.timestamp
  receipt.save()
}

export function settleEpoch(event: Settled): void {
  const custody = loadCustody(event.address)
  custody.settledEpoch = event.params.epoch
  custody.save()
  const settlement = new Settlement(settlementId(event.address, event.params.epoch))
  settlement.custody = custody.id
  settlement.epoch = event.params.epoch
  settlement.digest = event.params.digest
  settlement.payoutRoot = event.params.payoutRoot
  settlement.lineBlock = event.params.blockNumber
  settlement.signedWeight = event.params.signedWeight
  settlement.tx = event.transaction.hash
  settlement.block = event.block.number
  settlement.time = event.block.timestamp
  settlement.save()
  const protocol = loadProtocol()
  protocol.settlementCount += 1
  protocol.save()
}

export function activateRoot(event: RootActivated): void {
  const custody = loadCustody(event.address)
  custody.activeEpoch = event.params.epoch
  custody.activePayoutRoot = event.params.payoutRoot
  custody.save()
  const activation = new RootActivation(eventId(event))
  activation.settlement = settlementId(event.address, event.params.epoch)
  activation.epoch = event.params.epoch
  activation.payoutRoot = event.params.payoutRoot
  activation.tx = event.transaction.hash
  activation.block = event.block.number
  activation.time = event.block.timestamp
  activation.save()
}

export function pay(event: Paid): void {
  const payout = new Payout(eventId(event))
  const payee = loadPayee(event.params.token, event.params.wallet)
  payout.asset = event.params.token
  payout.payee = payee.id
  payout.wallet = event.params.wallet
  payout.lots = event.params.lots
  payout.cumulative = event.params.cumulative
  payout.epoch = event.params.epoch
  payout.tx = event.transaction.hash
  payout.block = event.block.number
  payout.time = event.block.timestamp
  payout.save()
  payee.paid = payee.paid.plus(event.params.lots)
  payee.payoutCount += 1
  payee.save()
  const asset = CustodyAsset.load(event.params.token)!
  asset.paidOut = asset.paidOut.plus(event.params.lots)
  asset.payoutCount += 1
  asset.save()
  const protocol = loadProtocol()
  protocol.payoutCount += 1
  protocol.save()
}

export function deferPayout(event: PayoutDeferred): void {
  const payee = loadPayee(event.params.token, event.params.wallet)
  payee.deferralCount += 1
  payee.save()
  const deferral = new PayoutDeferral(eventId(event))
  deferral.asset = event.params.token
  deferral.payee = payee.id
  deferral.wallet = event.params.wallet
  deferral.lots = event.params.lots
  deferral.epoch = event.params.epoch
  deferral.tx = event.transaction.hash
  deferral.block = event.block.number
  deferral.time = event.block.timestamp
  deferral.save()
}

export function savePause(paused: boolean, bits: BigInt, until: BigInt, event: ethereum.Event): void {
  const custody = loadCustody(event.address)
  custody.pausedBits = bits
  custody.pausedUntil = until
  custody.save()
  const pause = new Pause(eventId(event))
  pause.custody = custody.id
  pause.paused = paused
  pause.bits = bits
  pause.until = until
  pause.tx = event.transaction.hash
  pause.block = event.block.number
  pause.time = event.block.timestamp
  pause.save()
}

function loadPayee(token: Address, wallet: Address): Payee {
  const id = payeeId(token, wallet)
  let payee = Payee.load(id)
  if (payee != null) return payee
  payee = new Payee(id)
  payee.asset = token
  payee.wallet = wallet
  payee.paid = BigInt.zero()
  payee.payoutCount = 0
  payee.deferralCount = 0
  return payee
}
