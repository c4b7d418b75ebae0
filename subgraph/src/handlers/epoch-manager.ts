import {
  CertificateAccepted,
  EpochApproved,
  EpochProposed,
  EpochRejected,
  VoteCast,
  VoteDeadlineSet,
} from '../../generated/EpochManager/EpochManager'
import { decideEpoch, proposeEpoch, setVoteDeadline } from '../helpers/epochs'
import { acceptCertificate, castVote } from '../helpers/votes'

export function handleEpochProposed(event: EpochProposed): void {
  proposeEpoch(event)
}

export function handleVoteDeadlineSet(event: VoteDeadlineSet): void {
  setVoteDeadline(event.params.epoch, event.params.voteDeadline)
}

export function handleVoteCast(event: VoteCast): void {
  castVote(event)
}

export function handleCertificateAccepted(event: CertificateAccepted): void {
  acceptCertificate(event)
}

export function handleEpochApproved(event: EpochApproved): void {
  decideEpoch(event.params.epoch, event.params.digest, true, event)
}

export function handleEpochRejected(event: EpochRejected): void {
  decideEpoch(event.params.epoch, event.params.digest, false, event)
}
