// State that contracts of several kinds have alike.
import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { RuleBook, Contract, Poster, RoleMember } from '../../generated/schema'
import { roleMemberId } from '../ids'

export function loadContract(address: Bytes): Contract {
  const contract = Contract.load(address)
  return contract == null ? new Contract(address) : contract
}

export function setRole(contract: Bytes, role: Bytes, account: Bytes, granted: boolean): RoleMember {
  const member = new RoleMember(roleMemberId(contract, role, account))
  member.contract = contract
  member.role = role
  member.account = account
  member.granted = granted
  member.save()
  return member
}

// The rules before stay accepted, older ones do not.
export function acceptRules(contract: Bytes, rulesHash: Bytes): void {
  let rules = RuleBook.load(contract)
  if (rules == null) rules = new RuleBook(contract)
  else rules.previous = rules.current
  rules.current = rulesHash
  rules.save()
}

export function setPoster(contract: Bytes, address: Bytes, nonce: BigInt): void {
  const poster = new Poster(contract)
  poster.poster = address
  poster.nonce = nonce
  poster.save()
}
