import { Address, BigInt, Bytes } from '@graphprotocol/graph-ts'
import { Custody, CustodyAccount, CustodyAsset, Settlement } from '../../generated/schema'
import { accountId, settlementId } from '../ids'

export function loadCustody(address: Address): Custody {
  let custody = Custody.load(address)
  if (custody != null) return custody
  custody = new Custody(address)
  custody.kills = BigInt.zero()
  custody.pausedBits = BigInt.zero()
  custody.pausedUntil = BigInt.zero()
  custody.frozen = false
  custody.save()
  return custody
}

export function newAsset(custody: Custody, token: Address): CustodyAsset {
  const asset = new CustodyAsset(token)
  asset.custody = custody.id
  asset.token = token
  asset.paidOut = BigInt.zero()
  asset.payoutCount = 0
  asset.capacity = BigInt.zero()
  asset.refillPerSecond = BigInt.zero()
  asset.level = BigInt.zero()
  asset.levelAt = BigInt.zero()
  asset.escapedOut = BigInt.zero()
  asset.recoveredOut = BigInt.zero()
  asset.recorded = BigInt.zero()
  asset.reclaimedOut = BigInt.zero()
  return asset
}

export function loadAccount(token: Address, wallet: Address): CustodyAccount {
  const id = accountId(token, wallet)
  let account = CustodyAccount.load(id)
  if (account != null) return account
  account = new CustodyAccount(id)
  account.asset = token
  account.wallet = wallet
  account.paid = BigInt.zero()
  account.deferred = BigInt.zero()
  account.payoutCount = 0
  account.deferralCount = 0
  account.recorded = BigInt.zero()
  account.reclaimed = BigInt.zero()
  account.escaped = BigInt.zero()
  account.recovered = BigInt.zero()
  account.save()
  return account
}

export function setPause(address: Address, bits: BigInt, until: BigInt): void {
  const custody = loadCustody(address)
  custody.pausedBits = bits
  custody.pausedUntil = until
  custody.save()
}

// The root waits; without a dispute window its activation is the next event.
export function awaitRoot(settlement: Settlement): void {
  const custody = loadCustody(Address.fromBytes(settlement.custody))
  custody.pending = settlement.id
  custody.save()
}

export function activateRoot(address: Address, epoch: BigInt, tx: Bytes, time: BigInt): void {
  const settlement = Settlement.load(settlementId(address, epoch))!
  settlement.status = 'ACTIVATED'
  settlement.activatedTx = tx
  settlement.activatedAt = time
  settlement.save()
  const custody = loadCustody(address)
  custody.active = settlement.id
  custody.pending = null
  // A freeze for silence has to be announced anew.
  custody.freezeFrom = null
  custody.save()
}

// Ends a pending root that never paid.
export function endRoot(custody: Custody, epoch: BigInt, status: string): Bytes {
  const settlement = Settlement.load(settlementId(custody.id, epoch))!
  settlement.status = status
  settlement.save()
  custody.pending = null
  custody.save()
  return settlement.id
}
