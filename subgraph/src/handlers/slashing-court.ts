import {
  AbsenceReporterSet,
  AbsentJailed,
  Convicted,
  DissentQueued,
  DissentVetoed,
  FraudProven,
  OperatorConvicted,
  RejectionConfirmed,
} from '../../generated/SlashingCourt/SlashingCourt'
import {
  AbsenceJailing,
  AbsenceReporterChange,
  Conviction,
  Court,
  DissentCase,
  DissentVeto,
  FraudProof,
  OperatorConviction,
  RejectionConfirmation,
} from '../../generated/schema'
import { executeCase, loadFinding } from '../helpers/court'
import { stamp } from '../helpers/stamp'
import { caseId, eventId } from '../ids'

const OFFENCES = ['', 'EQUIVOCATION', 'FRAUD', 'DISSENT']

export function handleFraudProven(event: FraudProven): void {
  const finding = loadFinding(event.params.digest)
  finding.fraudProven = true
  finding.save()
  const proof = new FraudProof(eventId(event))
  proof.finding = finding.id
  proof.epoch = event.params.epoch
  proof.chainId = event.params.chainId
  proof.custody = event.params.custody
  proof.reporter = event.params.reporter
  stamp(proof, event)
  proof.save()
}

export function handleConvicted(event: Convicted): void {
  const offence = OFFENCES[event.params.offence]
  if (offence == 'DISSENT') executeCase(event.params.validator, event.params.epoch)
  const conviction = new Conviction(eventId(event))
  conviction.validator = event.params.validator
  conviction.epoch = event.params.epoch
  conviction.offence = offence
  conviction.setId = event.params.setId
  conviction.slashedWei = event.params.slashed
  conviction.reporter = event.params.reporter
  stamp(conviction, event)
  conviction.save()
}

export function handleOperatorConvicted(event: OperatorConvicted): void {
  const finding = loadFinding(event.params.digest)
  finding.operatorConvicted = true
  finding.save()
  const conviction = new OperatorConviction(eventId(event))
  conviction.finding = finding.id
  conviction.epoch = event.params.epoch
  conviction.slashedWei = event.params.slashed
  conviction.reporter = event.params.reporter
  stamp(conviction, event)
  conviction.save()
}

export function handleDissentQueued(event: DissentQueued): void {
  const dissent = new DissentCase(caseId(event.params.validator, event.params.epoch))
  dissent.finding = loadFinding(event.params.digest).id
  dissent.validator = event.params.validator
  dissent.epoch = event.params.epoch
  dissent.setId = event.params.setId
  dissent.executableAt = event.params.executableAt
  dissent.rejecter = event.params.rejecter
  dissent.reporter = event.params.reporter
  dissent.executed = false
  stamp(dissent, event)
  dissent.save()
}

export function handleDissentVetoed(event: DissentVetoed): void {
  const finding = loadFinding(event.params.digest)
  finding.vetoed = true
  finding.save()
  const veto = new DissentVeto(eventId(event))
  veto.finding = finding.id
  stamp(veto, event)
  veto.save()
}

export function handleRejectionConfirmed(event: RejectionConfirmed): void {
  const finding = loadFinding(event.params.digest)
  finding.rejectionConfirmed = true
  finding.save()
  const confirmation = new RejectionConfirmation(eventId(event))
  confirmation.finding = finding.id
  stamp(confirmation, event)
  confirmation.save()
}

export function handleAbsentJailed(event: AbsentJailed): void {
  const jailing = new AbsenceJailing(eventId(event))
  jailing.validator = event.params.validator
  jailing.setId = event.params.setId
  stamp(jailing, event)
  jailing.save()
}

export function handleAbsenceReporterSet(event: AbsenceReporterSet): void {
  const court = new Court(event.address)
  court.bridge = event.params.bridge
  court.l2Reporter = event.params.l2Reporter
  court.save()
  const change = new AbsenceReporterChange(eventId(event))
  change.court = court.id
  change.bridge = event.params.bridge
  change.l2Reporter = event.params.l2Reporter
  stamp(change, event)
  change.save()
}
