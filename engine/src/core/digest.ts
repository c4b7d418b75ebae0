/** One hash over everything in the state that decides future behaviour: equal digests, equal engines. */
import {type Hex, keccak256, stringToBytes} from 'viem';
import type {Account, Order, State} from './state.ts';

const sorted = <K, V>(map: Map<K, V>, text: (key: K, value: V) => string): string =>
  [...map].map(([key, value]) => text(key, value)).sort().join(';');

function accountLine(account: Account): string {
  const {number, wallet, secret, viewingKey, claims, requested, sealed, cumulative, paid, holds, pending} = account;
  return [
    number, wallet, secret ?? '-', viewingKey ?? '-', claims, requested, sealed, cumulative, paid, holds, pending,
    sorted(account.positions, (name, {size, settleCost, entryCost}) => `${name},${size},${settleCost},${entryCost}`),
    [...account.clientIds].map(([text, id]) => JSON.stringify([text, id.toString()])).join(','),
    account.authorised.map(({epoch, asset, lots, cumulative}) => `${epoch},${asset},${lots},${cumulative}`).join(';'),
  ].join('|');
}

const orderLine = ({id, account, side, price, quantity, remaining, filledNano, feeFine, feePaidLots, hold}: Order): string =>
  [id, account.number, side, price, quantity, remaining, filledNano, feeFine, feePaidLots, hold].join(',');

function* lines(state: State): Generator<string> {
  yield `at ${state.at} orders ${state.lastOrderId} legs ${state.lastLegSeq}`;
  yield `sealed ${state.lastSealed} ${state.lastSnapshotTime} ${state.lastApproved} ${state.lastOutcome}`;
  for (const {chainId, custody, withdrawEvery, blockNumber, blockHash, activeEpoch, kills} of state.chains) {
    yield `chain ${[chainId, custody, withdrawEvery, blockNumber, blockHash, activeEpoch, kills].join(',')}`;
  }
  for (const asset of state.assets) yield `asset ${Object.values(asset).join(',')}`;
  for (const account of state.accounts) yield `account ${accountLine(account)}`;
  for (const [wallet, {cumulative, lots}] of [...state.senders].sort(([a], [b]) => (a < b ? -1 : 1))) yield `sender ${wallet}|${cumulative}|${lots}`;
  for (const {spec, mark, lastPrice, lastTradeId, book} of state.markets.values()) {
    yield `market ${[spec.name, mark, lastPrice, lastTradeId].join(',')}`;
    for (const levels of [book.bids, book.asks]) {
      for (const {price, quantity, orders} of levels) yield `level ${price},${quantity}:${[...orders].map(orderLine).join(';')}`;
    }
  }
  for (const {seq, from, to, asset, lots, kind} of [...state.sealedLegs, ...state.legs]) yield `leg ${[seq, from, to, asset, lots, kind].join(',')}`;
  for (const [epoch, {rows, deposits}] of state.bases) {
    const held = sorted(rows, (number, {total, withdrawal}) => `${number}:${total}:${withdrawal}`);
    yield `base ${epoch}|${held}|${sorted(deposits, (wallet, lots) => `${wallet}:${lots}`)}`;
  }
}

/** Digest of the state; cost grows with the state, so it is taken at checkpoints, not per command. */
export function digestOf(state: State): Hex {
  return keccak256(stringToBytes([...lines(state)].join('\n')));
}
