import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { ValidatorRecord } from '../../generated/schema'

function loadRecord(validator: Bytes): ValidatorRecord {
  let record = ValidatorRecord.load(validator)
  if (record != null) return record
  record = new ValidatorRecord(validator)
  record.voteCount = 0
  record.ticketCount = 0
  record.rewarded = BigInt.zero()
  return record
}

export function recordVote(validator: Bytes, epoch: BigInt): void {
  const record = loadRecord(validator)
  record.voteCount += 1
  record.lastEpoch = epoch
  record.save()
}

export function recordReward(validator: Bytes, amount: BigInt): void {
  const record = loadRecord(validator)
  record.ticketCount += 1
  record.rewarded = record.rewarded.plus(amount)
  record.save()
}
