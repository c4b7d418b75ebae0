// Sums over what leaves a custody by its emergency doors, kept per asset and per wallet.
import { Address, BigInt, Bytes } from '@graphprotocol/graph-ts'
import { CustodyAccount, CustodyAsset } from '../../generated/schema'
import { loadAccount } from './custody'

export function bookRecord(token: Address, wallet: Address, amount: BigInt): Bytes {
  const asset = CustodyAsset.load(token)!
  asset.recorded = asset.recorded.plus(amount)
  asset.save()
  const account = loadAccount(token, wallet)
  account.recorded = account.recorded.plus(amount)
  account.save()
  return account.id
}

export function bookReclaim(token: Address, wallet: Address, amount: BigInt): Bytes {
  const asset = CustodyAsset.load(token)!
  asset.reclaimedOut = asset.reclaimedOut.plus(amount)
  asset.save()
  const account = loadAccount(token, wallet)
  account.reclaimed = account.reclaimed.plus(amount)
  account.save()
  return account.id
}

export function bookEscape(token: Address, wallet: Address, lots: BigInt): CustodyAccount {
  const asset = CustodyAsset.load(token)!
  asset.escapedOut = asset.escapedOut.plus(lots)
  asset.save()
  const account = loadAccount(token, wallet)
  account.escaped = account.escaped.plus(lots)
  account.save()
  return account
}

export function bookRecovery(token: Address, wallet: Address, lots: BigInt): Bytes {
  const asset = CustodyAsset.load(token)!
  asset.recoveredOut = asset.recoveredOut.plus(lots)
  asset.save()
  const account = loadAccount(token, wallet)
  account.recovered = account.recovered.plus(lots)
  account.save()
  return account.id
}
