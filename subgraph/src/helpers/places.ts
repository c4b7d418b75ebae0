// Where validators stand, as the registry moves them: its events name places, and the rules of its pool and of its
// seats say who else moves.
import { Address, BigInt, Bytes, store } from '@graphprotocol/graph-ts'
import { Candidate, Member, Validator } from '../../generated/schema'
import { placeId } from '../ids'
import { loadRegistry } from './registry'

// Off its place for good or for jail.
export function leavePlace(registry: Bytes, validator: Validator, status: string): void {
  if (validator.status == 'WAITING') leavePool(registry, validator)
  validator.status = status
  validator.place = null
  validator.weight = BigInt.zero()
  validator.exitPosition = null
}

export function enterPool(address: Bytes, validator: Validator): void {
  const registry = loadRegistry(address)
  const place = BigInt.fromI32(registry.waitingCount)
  registry.waitingCount += 1
  registry.save()
  validator.status = 'WAITING'
  validator.place = place
  saveCandidate(place, validator.id)
}

// The last candidate moves into the place left.
function leavePool(address: Bytes, validator: Validator): void {
  const registry = loadRegistry(address)
  registry.waitingCount -= 1
  registry.save()
  const last = BigInt.fromI32(registry.waitingCount)
  const place = validator.place!
  if (place.notEqual(last)) {
    const moved = Validator.load(Candidate.load(placeId(last))!.validator)!
    moved.place = place
    moved.save()
    saveCandidate(place, moved.id)
  }
  store.remove('Candidate', placeId(last).toHexString())
}

function saveCandidate(place: BigInt, validator: Bytes): void {
  const candidate = new Candidate(placeId(place))
  candidate.place = place
  candidate.validator = validator
  candidate.save()
}

// A free seat goes to a candidate; a taken one is exchanged for a candidate's place, or stays with its holder.
export function drawSeat(registry: Bytes, leaving: Address, joining: Address): void {
  if (leaving.equals(joining)) return
  const joiner = Validator.load(joining)!
  if (leaving.equals(Address.zero())) {
    leavePlace(registry, joiner, 'SEATED')
    joiner.save()
    return
  }
  const leaver = Validator.load(leaving)!
  saveCandidate(joiner.place!, leaver.id)
  leaver.status = 'WAITING'
  leaver.place = joiner.place
  leaver.weight = BigInt.zero()
  leaver.save()
  joiner.status = 'SEATED'
  joiner.save()
}

// When a seat is vacated the last one moves into it: a change at a seat may name another validator or nobody.
export function changeSeat(address: Bytes, index: BigInt, holder: Address, key: Bytes, weight: BigInt): void {
  const registry = loadRegistry(address)
  let member = Member.load(placeId(index))
  if (member == null) {
    member = new Member(placeId(index))
    member.validator = Address.zero()
    member.weight = BigInt.zero()
  }
  registry.memberCount += seats(holder) - seats(member.validator)
  registry.totalWeight = registry.totalWeight.plus(weight).minus(member.weight)
  registry.save()
  if (member.validator.notEqual(holder)) unseat(member.validator, index)
  member.index = index
  member.validator = holder
  member.key = key
  member.weight = weight
  member.save()
  if (seats(holder) == 1) seat(holder, index, weight)
}

function seats(holder: Bytes): i32 {
  return holder.equals(Address.zero()) ? 0 : 1
}

// Whoever has moved to another seat or among the candidates before keeps that place.
function unseat(address: Bytes, index: BigInt): void {
  const validator = Validator.load(address)
  if (validator == null || validator.status != 'SEATED') return
  const place = validator.place
  if (place === null || place.notEqual(index)) return
  validator.place = null
  validator.weight = BigInt.zero()
  validator.save()
}

function seat(address: Bytes, index: BigInt, weight: BigInt): void {
  const validator = Validator.load(address)!
  validator.status = 'SEATED'
  validator.place = index
  validator.weight = weight
  validator.save()
}
