import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Registry, StakeChange, Validator } from '../../generated/schema'
import { stamp } from './stamp'
import { eventId } from '../ids'

export function loadRegistry(address: Bytes): Registry {
  let registry = Registry.load(address)
  if (registry != null) return registry
  registry = new Registry(address)
  registry.memberCount = 0
  registry.totalWeight = BigInt.zero()
  registry.waitingCount = 0
  registry.save()
  return registry
}

// Its status follows with the next event: queued, a candidate, or seated.
export function loadNewcomer(address: Bytes): Validator {
  let validator = Validator.load(address)
  if (validator == null) {
    validator = new Validator(address)
    validator.slashedWei = BigInt.zero()
    validator.withdrawnWei = BigInt.zero()
  }
  validator.status = 'QUEUED'
  validator.human = false
  validator.weight = BigInt.zero()
  validator.place = null
  validator.drawWeight = null
  validator.exitPosition = null
  validator.until = null
  return validator
}

// Sets a stake and keeps the change; `amount` is without sign.
export function changeStake(validator: Validator, kind: string, amount: BigInt, stake: BigInt, event: ethereum.Event): void {
  validator.stakeWei = stake
  const change = new StakeChange(eventId(event))
  change.validator = validator.id
  change.kind = kind
  change.amountWei = amount
  change.stakeWei = stake
  stamp(change, event)
  change.save()
}
