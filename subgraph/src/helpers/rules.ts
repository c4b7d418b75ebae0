import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import { RulesHashChange } from '../../generated/schema'
import { eventId } from '../ids'

export function changeRulesHash(rulesHash: Bytes, event: ethereum.Event): void {
  const change = new RulesHashChange(eventId(event))
  change.contract = event.address
  change.rulesHash = rulesHash
  change.tx = event.transaction.hash
  change.block = event.block.number
  change.time = event.block.timestamp
  change.save()
}
