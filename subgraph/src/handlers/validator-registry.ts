import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import {
  EncryptionKeyChanged,
  ExitQueued,
  ExitRequested,
  HumanityChanged,
  Jailed,
  KeyRotated,
  MemberChanged,
  Slashed,
  StakeAdded,
  StakeWithdrawn,
  Unjailed,
  ValidatorQueued,
  ValidatorRegistered,
  ValidatorWaits,
} from '../../generated/ValidatorRegistry/ValidatorRegistry'
import {
  Candidacy,
  EncryptionKeyChange,
  ExitEntry,
  ExitRequest,
  HumanityChange,
  Jailing,
  KeyRotation,
  MemberChange,
  QueueEntry,
  Slashing,
  Validator,
} from '../../generated/schema'
import { changeSeat, enterPool, leavePlace } from '../helpers/places'
import { changeStake, loadNewcomer } from '../helpers/registry'
import { stamp } from '../helpers/stamp'
import { eventId } from '../ids'

export function handleValidatorRegistered(event: ValidatorRegistered): void {
  const validator = loadNewcomer(event.params.validator)
  validator.coldKey = event.params.coldKey
  validator.key = event.params.key
  validator.encryptionKey = event.params.encryptionKey
  validator.registeredTx = event.transaction.hash
  validator.registeredBlock = event.block.number
  validator.registeredAt = event.block.timestamp
  changeStake(validator, 'REGISTERED', event.params.stake, event.params.stake, event)
  validator.save()
}

export function handleValidatorQueued(event: ValidatorQueued): void {
  const validator = Validator.load(event.params.validator)!
  validator.status = 'QUEUED'
  validator.place = event.params.position
  validator.human = event.params.human
  validator.save()
  const entry = new QueueEntry(eventId(event))
  entry.validator = validator.id
  entry.human = event.params.human
  entry.position = event.params.position
  stamp(entry, event)
  entry.save()
}

export function handleValidatorWaits(event: ValidatorWaits): void {
  const validator = Validator.load(event.params.validator)!
  if (validator.status != 'WAITING') enterPool(event.address, validator)
  validator.drawWeight = event.params.drawWeight
  validator.save()
  const candidacy = new Candidacy(eventId(event))
  candidacy.validator = validator.id
  candidacy.drawWeight = event.params.drawWeight
  stamp(candidacy, event)
  candidacy.save()
}

export function handleMemberChanged(event: MemberChanged): void {
  changeSeat(event.address, event.params.index, event.params.validator, event.params.key, event.params.weight)
  const change = new MemberChange(eventId(event))
  change.index = event.params.index
  if (!event.params.weight.isZero()) change.member = event.params.validator
  change.key = event.params.key
  change.weight = event.params.weight
  stamp(change, event)
  change.save()
}

export function handleStakeAdded(event: StakeAdded): void {
  const validator = Validator.load(event.params.validator)!
  changeStake(validator, 'ADDED', event.params.amount, event.params.stake, event)
  validator.save()
}

// What is left after a slash may have begun to unbond just before; its amount says nothing new about the stake.
export function handleExitRequested(event: ExitRequested): void {
  const validator = Validator.load(event.params.validator)!
  leavePlace(event.address, validator, 'UNBONDING')
  validator.until = event.params.withdrawableAt
  validator.save()
  const exit = new ExitRequest(eventId(event))
  exit.validator = validator.id
  exit.amountWei = event.params.amount
  exit.withdrawableAt = event.params.withdrawableAt
  stamp(exit, event)
  exit.save()
}

export function handleSlashed(event: Slashed): void {
  const validator = Validator.load(event.params.validator)!
  const rest = validator.stakeWei.minus(event.params.amount)
  changeStake(validator, 'SLASHED', event.params.amount, rest, event)
  validator.slashedWei = validator.slashedWei.plus(event.params.amount)
  if (rest.isZero()) forget(event.address, validator)
  validator.save()
  const slashing = new Slashing(eventId(event))
  slashing.validator = validator.id
  slashing.amountWei = event.params.amount
  slashing.bountyWei = event.params.bounty
  slashing.reporter = event.params.reporter
  stamp(slashing, event)
  slashing.save()
}

export function handleStakeWithdrawn(event: StakeWithdrawn): void {
  const validator = Validator.load(event.params.validator)!
  const rest = validator.stakeWei.minus(event.params.amount)
  changeStake(validator, 'WITHDRAWN', event.params.amount, rest, event)
  validator.withdrawnWei = validator.withdrawnWei.plus(event.params.amount)
  forget(event.address, validator)
  validator.save()
}

function forget(registry: Bytes, validator: Validator): void {
  leavePlace(registry, validator, 'GONE')
  validator.until = null
}

export function handleExitQueued(event: ExitQueued): void {
  const validator = Validator.load(event.params.validator)!
  validator.exitPosition = event.params.position
  validator.save()
  const exit = new ExitEntry(eventId(event))
  exit.validator = validator.id
  exit.position = event.params.position
  stamp(exit, event)
  exit.save()
}

export function handleJailed(event: Jailed): void {
  const validator = Validator.load(event.params.validator)!
  leavePlace(event.address, validator, 'JAILED')
  validator.until = event.params.until
  validator.save()
  const jailing = newJailing(event, validator, true)
  jailing.until = event.params.until
  jailing.save()
}

export function handleUnjailed(event: Unjailed): void {
  const validator = Validator.load(event.params.validator)!
  validator.until = null
  validator.save()
  newJailing(event, validator, false).save()
}

function newJailing(event: ethereum.Event, validator: Validator, jailed: boolean): Jailing {
  const jailing = new Jailing(eventId(event))
  jailing.validator = validator.id
  jailing.jailed = jailed
  stamp(jailing, event)
  return jailing
}

export function handleKeyRotated(event: KeyRotated): void {
  const validator = Validator.load(event.params.validator)!
  validator.key = event.params.key
  validator.save()
  const rotation = new KeyRotation(eventId(event))
  rotation.validator = validator.id
  rotation.key = event.params.key
  stamp(rotation, event)
  rotation.save()
}

export function handleEncryptionKeyChanged(event: EncryptionKeyChanged): void {
  const validator = Validator.load(event.params.validator)!
  validator.encryptionKey = event.params.encryptionKey
  validator.save()
  const change = new EncryptionKeyChange(eventId(event))
  change.validator = validator.id
  change.encryptionKey = event.params.encryptionKey
  stamp(change, event)
  change.save()
}

export function handleHumanityChanged(event: HumanityChanged): void {
  const validator = Validator.load(event.params.validator)!
  validator.human = event.params.human
  validator.save()
  const change = new HumanityChange(eventId(event))
  change.validator = validator.id
  change.human = event.params.human
  stamp(change, event)
  change.save()
}
