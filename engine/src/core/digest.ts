/** One hash over everything in the state that decides future behaviour: equal digests, equal engines. */
import {sha256} from '@pobs/protocol';
import {bytesToHex, type Hex, stringToBytes} from 'viem';
import type {State} from './state.ts';
import {venueBytes} from './venue/image.ts';

const sorted = <K, V>(map: Map<K, V>, text: (key: K, value: V) => string): string =>
  [...map].map(([key, value]) => text(key, value)).sort().join(';');

function* lines(state: State): Generator<string> {
  yield `at ${state.at} sealed ${state.lastSealed} ${state.lastSnapshotTime} ${state.lastApproved} ${state.lastOutcome}`;
  for (const {chainId, custody, withdrawEvery, blockNumber, blockHash, activeEpoch, kills, frozen = false} of state.chains) {
    yield `chain ${[chainId, custody, withdrawEvery, blockNumber, blockHash, activeEpoch, kills, frozen].join(',')}`;
  }
  for (const asset of state.assets) yield `asset ${Object.values(asset).join(',')}`;
  for (const {spec} of state.venue.markets) yield `market ${JSON.stringify(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
  for (const {number, wallet, owner, sub, secret, viewingKey} of state.identities) yield `account ${[number, wallet, owner, sub, secret ?? '-', viewingKey ?? '-'].join('|')}`;
  yield `withdrawals ${sorted(state.withdrawals, (number, {sealed, cumulative, paid, authorised}) => [
    number, sealed, cumulative, paid, authorised.map(({epoch, asset, lots, cumulative: ever}) => `${epoch},${asset},${lots},${ever}`).join('/'),
  ].join('|'))}`;
  for (const [wallet, {cumulative, lots}] of [...state.senders].sort(([a], [b]) => (a < b ? -1 : 1))) yield `sender ${wallet}|${cumulative}|${lots}`;
  yield `forced ${[...state.forced].map(([key, {lots, baseline, exit}]) => [key, lots, baseline, exit].join('|')).join(';')}`;
  yield `texts ${sorted(state.clientTexts, (sequence, text) => JSON.stringify([sequence, text]))}`;
  for (const [epoch, {sealedAt, accounts, claims, withdrawals, deposits}] of state.bases) {
    const held = sorted(withdrawals, (number, lots) => `${number}:${lots}`);
    yield `base ${epoch}|${sealedAt}|${accounts}|${claims}|${held}|${sorted(deposits, (wallet, lots) => `${wallet}:${lots}`)}`;
  }
}

/** Digest of the state; cost grows with the state, so it is taken at checkpoints, not per command. */
export function digestOf(state: State): Hex {
  const around = sha256(stringToBytes([...lines(state)].join('\n')));
  const both = new Uint8Array(64);
  both.set(around);
  both.set(sha256(venueBytes(state.venue)), 32);
  return bytesToHex(sha256(both));
}
