import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { RewardTerm } from '../../generated/schema'
import { setId } from '../ids'

export function loadTerm(set: BigInt): RewardTerm {
  const id = setId(set)
  let term = RewardTerm.load(id)
  if (term != null) return term
  term = new RewardTerm(id)
  term.setId = set
  term.funded = BigInt.zero()
  term.paid = BigInt.zero()
  term.ticketCount = 0
  term.prize = BigInt.zero()
  return term
}

export function addFunds(set: BigInt, amount: BigInt): Bytes {
  const term = loadTerm(set)
  term.funded = term.funded.plus(amount)
  term.save()
  return term.id
}
