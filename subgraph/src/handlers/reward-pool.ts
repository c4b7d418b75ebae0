import {
  AuditRootCommitted,
  PayeeSet,
  TermCarried,
  TermDrawn,
  TermFunded,
  TicketPaid,
} from '../../generated/RewardPool/RewardPool'
import {
  AuditCommitment,
  AuditRoot,
  PayeeChange,
  RewardCarry,
  RewardFunding,
  RewardPayee,
  RewardTicket,
} from '../../generated/schema'
import { addFunds, loadTerm } from '../helpers/rewards'
import { stamp } from '../helpers/stamp'
import { recordReward } from '../helpers/validator-records'
import { eventId, inTermId, ticketId } from '../ids'

export function handleTermFunded(event: TermFunded): void {
  const funding = new RewardFunding(eventId(event))
  funding.term = addFunds(event.params.setId, event.params.amount)
  funding.from = event.params.from
  funding.amount = event.params.amount
  stamp(funding, event)
  funding.save()
}

export function handleAuditRootCommitted(event: AuditRootCommitted): void {
  const root = new AuditRoot(inTermId(event.params.setId, event.params.validator))
  root.setId = event.params.setId
  root.validator = event.params.validator
  root.root = event.params.root
  root.save()
  const commitment = new AuditCommitment(eventId(event))
  commitment.auditRoot = root.id
  commitment.root = event.params.root
  stamp(commitment, event)
  commitment.save()
}

export function handleTermDrawn(event: TermDrawn): void {
  const term = loadTerm(event.params.setId)
  term.round = event.params.round
  term.seed = event.params.seed
  term.prize = event.params.prize
  term.claimDeadline = event.params.claimDeadline
  term.drawnTx = event.transaction.hash
  term.drawnAt = event.block.timestamp
  term.save()
}

export function handleTicketPaid(event: TicketPaid): void {
  const term = loadTerm(event.params.setId)
  term.paid = term.paid.plus(event.params.amount)
  term.ticketCount += 1
  term.save()
  const ticket = new RewardTicket(ticketId(event.params.setId, event.params.ticket))
  ticket.term = term.id
  ticket.ticket = event.params.ticket
  ticket.validator = event.params.validator
  ticket.payee = event.params.payee
  ticket.epoch = event.params.epoch
  ticket.amount = event.params.amount
  stamp(ticket, event)
  ticket.save()
  recordReward(event.params.validator, event.params.amount)
}

export function handleTermCarried(event: TermCarried): void {
  const carry = new RewardCarry(eventId(event))
  carry.from = addFunds(event.params.from, event.params.amount.neg())
  carry.to = addFunds(event.params.to, event.params.amount)
  carry.amount = event.params.amount
  stamp(carry, event)
  carry.save()
}

export function handlePayeeSet(event: PayeeSet): void {
  const payee = new RewardPayee(event.params.validator)
  payee.payee = event.params.payee
  payee.save()
  const change = new PayeeChange(eventId(event))
  change.validator = payee.id
  change.payee = event.params.payee
  stamp(change, event)
  change.save()
}
