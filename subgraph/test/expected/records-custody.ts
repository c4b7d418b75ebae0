/** A custody: entities that stand for one event each, some with what a later event made of them. */
import type {Happened} from '../chain-logs.ts';
import {accountOf, eventIdOf, type Expectation, joined, record, text, wide} from './shape.ts';

const KILL_REASONS = ['GUARDIAN', 'DISPUTE', 'FRAUD'];
const FREEZE_REASONS = ['SILENCE', 'UNSERVED', 'FRAUD'];

const account = {'asset.id': 'token', 'account.id': accountOf, wallet: 'wallet'};
const custody = {'custody.id': ({address}: Happened) => text(address)};
const settlement = {'settlement.id': ({address, args}: Happened) => joined(address, wide(args.epoch, 8)), epoch: 'epoch', digest: 'digest'};

export function custodyRecords(events: readonly Happened[]): Expectation[] {
  return [
    record('EtherReceipt', events, 'EtherReceived', {...custody, from: 'from', amountWei: 'amount'}),
    record('OutflowLimitChange', events, 'OutflowLimitSet', {'asset.id': 'token', capacity: 'capacity', refillPerSecond: 'refillPerSecond'}),
    record('Settlement', events, 'Settled', {
      ...custody, epoch: 'epoch', digest: 'digest', payoutRoot: 'payoutRoot', lineBlock: 'blockNumber', signedWeight: 'signedWeight',
      status: (event) => rootStatus(events, event), activatedTx: (event) => activation(events, event)?.tx ?? null,
      activatedAt: (event) => (activation(events, event) === undefined ? null : text(activation(events, event)!.time)),
    }),
    record('RootKill', events, 'RootKilled', {...custody, ...settlement, kills: 'kills', reason: ({args}) => KILL_REASONS[Number(args.reason)]}),
    record('RootDrop', events, 'RootDropped', {...custody, ...settlement}),
    record('Payout', events, 'Paid', {...account, lots: 'lots', cumulative: 'cumulative', epoch: 'epoch'}),
    record('PayoutRedirection', events, 'PayoutRedirected', {...account, 'payout.id': (event) => eventIdOf(paymentBefore(events, event)), to: 'to', lots: 'lots'}),
    record('PayoutDeferral', events, 'PayoutDeferred', {...account, lots: 'lots', epoch: 'epoch'}),
    record('Pause', events, ['Paused', 'Unpaused'], {
      ...custody, paused: ({name}) => name === 'Paused', bits: ({args}) => text(args.bits ?? 0), until: ({args}) => text(args.until ?? 0),
    }),
  ];
}

/** The payment that a redirection belongs to. */
const paymentBefore = (events: readonly Happened[], redirected: Happened): Happened =>
  events.slice(0, events.indexOf(redirected)).findLast((event) => event.name === 'Paid' && accountOf(event) === accountOf(redirected))!;

const activation = (events: readonly Happened[], {address, args}: Happened): Happened | undefined =>
  events.find((event) => event.name === 'RootActivated' && event.address === address && event.args.epoch === args.epoch);

function rootStatus(events: readonly Happened[], settled: Happened): string {
  if (activation(events, settled) !== undefined) return 'ACTIVATED';
  const end = events.find(({name, address, args}) => (name === 'RootKilled' || name === 'RootDropped') && address === settled.address && args.epoch === settled.args.epoch);
  if (end === undefined) return 'PENDING';
  return end.name === 'RootKilled' ? 'KILLED' : 'DROPPED';
}

export function exitRecords(events: readonly Happened[]): Expectation[] {
  return [
    record('DepositRecord', events, 'DepositRecorded', {...account, from: 'from', amount: 'amount', cumulative: 'cumulative', lineBlock: 'blockNumber'}),
    record('DepositReclaim', events, 'DepositReclaimed', {...account, to: 'to', amount: 'amount'}),
    record('ForcedRequest', events, 'WithdrawalForced', {
      ...account, lots: 'lots', baseline: 'baseline', exit: 'exit', epoch: 'epoch', status: (event) => answer(events, event).status,
      answeredEpoch: (event) => answer(events, event).epoch, answeredTx: (event) => answer(events, event).tx,
    }),
    record('FreezeAnnouncement', events, 'FreezeAnnounced', {...custody, epoch: 'epoch', freezeFrom: 'freezeFrom'}),
    record('Freeze', events, 'Frozen', {...custody, epoch: 'epoch', lineBlock: 'blockNumber', reason: ({args}) => FREEZE_REASONS[Number(args.reason)]}),
    record('FraudReport', events, 'FraudReported', {...custody, epoch: 'epoch', digest: 'digest', reporter: 'reporter'}),
    record('Escape', events, 'Escaped', {...account, to: 'to', lots: 'lots', left: 'left'}),
    record('SystemRowRelease', events, 'SystemRowReleased', {...account, lots: 'lots'}),
    record('RecoveryRoot', events, 'RecoveryRootSet', {...custody, payoutRoot: 'payoutRoot', payoutCount: 'payoutCount', setId: 'setId', signedWeight: 'signedWeight'}),
    record('Recovery', events, 'Recovered', {...account, lots: 'lots', cumulative: 'cumulative'}),
  ];
}

/** The first event after a request that answers it: a payment beyond its baseline, or somebody's word with a proof; or the freeze for want of one. */
function answer(events: readonly Happened[], request: Happened): {status: string; epoch: string | null; tx: string | null} {
  const after = events.slice(events.indexOf(request) + 1).filter((event) => event.address === request.address && event.args.token !== undefined && accountOf(event) === accountOf(request));
  const found = after.find(({name, args}) => name === 'RequestServed' || name === 'RequestUnserved' || (name === 'Paid' && BigInt(text(args.cumulative)) > BigInt(text(request.args.baseline))));
  if (found === undefined) return {status: 'OPEN', epoch: null, tx: null};
  if (found.name === 'RequestUnserved') return {status: 'UNSERVED', epoch: null, tx: found.tx};
  return {status: found.name === 'Paid' ? 'PAID' : 'SERVED', epoch: text(found.args.epoch), tx: found.tx};
}
