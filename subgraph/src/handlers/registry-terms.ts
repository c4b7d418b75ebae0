import { BridgeSet, SeatDrawn, SourcesSet, TermFixed, TermSent } from '../../generated/ValidatorRegistry/ValidatorRegistry'
import { BridgeChange, SeatDraw, SourcesChange, Term, TermTicket } from '../../generated/schema'
import { drawSeat } from '../helpers/places'
import { loadRegistry } from '../helpers/registry'
import { stamp } from '../helpers/stamp'
import { eventId, setId } from '../ids'

export function handleSeatDrawn(event: SeatDrawn): void {
  drawSeat(event.address, event.params.leaving, event.params.joining)
  const draw = new SeatDraw(eventId(event))
  draw.setId = event.params.setId
  draw.seat = event.params.seat
  draw.leaving = event.params.leaving
  draw.joining = event.params.joining
  stamp(draw, event)
  draw.save()
}

export function handleTermFixed(event: TermFixed): void {
  const header = event.params.header
  const term = new Term(setId(event.params.setId))
  term.setId = event.params.setId
  term.membersRoot = header.membersRoot
  term.aggregateKey = header.aggregateKey
  term.totalWeight = header.totalWeight
  term.count = header.count
  term.activeFrom = header.activeFrom
  term.activeUntil = header.activeUntil
  stamp(term, event)
  term.save()
  const registry = loadRegistry(event.address)
  registry.latestTerm = term.id
  registry.save()
}

export function handleTermSent(event: TermSent): void {
  const ticket = new TermTicket(eventId(event))
  ticket.term = setId(event.params.setId)
  ticket.ticket = event.params.ticket
  stamp(ticket, event)
  ticket.save()
}

export function handleBridgeSet(event: BridgeSet): void {
  const registry = loadRegistry(event.address)
  registry.sets = event.params.sets
  registry.inbox = event.params.inbox
  registry.l2Sets = event.params.l2Sets
  registry.save()
  const change = new BridgeChange(eventId(event))
  change.sets = event.params.sets
  change.inbox = event.params.inbox
  change.l2Sets = event.params.l2Sets
  stamp(change, event)
  change.save()
}

export function handleSourcesSet(event: SourcesSet): void {
  const registry = loadRegistry(event.address)
  registry.beacon = event.params.beacon
  registry.humanity = event.params.humanity
  registry.save()
  const change = new SourcesChange(eventId(event))
  change.beacon = event.params.beacon
  change.humanity = event.params.humanity
  stamp(change, event)
  change.save()
}
