import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { CertificateAccepted, CertificateAcceptedGroupsStruct, VoteCast } from '../../generated/EpochManager/EpochManager'
import { Certificate, CertificateGroup, Epoch, Seat, ValidatorSet, Vote, VoteCertificate } from '../../generated/schema'
import { childId, epochId, eventId, seatId, setId, voteId } from '../ids'
import { loadProtocol } from './protocol'
import { stamp } from './stamp'
import { recordVote } from './validator-records'

const APPROVE: i32 = 1
const REJECT: i32 = 2

function kindName(kind: i32): string {
  if (kind == APPROVE) return 'APPROVE'
  return kind == REJECT ? 'REJECT' : 'DISPUTE'
}

export function castVote(event: VoteCast): void {
  const epoch = Epoch.load(epochId(event.params.epoch))!
  saveSeat(epoch.setId, event)
  const id = voteId(event.params.epoch, event.params.index, event.params.kind)
  let vote = Vote.load(id)
  const known = vote != null
  if (vote == null) {
    vote = new Vote(id)
    vote.epoch = epoch.id
    vote.index = event.params.index
    vote.kind = kindName(event.params.kind)
  } else if (vote.source == 'CAST') {
    return
  }
  const counted = known && vote.weight !== null
  vote.source = 'CAST'
  vote.rule = event.params.rule
  vote.validator = event.params.validator
  vote.weight = event.params.weight
  vote.signature = event.params.signature
  stamp(vote, event)
  vote.save()
  recordVote(event.params.validator, event.params.epoch)
  if (!counted) addWeight(epoch, event.params.kind, event.params.weight)
  if (!known) countVote()
}

export function acceptCertificate(event: CertificateAccepted): void {
  const certificate = new Certificate(eventId(event))
  certificate.epoch = epochId(event.params.epoch)
  certificate.digest = event.params.digest
  certificate.kind = kindName(event.params.kind)
  certificate.setId = event.params.setId
  certificate.signedWeight = event.params.signedWeight
  certificate.totalWeight = event.params.totalWeight
  stamp(certificate, event)
  certificate.save()

  keepHeaviest(certificate, event.params.kind)

  const groups = event.params.groups
  for (let i = 0; i < groups.length; i++) {
    const group = new CertificateGroup(childId(certificate.id, i))
    group.certificate = certificate.id
    group.rule = groups[i].rule
    group.absent = groups[i].absent
    group.indices = groups[i].indices
    group.save()
    const signers = signersOf(groups[i], event.params.setId)
    for (let j = 0; j < signers.length; j++) countSigner(certificate, event, groups[i].rule, signers[j])
  }
}

// EpochManager takes only heavier certificates of a kind; after the deadline one may still decide, but counts for nobody.
function keepHeaviest(certificate: Certificate, kind: i32): void {
  const epoch = Epoch.load(certificate.epoch)!
  const deadline = epoch.voteDeadline
  if (deadline !== null && certificate.time.gt(deadline)) return
  if (kind == APPROVE) epoch.heaviestApprove = certificate.id
  else if (kind == REJECT) epoch.heaviestReject = certificate.id
  else epoch.heaviestDispute = certificate.id
  epoch.save()
}

// The listed seats, or every other seat of the set.
function signersOf(group: CertificateAcceptedGroupsStruct, set: BigInt): BigInt[] {
  if (!group.absent) return group.indices
  const header = ValidatorSet.load(setId(set))
  const signers: BigInt[] = []
  if (header == null) return signers
  let next = 0
  for (let index = 0; index < header.count.toI32(); index++) {
    if (next < group.indices.length && group.indices[next].toI32() == index) next += 1
    else signers.push(BigInt.fromI32(index))
  }
  return signers
}

function countSigner(certificate: Certificate, event: CertificateAccepted, rule: i32, index: BigInt): void {
  const id = voteId(event.params.epoch, index, event.params.kind)
  if (Vote.load(id) == null) {
    const vote = new Vote(id)
    vote.epoch = certificate.epoch
    vote.index = index
    vote.kind = certificate.kind
    vote.rule = rule
    vote.source = 'CERTIFICATE'
    stamp(vote, event)
    const seat = Seat.load(seatId(event.params.setId, index))
    if (seat != null) {
      vote.validator = seat.validator
      vote.weight = seat.weight
      addWeight(Epoch.load(certificate.epoch)!, event.params.kind, seat.weight)
    }
    vote.save()
    countVote()
  }
  saveLink(id, certificate.id)
}

function saveLink(vote: Bytes, certificate: Bytes): void {
  const link = new VoteCertificate(certificate.concat(vote))
  link.vote = vote
  link.certificate = certificate
  link.save()
}

function saveSeat(set: BigInt, event: VoteCast): void {
  const seat = new Seat(seatId(set, event.params.index))
  seat.setId = set
  seat.index = event.params.index
  seat.validator = event.params.validator
  seat.weight = event.params.weight
  seat.save()
}

function addWeight(epoch: Epoch, kind: i32, weight: BigInt): void {
  if (kind == APPROVE) epoch.approveWeight = epoch.approveWeight.plus(weight)
  else if (kind == REJECT) epoch.rejectWeight = epoch.rejectWeight.plus(weight)
  else epoch.disputeWeight = epoch.disputeWeight.plus(weight)
  epoch.save()
}

function countVote(): void {
  const protocol = loadProtocol()
  protocol.voteCount += 1
  protocol.save()
}
