import { Bytes } from '@graphprotocol/graph-ts'
import { AbsencesReported, ParticipationCounted } from '../../generated/Participation/Participation'
import { AbsenceReport, ParticipationCount, ReportedAbsence } from '../../generated/schema'
import { absentSeats, countAbsence } from '../helpers/participation'
import { stamp } from '../helpers/stamp'
import { epochId, eventId, inTermId } from '../ids'

export function handleParticipationCounted(event: ParticipationCounted): void {
  const absent = absentSeats(event.params.setId, event.params.signers)
  const count = new ParticipationCount(epochId(event.params.epoch))
  count.epoch = count.id
  count.setId = event.params.setId
  count.signers = event.params.signers
  count.absent = absent
  stamp(count, event)
  count.save()
  for (let i = 0; i < absent.length; i++) countAbsence(event.params.setId, absent[i])
}

export function handleAbsencesReported(event: AbsencesReported): void {
  const report = new AbsenceReport(eventId(event))
  const validators = event.params.validators
  report.setId = event.params.setId
  report.validators = changetype<Array<Bytes>>(validators)
  report.position = event.params.position
  stamp(report, event)
  report.save()
  for (let i = 0; i < validators.length; i++) {
    const absence = new ReportedAbsence(inTermId(event.params.setId, validators[i]))
    absence.setId = event.params.setId
    absence.validator = validators[i]
    absence.report = report.id
    absence.save()
  }
}
