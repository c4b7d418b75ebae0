import {
  DepositReclaimed,
  DepositRecorded,
  Escaped,
  FraudReported,
  FreezeAnnounced,
  Frozen,
  Recovered,
  RecoveryRootSet,
  RequestServed,
  RequestUnserved,
  SystemRowReleased,
  WithdrawalForced,
} from '../../generated/Custody/Custody'
import {
  DepositReclaim,
  DepositRecord,
  Escape,
  ForcedRequest,
  FraudReport,
  Freeze,
  FreezeAnnouncement,
  Recovery,
  RecoveryRoot,
  SystemRowRelease,
} from '../../generated/schema'
import { loadAccount, loadCustody } from '../helpers/custody'
import { bookEscape, bookReclaim, bookRecord, bookRecovery } from '../helpers/exits'
import { answerRequest, openRequest } from '../helpers/payments'
import { stamp } from '../helpers/stamp'
import { eventId } from '../ids'

const FREEZE_REASONS = ['SILENCE', 'UNSERVED', 'FRAUD']

export function handleDepositRecorded(event: DepositRecorded): void {
  const record = new DepositRecord(eventId(event))
  record.asset = event.params.token
  record.account = bookRecord(event.params.token, event.params.wallet, event.params.amount)
  record.wallet = event.params.wallet
  record.from = event.params.from
  record.amount = event.params.amount
  record.cumulative = event.params.cumulative
  record.lineBlock = event.params.blockNumber
  stamp(record, event)
  record.save()
}

export function handleDepositReclaimed(event: DepositReclaimed): void {
  const reclaim = new DepositReclaim(eventId(event))
  reclaim.asset = event.params.token
  reclaim.account = bookReclaim(event.params.token, event.params.wallet, event.params.amount)
  reclaim.wallet = event.params.wallet
  reclaim.to = event.params.to
  reclaim.amount = event.params.amount
  stamp(reclaim, event)
  reclaim.save()
}

export function handleWithdrawalForced(event: WithdrawalForced): void {
  const account = loadAccount(event.params.token, event.params.wallet)
  const request = new ForcedRequest(eventId(event))
  request.asset = event.params.token
  request.account = account.id
  request.wallet = event.params.wallet
  request.lots = event.params.lots
  request.baseline = event.params.baseline
  request.exit = event.params.exit
  request.epoch = event.params.epoch
  request.status = 'OPEN'
  stamp(request, event)
  request.save()
  account.request = request.id
  account.save()
}

export function handleRequestServed(event: RequestServed): void {
  const request = openRequest(loadAccount(event.params.token, event.params.wallet))!
  answerRequest(request, 'SERVED', event.params.epoch, event)
}

export function handleRequestUnserved(event: RequestUnserved): void {
  const request = openRequest(loadAccount(event.params.token, event.params.wallet))!
  request.status = 'UNSERVED'
  request.answeredTx = event.transaction.hash
  request.answeredAt = event.block.timestamp
  request.save()
}

export function handleFreezeAnnounced(event: FreezeAnnounced): void {
  const custody = loadCustody(event.address)
  custody.freezeFrom = event.params.freezeFrom
  custody.save()
  const announcement = new FreezeAnnouncement(eventId(event))
  announcement.custody = custody.id
  announcement.epoch = event.params.epoch
  announcement.freezeFrom = event.params.freezeFrom
  stamp(announcement, event)
  announcement.save()
}

export function handleFrozen(event: Frozen): void {
  const reason = FREEZE_REASONS[event.params.reason]
  const custody = loadCustody(event.address)
  custody.frozen = true
  custody.frozenAt = event.block.timestamp
  custody.freezeReason = reason
  custody.save()
  const freeze = new Freeze(eventId(event))
  freeze.custody = custody.id
  freeze.epoch = event.params.epoch
  freeze.lineBlock = event.params.blockNumber
  freeze.reason = reason
  stamp(freeze, event)
  freeze.save()
}

export function handleFraudReported(event: FraudReported): void {
  const report = new FraudReport(eventId(event))
  report.custody = loadCustody(event.address).id
  report.epoch = event.params.epoch
  report.digest = event.params.digest
  report.reporter = event.params.reporter
  stamp(report, event)
  report.save()
}

export function handleEscaped(event: Escaped): void {
  const account = bookEscape(event.params.token, event.params.wallet, event.params.lots)
  account.escapeLeft = event.params.left
  account.save()
  const escape = new Escape(eventId(event))
  escape.asset = event.params.token
  escape.account = account.id
  escape.wallet = event.params.wallet
  escape.to = event.params.to
  escape.lots = event.params.lots
  escape.left = event.params.left
  stamp(escape, event)
  escape.save()
}

export function handleSystemRowReleased(event: SystemRowReleased): void {
  const release = new SystemRowRelease(eventId(event))
  release.asset = event.params.token
  release.account = bookEscape(event.params.token, event.params.wallet, event.params.lots).id
  release.wallet = event.params.wallet
  release.lots = event.params.lots
  stamp(release, event)
  release.save()
}

export function handleRecoveryRootSet(event: RecoveryRootSet): void {
  const custody = loadCustody(event.address)
  custody.recoveryRoot = event.params.payoutRoot
  custody.recoveryCount = event.params.payoutCount
  custody.save()
  const root = new RecoveryRoot(eventId(event))
  root.custody = custody.id
  root.payoutRoot = event.params.payoutRoot
  root.payoutCount = event.params.payoutCount
  root.setId = event.params.setId
  root.signedWeight = event.params.signedWeight
  stamp(root, event)
  root.save()
}

export function handleRecovered(event: Recovered): void {
  const recovery = new Recovery(eventId(event))
  recovery.asset = event.params.token
  recovery.account = bookRecovery(event.params.token, event.params.wallet, event.params.lots)
  recovery.wallet = event.params.wallet
  recovery.lots = event.params.lots
  recovery.cumulative = event.params.cumulative
  stamp(recovery, event)
  recovery.save()
}
