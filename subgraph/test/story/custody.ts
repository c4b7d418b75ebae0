/** A custody from its first asset to its recovery root. */
import {hash, type Tell, USDC, wallet, ZERO} from './tell.ts';

const [ALICE, BOB] = [wallet(50), wallet(51)];

const settle = (tell: Tell, epoch: bigint) =>
  tell('custody', 'Settled', {epoch, digest: hash(`epoch ${epoch}`), payoutRoot: hash(`payouts ${epoch}`), blockNumber: 9n * epoch, signedWeight: 30n});
const activate = (tell: Tell, epoch: bigint) => tell('custody', 'RootActivated', {epoch, payoutRoot: hash(`payouts ${epoch}`)});
const pay = (tell: Tell, token: typeof ZERO, to: typeof ZERO, lots: bigint, cumulative: bigint, epoch = 1n) => tell('custody', 'Paid', {token, wallet: to, lots, cumulative, epoch});

export async function playCustody(tell: Tell): Promise<void> {
  await tell('custody', 'RulesHashSet', {rulesHash: hash('rules')});
  await tell('custody', 'AssetListed', {token: ZERO, lotSize: 10n ** 9n});
  await tell('custody', 'AssetListed', {token: USDC, lotSize: 1n});
  await tell('custody', 'EtherReceived', {from: ALICE, amount: 3n * 10n ** 18n});
  await settle(tell, 1n);
  await activate(tell, 1n);
  await playPayments(tell);
  await playRequests(tell);
  await tell('custody', 'Paused', {bits: 3n, until: 9_999n});
  await tell('custody', 'Unpaused');
  await playRoots(tell);
  await playFreeze(tell);
}

async function playPayments(tell: Tell): Promise<void> {
  await pay(tell, USDC, ALICE, 5n, 5n);
  const limit = (capacity: bigint, refillPerSecond: bigint) => tell('custody', 'OutflowLimitSet', {token: USDC, capacity, refillPerSecond});
  await limit(100n, 1n);
  await pay(tell, USDC, ALICE, 90n, 95n);
  await tell('custody', 'PayoutDeferred', {token: USDC, wallet: ALICE, lots: 40n, epoch: 1n});
  await limit(8n, 1n);
  await pay(tell, USDC, ALICE, 7n, 102n);
  await limit(0n, 0n);
  await tell('custody', 'PayoutDeferred', {token: ZERO, wallet: BOB, lots: 4n, epoch: 1n});
  await pay(tell, ZERO, BOB, 4n, 4n);
  await tell('custody', 'PayoutRedirected', {token: ZERO, wallet: BOB, to: wallet(52), lots: 4n});
}

async function playRequests(tell: Tell): Promise<void> {
  const force = (of: typeof ZERO, lots: bigint, baseline: bigint, exit: boolean) =>
    tell('custody', 'WithdrawalForced', {token: USDC, wallet: of, lots, baseline, exit, epoch: 1n});
  await force(ALICE, 10n, 110n, false);
  // What was authorised before is no answer, what exceeds it is.
  await pay(tell, USDC, ALICE, 8n, 110n);
  await pay(tell, USDC, ALICE, 10n, 120n);
  await force(ALICE, 5n, 120n, true);
  await tell('custody', 'RequestServed', {token: USDC, wallet: ALICE, epoch: 1n});
  await force(BOB, 6n, 0n, false);
  const deposit = (of: typeof ZERO, amount: bigint, cumulative: bigint) =>
    tell('custody', 'DepositRecorded', {token: USDC, wallet: of, from: wallet(53), amount, cumulative, blockNumber: 12n});
  await deposit(ALICE, 100n, 100n);
  await deposit(ALICE, 20n, 120n);
  await deposit(wallet(54), 7n, 7n);
}

async function playRoots(tell: Tell): Promise<void> {
  for (const [epoch, reason] of [[2n, 0], [3n, 1], [4n, 2]] as const) {
    await settle(tell, epoch);
    if (reason === 2) await tell('custody', 'FraudReported', {epoch, digest: hash(`epoch ${epoch}`), reporter: wallet(90)});
    await tell('custody', 'RootKilled', {epoch, digest: hash(`epoch ${epoch}`), kills: reason + 1, reason});
  }
  await tell('custody', 'FreezeAnnounced', {epoch: 1n, freezeFrom: 5_000n});
  await settle(tell, 5n);
  await activate(tell, 5n);
}

async function playFreeze(tell: Tell): Promise<void> {
  await tell('custody', 'FreezeAnnounced', {epoch: 5n, freezeFrom: 6_000n});
  await settle(tell, 6n);
  await tell('custody', 'RootDropped', {epoch: 6n, digest: hash('epoch 6')});
  await tell('custody', 'RequestUnserved', {token: USDC, wallet: BOB, lots: 6n});
  await tell('custody', 'Frozen', {epoch: 5n, blockNumber: 45n, reason: 1});
  await tell('custody', 'Escaped', {token: USDC, wallet: ALICE, to: wallet(55), lots: 30n, left: 10n});
  await tell('custody', 'Escaped', {token: USDC, wallet: ALICE, to: wallet(55), lots: 10n, left: 0n});
  await tell('custody', 'SystemRowReleased', {token: USDC, wallet: wallet(4), lots: 3n});
  await tell('custody', 'DepositReclaimed', {token: USDC, wallet: ALICE, to: ALICE, amount: 20n});
  await tell('custody', 'RecoveryRootSet', {payoutRoot: hash('recovery'), payoutCount: 2, setId: 1, signedWeight: 30n});
  await tell('custody', 'Recovered', {token: USDC, wallet: wallet(4), lots: 1n, cumulative: 1n});
  await tell('custody', 'Recovered', {token: USDC, wallet: wallet(4), lots: 2n, cumulative: 3n});
}
