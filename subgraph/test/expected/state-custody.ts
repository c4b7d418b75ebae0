/** What a custody's events add up to: its roots, its assets, and each wallet at each asset. */
import type {Happened} from '../chain-logs.ts';
import {accountOf, eventIdOf, type Expectation, joined, state, sum, text, wide} from './shape.ts';

const FREEZE_REASONS = ['SILENCE', 'UNSERVED', 'FRAUD'];
const ACCOUNT_EVENTS = ['Paid', 'PayoutRedirected', 'PayoutDeferred', 'DepositRecorded', 'DepositReclaimed', 'WithdrawalForced', 'RequestServed', 'RequestUnserved', 'Escaped', 'SystemRowReleased', 'Recovered'];
const ROOT_ENDS = ['RootActivated', 'RootKilled', 'RootDropped'];

export function custodyState(events: readonly Happened[]): Expectation[] {
  const own = events.filter(({contract}) => contract === 'custody');
  return [custodies(own), assets(own), accounts(own)];
}

function custodies(events: readonly Happened[]): Expectation {
  const last = (...names: string[]) => events.findLast(({name}) => names.includes(name));
  const rootId = (event: Happened) => ({id: joined(event.address, wide(event.args.epoch, 8))});
  const [activated, paused, frozen, announced, recovery] = [last('RootActivated'), last('Paused', 'Unpaused'), last('Frozen'), last('FreezeAnnounced'), last('RecoveryRootSet')];
  const settled = last('Settled');
  const isPending = settled !== undefined && events.indexOf(settled) > events.findLastIndex(({name}) => ROOT_ENDS.includes(name));
  const stands = announced !== undefined && (activated === undefined || events.indexOf(announced) > events.indexOf(activated));
  const seen = events.find(({name}) => !['RoleGranted', 'RoleRevoked', 'RoleAdminChanged', 'Upgraded', 'Initialized', 'RulesHashSet', ...ACCOUNT_EVENTS, 'OutflowLimitSet'].includes(name));
  return state('Custody', 'active { id } pending { id } kills pausedBits pausedUntil frozen freezeReason frozenAt freezeFrom recoveryRoot recoveryCount', seen === undefined ? [] : [{
    active: activated === undefined ? null : rootId(activated), pending: isPending ? rootId(settled) : null, kills: text(last('RootKilled')?.args.kills ?? 0),
    pausedBits: text(paused?.args.bits ?? 0), pausedUntil: text(paused?.args.until ?? 0),
    frozen: frozen !== undefined, freezeReason: frozen === undefined ? null : FREEZE_REASONS[Number(frozen.args.reason)], frozenAt: frozen === undefined ? null : text(frozen.time),
    freezeFrom: stands ? text(announced.args.freezeFrom) : null,
    recoveryRoot: recovery === undefined ? null : text(recovery.args.payoutRoot), recoveryCount: recovery === undefined ? null : text(recovery.args.payoutCount),
  }]);
}

function assets(events: readonly Happened[]): Expectation {
  return state('CustodyAsset', 'token lotSize paidOut payoutCount capacity refillPerSecond level levelAt escapedOut recoveredOut recorded reclaimedOut listedTx listedAt',
    events.filter(({name}) => name === 'AssetListed').map((listed) => {
      const of = (...names: string[]) => events.filter(({name, args}) => names.includes(name) && args.token === listed.args.token);
      return {
        token: text(listed.args.token), lotSize: text(listed.args.lotSize), paidOut: text(sum(of('Paid'), 'lots')), payoutCount: of('Paid').length,
        ...bucketOf(of('OutflowLimitSet', 'Paid')), escapedOut: text(sum(of('Escaped', 'SystemRowReleased'), 'lots')), recoveredOut: text(sum(of('Recovered'), 'lots')),
        recorded: text(sum(of('DepositRecorded'), 'amount')), reclaimedOut: text(sum(of('DepositReclaimed'), 'amount')), listedTx: listed.tx, listedAt: text(listed.time),
      };
    }));
}

/** A bucket that starts full, refills with time and is emptied by payments. */
function bucketOf(events: readonly Happened[]) {
  let [capacity, refill, level, at] = [0n, 0n, 0n, 0n];
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  for (const {name, args, time} of events) {
    const held = least(capacity, level + refill * (time - at));
    if (name === 'Paid') {
      if (capacity !== 0n) [level, at] = [held - BigInt(text(args.lots)), time];
      continue;
    }
    const wasOff = capacity === 0n;
    [capacity, refill] = [BigInt(text(args.capacity)), BigInt(text(args.refillPerSecond))];
    [level, at] = [wasOff ? capacity : least(held, capacity), time];
  }
  return {capacity: text(capacity), refillPerSecond: text(refill), level: text(level), levelAt: text(at)};
}

function accounts(events: readonly Happened[]): Expectation {
  const all = events.filter(({name}) => ACCOUNT_EVENTS.includes(name));
  const keys = [...new Set(all.map(accountOf))];
  return state('CustodyAccount', 'key: id asset { id } wallet paid deferred payoutCount deferralCount recorded reclaimed escaped escapeLeft recovered request { id } lastPayout { id }', keys.map((key) => {
    const mine = all.filter((event) => accountOf(event) === key);
    const of = (...names: string[]) => mine.filter(({name}) => names.includes(name));
    const request = of('WithdrawalForced').at(-1);
    const escape = of('Escaped').at(-1);
    return {
      key, asset: {id: text(mine[0]!.args.token)}, wallet: text(mine[0]!.args.wallet), paid: text(sum(of('Paid'), 'lots')), deferred: text(deferredOf(mine)),
      payoutCount: of('Paid').length, deferralCount: of('PayoutDeferred').length, recorded: text(sum(of('DepositRecorded'), 'amount')),
      reclaimed: text(sum(of('DepositReclaimed'), 'amount')), escaped: text(sum(of('Escaped', 'SystemRowReleased'), 'lots')),
      escapeLeft: escape === undefined ? null : text(escape.args.left), recovered: text(sum(of('Recovered'), 'lots')), request: request === undefined ? null : {id: eventIdOf(request)},
      lastPayout: of('Paid').length === 0 ? null : {id: eventIdOf(of('Paid').at(-1)!)},
    };
  }));
}

/** What the newest deferral left, less what was paid after it. */
function deferredOf(events: readonly Happened[]): bigint {
  const at = events.findLastIndex(({name}) => name === 'PayoutDeferred');
  if (at < 0) return 0n;
  const left = BigInt(text(events[at]!.args.lots)) - sum(events.slice(at).filter(({name}) => name === 'Paid'), 'lots');
  return left > 0n ? left : 0n;
}
