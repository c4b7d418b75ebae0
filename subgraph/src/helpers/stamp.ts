import { Entity, ethereum } from '@graphprotocol/graph-ts'

// When and by which transaction something happened: the same three fields on every entity that stands for an event.
export function stamp(entity: Entity, event: ethereum.Event): void {
  entity.setBytes('tx', event.transaction.hash)
  entity.setBigInt('block', event.block.number)
  entity.setBigInt('time', event.block.timestamp)
}
