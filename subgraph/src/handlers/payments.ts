import { Paid, PayoutDeferred, PayoutRedirected } from '../../generated/Custody/Custody'
import { CustodyAsset, Payout, PayoutDeferral, PayoutRedirection } from '../../generated/schema'
import { loadAccount } from '../helpers/custody'
import { answerRequest, bookPayout, openRequest } from '../helpers/payments'
import { stamp } from '../helpers/stamp'
import { eventId, previousLogId } from '../ids'

export function handlePaid(event: Paid): void {
  const asset = CustodyAsset.load(event.params.token)!
  const account = loadAccount(event.params.token, event.params.wallet)
  bookPayout(asset, account, event.params.lots, event.block.timestamp)
  // A payment beyond the baseline answers a forced withdrawal without anybody saying so.
  const request = openRequest(account)
  if (request !== null && event.params.cumulative.gt(request.baseline)) {
    answerRequest(request, 'PAID', event.params.epoch, event)
  }
  const payout = new Payout(eventId(event))
  payout.asset = asset.id
  payout.account = account.id
  payout.wallet = event.params.wallet
  payout.lots = event.params.lots
  payout.cumulative = event.params.cumulative
  payout.epoch = event.params.epoch
  stamp(payout, event)
  payout.save()
}

export function handlePayoutRedirected(event: PayoutRedirected): void {
  const redirection = new PayoutRedirection(eventId(event))
  redirection.asset = event.params.token
  redirection.account = loadAccount(event.params.token, event.params.wallet).id
  redirection.wallet = event.params.wallet
  // The custody emits it right after the payment.
  redirection.payout = previousLogId(event)
  redirection.to = event.params.to
  redirection.lots = event.params.lots
  stamp(redirection, event)
  redirection.save()
}

export function handlePayoutDeferred(event: PayoutDeferred): void {
  const account = loadAccount(event.params.token, event.params.wallet)
  account.deferred = event.params.lots
  account.deferralCount += 1
  account.save()
  const deferral = new PayoutDeferral(eventId(event))
  deferral.asset = event.params.token
  deferral.account = account.id
  deferral.wallet = event.params.wallet
  deferral.lots = event.params.lots
  deferral.epoch = event.params.epoch
  stamp(deferral, event)
  deferral.save()
}
