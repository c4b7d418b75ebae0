// The ids of all entities, in one place: what two handlers must agree on.
import { Address, BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'

export const PROTOCOL = Bytes.fromHexString('0x01')

// Big-endian, `width` bytes: ids sort as their numbers do.
function numbered(value: BigInt, width: i32): Bytes {
  const hex = value.toHex().slice(2)
  return Bytes.fromHexString('0x' + hex.padStart(2 * width, '0'))
}

export function epochId(epoch: BigInt): Bytes {
  return numbered(epoch, 8)
}

export function setId(set: BigInt): Bytes {
  return numbered(set, 4)
}

export function memberId(index: BigInt): Bytes {
  return numbered(index, 4)
}

export function seatId(set: BigInt, index: BigInt): Bytes {
  return setId(set).concat(numbered(index, 4))
}

export function voteId(epoch: BigInt, index: BigInt, kind: i32): Bytes {
  return epochId(epoch).concat(numbered(index, 4)).concat(numbered(BigInt.fromI32(kind), 1))
}

export function childId(parent: Bytes, index: i32): Bytes {
  return parent.concat(numbered(BigInt.fromI32(index), 4))
}

export function settlementId(custody: Address, epoch: BigInt): Bytes {
  return custody.concat(epochId(epoch))
}

export function payeeId(token: Address, wallet: Address): Bytes {
  return token.concat(wallet)
}

// Of what happens once: the transaction and the place of the log in its block.
export function eventId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concat(numbered(event.logIndex, 4))
}
