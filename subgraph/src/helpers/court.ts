import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { DissentCase, Finding } from '../../generated/schema'
import { caseId } from '../ids'

export function loadFinding(digest: Bytes): Finding {
  let finding = Finding.load(digest)
  if (finding != null) return finding
  finding = new Finding(digest)
  finding.fraudProven = false
  finding.vetoed = false
  finding.rejectionConfirmed = false
  finding.operatorConvicted = false
  finding.save()
  return finding
}

export function executeCase(validator: Bytes, epoch: BigInt): void {
  const dissent = DissentCase.load(caseId(validator, epoch))!
  dissent.executed = true
  dissent.save()
}
