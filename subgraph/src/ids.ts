// The ids of all entities, in one place: what two handlers must agree on.
import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'

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

// A seat's index, a candidate's place.
export function placeId(place: BigInt): Bytes {
  return numbered(place, 4)
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

export function settlementId(custody: Bytes, epoch: BigInt): Bytes {
  return custody.concat(epochId(epoch))
}

export function accountId(token: Bytes, wallet: Bytes): Bytes {
  return token.concat(wallet)
}

export function ticketId(set: BigInt, ticket: BigInt): Bytes {
  return setId(set).concat(numbered(ticket, 4))
}

export function inTermId(set: BigInt, validator: Bytes): Bytes {
  return setId(set).concat(validator)
}

export function caseId(validator: Bytes, epoch: BigInt): Bytes {
  return validator.concat(epochId(epoch))
}

export function roleMemberId(contract: Bytes, role: Bytes, account: Bytes): Bytes {
  return contract.concat(role).concat(account)
}

export function operationId(timelock: Bytes, operation: Bytes): Bytes {
  return timelock.concat(operation)
}

export function roundId(beacon: Bytes, round: BigInt): Bytes {
  return beacon.concat(numbered(round, 8))
}

// Of what happens once: the transaction and the place of the log in its block.
export function eventId(event: ethereum.Event): Bytes {
  return logId(event, event.logIndex)
}

// Of the log right before this one.
export function previousLogId(event: ethereum.Event): Bytes {
  return logId(event, event.logIndex.minus(BigInt.fromI32(1)))
}

function logId(event: ethereum.Event, logIndex: BigInt): Bytes {
  return event.transaction.hash.concat(numbered(logIndex, 4))
}
