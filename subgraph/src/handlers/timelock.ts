import { Bytes } from '@graphprotocol/graph-ts'
import {
  CallExecuted,
  CallSalt,
  CallScheduled,
  Cancelled,
  MinDelayChange,
} from '../../generated/TimelockController/TimelockController'
import { DelayChange, Operation, OperationCall, Timelock } from '../../generated/schema'
import { stamp } from '../helpers/stamp'
import { childId, eventId, operationId } from '../ids'

export function handleCallScheduled(event: CallScheduled): void {
  const operation = new Operation(operationId(event.address, event.params.id))
  operation.operation = event.params.id
  operation.timelock = event.address
  operation.status = 'WAITING'
  operation.predecessor = event.params.predecessor
  operation.readyAt = event.block.timestamp.plus(event.params.delay)
  stamp(operation, event)
  operation.save()

  const call = new OperationCall(childId(operation.id, event.params.index.toI32()))
  call.operation = operation.id
  call.index = event.params.index
  call.target = event.params.target
  call.valueWei = event.params.value
  call.data = event.params.data
  call.save()
}

export function handleCallExecuted(event: CallExecuted): void {
  const id = operationId(event.address, event.params.id)
  const call = OperationCall.load(childId(id, event.params.index.toI32()))!
  call.executedTx = event.transaction.hash
  call.executedAt = event.block.timestamp
  call.save()
  endOperation(id, 'DONE')
}

export function handleCallSalt(event: CallSalt): void {
  const operation = Operation.load(operationId(event.address, event.params.id))!
  operation.salt = event.params.salt
  operation.save()
}

export function handleCancelled(event: Cancelled): void {
  endOperation(operationId(event.address, event.params.id), 'CANCELLED')
}

export function handleMinDelayChange(event: MinDelayChange): void {
  const timelock = new Timelock(event.address)
  timelock.minDelay = event.params.newDuration
  timelock.save()
  const change = new DelayChange(eventId(event))
  change.timelock = timelock.id
  change.previousDelay = event.params.oldDuration
  change.minDelay = event.params.newDuration
  stamp(change, event)
  change.save()
}

function endOperation(id: Bytes, status: string): void {
  const operation = Operation.load(id)!
  operation.status = status
  operation.save()
}
