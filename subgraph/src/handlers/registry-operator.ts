import { BigInt, ethereum } from '@graphprotocol/graph-ts'
import {
  BondDeposited,
  BondLeaving,
  BondSlashed,
  BondWithdrawn,
  OperatorSet,
  PosterSent,
} from '../../generated/ValidatorRegistry/ValidatorRegistry'
import { Bond, BondChange, OperatorChange, PosterTicket } from '../../generated/schema'
import { stamp } from '../helpers/stamp'
import { eventId } from '../ids'

export function handleOperatorSet(event: OperatorSet): void {
  let bond = Bond.load(event.address)
  if (bond == null) {
    bond = new Bond(event.address)
    bond.amountWei = BigInt.zero()
    bond.leavingWei = BigInt.zero()
    bond.slashedWei = BigInt.zero()
  }
  bond.operator = event.params.operator
  bond.l2EpochManager = event.params.l2EpochManager
  bond.save()
  const change = new OperatorChange(eventId(event))
  change.bond = bond.id
  change.operator = event.params.operator
  change.l2EpochManager = event.params.l2EpochManager
  stamp(change, event)
  change.save()
}

export function handleBondDeposited(event: BondDeposited): void {
  const bond = Bond.load(event.address)!
  bond.amountWei = event.params.bond
  changeBond(bond, 'DEPOSITED', event.params.amount, event).save()
}

export function handleBondLeaving(event: BondLeaving): void {
  const bond = Bond.load(event.address)!
  bond.amountWei = bond.amountWei.minus(event.params.amount)
  bond.leavingWei = bond.leavingWei.plus(event.params.amount)
  bond.leavingAt = event.params.withdrawableAt
  changeBond(bond, 'LEAVING', event.params.amount, event).save()
}

export function handleBondWithdrawn(event: BondWithdrawn): void {
  const bond = Bond.load(event.address)!
  bond.leavingWei = bond.leavingWei.minus(event.params.amount)
  bond.leavingAt = null
  changeBond(bond, 'WITHDRAWN', event.params.amount, event).save()
}

// What wants to leave pays first.
export function handleBondSlashed(event: BondSlashed): void {
  const bond = Bond.load(event.address)!
  const amount = event.params.amount
  const fromLeaving = amount.lt(bond.leavingWei) ? amount : bond.leavingWei
  bond.leavingWei = bond.leavingWei.minus(fromLeaving)
  bond.amountWei = bond.amountWei.minus(amount.minus(fromLeaving))
  bond.slashedWei = bond.slashedWei.plus(amount)
  const change = changeBond(bond, 'SLASHED', amount, event)
  change.bountyWei = event.params.bounty
  change.reporter = event.params.reporter
  change.save()
}

export function handlePosterSent(event: PosterSent): void {
  const ticket = new PosterTicket(eventId(event))
  ticket.poster = event.params.poster
  ticket.nonce = event.params.nonce
  ticket.ticket = event.params.ticket
  stamp(ticket, event)
  ticket.save()
}

// Saves the bond; the change is the caller's to complete and save.
function changeBond(bond: Bond, kind: string, amount: BigInt, event: ethereum.Event): BondChange {
  bond.save()
  const change = new BondChange(eventId(event))
  change.bond = bond.id
  change.kind = kind
  change.amountWei = amount
  change.bondWei = bond.amountWei
  change.leavingWei = bond.leavingWei
  stamp(change, event)
  return change
}
