import { Address, BigInt } from '@graphprotocol/graph-ts'
import {
  BridgeSet,
  ExitRequested,
  MemberChanged,
  StakeWithdrawn,
  TermFixed,
  TermSent,
  ValidatorRegistered,
} from '../../generated/ValidatorRegistry/ValidatorRegistry'
import { BridgeChange, ExitRequest, Member, MemberChange, StakeWithdrawal, Term, TermTicket, Validator } from '../../generated/schema'
import { eventId, memberId, setId } from '../ids'

export function registerValidator(event: ValidatorRegistered): void {
  let validator = Validator.load(event.params.validator)
  if (validator == null) {
    validator = new Validator(event.params.validator)
    validator.withdrawnWei = BigInt.zero()
  }
  validator.index = event.params.index
  validator.key = event.params.key
  validator.encryptionKey = event.params.encryptionKey
  validator.weight = event.params.weight
  validator.seated = true
  validator.registeredTx = event.transaction.hash
  validator.registeredBlock = event.block.number
  validator.registeredAt = event.block.timestamp
  validator.save()
}

// When a seat is vacated the last one moves into it: a change at a seat may name another validator or nobody.
export function changeMember(event: MemberChanged): void {
  const id = memberId(event.params.index)
  const occupied = event.params.validator.notEqual(Address.zero())
  let member = Member.load(id)
  if (member == null) member = new Member(id)
  else if (member.validator.notEqual(event.params.validator)) unseat(Address.fromBytes(member.validator), member.index)
  member.index = event.params.index
  member.validator = event.params.validator
  member.key = event.params.key
  member.weight = event.params.weight
  member.save()
  saveChange(event, occupied)
  if (occupied) seat(event.params.validator, event.params.index, event.params.weight)
}

function saveChange(event: MemberChanged, occupied: boolean): void {
  const change = new MemberChange(eventId(event))
  change.index = event.params.index
  if (occupied) change.member = event.params.validator
  change.key = event.params.key
  change.weight = event.params.weight
  change.tx = event.transaction.hash
  change.block = event.block.number
  change.time = event.block.timestamp
  change.save()
}

// Whoever has moved to another seat before keeps it.
function unseat(address: Address, index: BigInt): void {
  const validator = Validator.load(address)
  if (validator == null || validator.index.notEqual(index)) return
  validator.seated = false
  validator.weight = BigInt.zero()
  validator.save()
}

function seat(address: Address, index: BigInt, weight: BigInt): void {
  const validator = Validator.load(address)
  if (validator == null) return
  validator.index = index
  validator.weight = weight
  validator.seated = true
  validator.save()
}

export function requestExit(event: ExitRequested): void {
  const exit = new ExitRequest(eventId(event))
  exit.validator = event.params.validator
  exit.amountWei = event.params.amount
  exit.withdrawableAt = event.params.withdrawableAt
  exit.tx = event.transaction.hash
  exit.block = event.block.number
  exit.time = event.block.timestamp
  exit.save()
  const validator = Validator.load(event.params.validator)!
  validator.exitingAmountWei = event.params.amount
  validator.withdrawableAt = event.params.withdrawableAt
  validator.save()
}

export function withdrawStake(event: StakeWithdrawn): void {
  const withdrawal = new StakeWithdrawal(eventId(event))
  withdrawal.validator = event.params.validator
  withdrawal.amountWei = event.params.amount
  withdrawal.tx = event.transaction.hash
  withdrawal.block = event.block.number
  withdrawal.time = event.block.timestamp
  withdrawal.save()
  const validator = Validator.load(event.params.validator)!
  validator.withdrawnWei = validator.withdrawnWei.plus(event.params.amount)
  validator.exitingAmountWei = null
  validator.withdrawableAt = null
  validator.save()
}

export function fixTerm(event: TermFixed): void {
  const header = event.params.header
  const term = new Term(setId(event.params.setId))
  term.setId = event.params.setId
  term.membersRoot = header.membersRoot
  term.aggregateKey = header.aggregateKey
  term.totalWeight = header.totalWeight
  term.count = header.count
  term.activeFrom = header.activeFrom
  term.activeUntil = header.activeUntil
  term.tx = event.transaction.hash
  term.block = event.block.number
  term.time = event.block.timestamp
  term.save()
}

export function sendTerm(event: TermSent): void {
  const ticket = new TermTicket(eventId(event))
  ticket.term = setId(event.params.setId)
  ticket.ticket = event.params.ticket
  ticket.tx = event.transaction.hash
  ticket.block = event.block.number
  ticket.time = event.block.timestamp
  ticket.save()
}

export function changeBridge(event: BridgeSet): void {
  const change = new BridgeChange(eventId(event))
  change.sets = event.params.sets
  change.inbox = event.params.inbox
  change.l2Sets = event.params.l2Sets
  change.tx = event.transaction.hash
  change.block = event.block.number
  change.time = event.block.timestamp
  change.save()
}
