import { BigInt, ethereum } from '@graphprotocol/graph-ts'
import { CustodyAccount, CustodyAsset, ForcedRequest } from '../../generated/schema'
import { loadProtocol } from './protocol'

// What the outflow limit lets out at a time; it must have one.
function available(asset: CustodyAsset, time: BigInt): BigInt {
  const filled = asset.level.plus(asset.refillPerSecond.times(time.minus(asset.levelAt)))
  return filled.lt(asset.capacity) ? filled : asset.capacity
}

// A new limit starts full, an old one keeps what it holds.
export function limitOutflow(asset: CustodyAsset, capacity: BigInt, refillPerSecond: BigInt, time: BigInt): void {
  const held = asset.capacity.isZero() ? capacity : available(asset, time)
  asset.level = held.lt(capacity) ? held : capacity
  asset.levelAt = time
  asset.capacity = capacity
  asset.refillPerSecond = refillPerSecond
  asset.save()
}

export function bookPayout(asset: CustodyAsset, account: CustodyAccount, lots: BigInt, time: BigInt): void {
  if (!asset.capacity.isZero()) {
    asset.level = available(asset, time).minus(lots)
    asset.levelAt = time
  }
  asset.paidOut = asset.paidOut.plus(lots)
  asset.payoutCount += 1
  asset.save()
  account.paid = account.paid.plus(lots)
  account.payoutCount += 1
  account.deferred = account.deferred.gt(lots) ? account.deferred.minus(lots) : BigInt.zero()
  account.save()
  const protocol = loadProtocol()
  protocol.payoutCount += 1
  protocol.save()
}

export function answerRequest(request: ForcedRequest, status: string, epoch: BigInt, event: ethereum.Event): void {
  request.status = status
  request.answeredEpoch = epoch
  request.answeredTx = event.transaction.hash
  request.answeredAt = event.block.timestamp
  request.save()
}

// The wallet's forced withdrawal while nothing has answered it.
export function openRequest(account: CustodyAccount): ForcedRequest | null {
  const id = account.request
  if (id === null) return null
  const request = ForcedRequest.load(id)!
  return request.status == 'OPEN' ? request : null
}
