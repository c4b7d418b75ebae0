import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { PeerSet, ReserveDeposited, ReserveReleased, ReserveSent } from '../../generated/ReserveBridge/ReserveBridge'
import { Reserve, ReserveMovement, ReservePeerChange } from '../../generated/schema'
import { stamp } from '../helpers/stamp'
import { eventId } from '../ids'

export function handleReserveSent(event: ReserveSent): void {
  const movement = newMovement(event, 'SENT', event.params.token, event.params.amount)
  movement.receipt = event.params.receipt
  movement.save()
}

export function handleReserveDeposited(event: ReserveDeposited): void {
  newMovement(event, 'DEPOSITED', event.params.token, event.params.amount).save()
}

export function handleReserveReleased(event: ReserveReleased): void {
  const movement = newMovement(event, 'RELEASED', event.params.token, event.params.amount)
  movement.to = event.params.to
  movement.save()
}

export function handlePeerSet(event: PeerSet): void {
  const reserve = loadReserve(event.address)
  reserve.peer = event.params.peer
  reserve.save()
  const change = new ReservePeerChange(eventId(event))
  change.reserve = reserve.id
  change.peer = event.params.peer
  stamp(change, event)
  change.save()
}

function newMovement(event: ethereum.Event, kind: string, token: Bytes, amount: BigInt): ReserveMovement {
  const movement = new ReserveMovement(eventId(event))
  movement.reserve = loadReserve(event.address).id
  movement.kind = kind
  movement.token = token
  movement.amount = amount
  stamp(movement, event)
  return movement
}

function loadReserve(address: Bytes): Reserve {
  let reserve = Reserve.load(address)
  if (reserve != null) return reserve
  reserve = new Reserve(address)
  reserve.save()
  return reserve
}
