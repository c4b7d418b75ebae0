/**
 * What a dishonest operator may try: each lie changes the sealed books, and everything that follows from them
 * (files, hashes, roots, summary) is then recomputed, so that nothing is inconsistent except with the truth.
 */
import {type RuleNumber, type SealedAsset, type SealedEpoch, type SealedRow, SYSTEM_WALLETS} from '@pobs/protocol';
import type {Address} from 'viem';

export const LIES = {
  'omit-account': {rule: 8},
  'negative-balance': {rule: 3},
  'inflate-balance': {rule: 8},
  'duplicate-row': {rule: 4},
  'withdraw-more': {rule: 3},
  'payout-more': {rule: 7},
  'wrong-cid': {rule: 1},
  insolvent: {rule: 2},
  'omit-deposit': {rule: 8},
  'wrong-parent': {rule: 5},
  'mapping-lie': {rule: 6},
  'early-winnings': {rule: 11},
  'ignore-forced': {rule: 10},
  'false-record': {rule: 9},
} as const satisfies Record<string, {rule: RuleNumber}>;

export type Lie = keyof typeof LIES;
export const LIE_NAMES = Object.keys(LIES) as Lie[];

/** Needs an active epoch and a withdrawal that was forced a day ago. */
export const needsForced = (lie: Lie): boolean => lie === 'ignore-forced';

/** Only holders of the auditor key see it: it is disputed, and nobody can reject it. */
export const isForAuditors = (lie: Lie): boolean => lie === 'false-record';

const SYSTEM = new Set<string>(Object.values(SYSTEM_WALLETS));
const isUser = ({wallet}: SealedRow) => !SYSTEM.has(wallet.toLowerCase());

/** The asset and its user row with the greatest total; ties by order. */
function richest(sealed: SealedEpoch, among: (asset: SealedAsset, row: SealedRow) => boolean = () => true): {asset: SealedAsset; row: SealedRow} {
  const candidates = sealed.assets.flatMap((asset) => asset.rows.filter((row) => isUser(row) && among(asset, row)).map((row) => ({asset, row})));
  const best = candidates.toSorted((a, b) => (a.row.total > b.row.total ? -1 : 1))[0];
  if (!best) throw new Error('the books hold no row this lie could be about');
  return best;
}

const withAsset = (sealed: SealedEpoch, asset: SealedAsset, change: Partial<SealedAsset>): SealedEpoch =>
  ({...sealed, assets: sealed.assets.map((each) => (each === asset ? {...each, ...change} : each))});

const withRow = (sealed: SealedEpoch, asset: SealedAsset, row: SealedRow, change: Partial<SealedRow>): SealedEpoch =>
  withAsset(sealed, asset, {rows: asset.rows.map((each) => (each === row ? {...each, ...change} : each))});

/** Raises a row's withdrawal by `lots`, with payout and cumulative figure to match. */
function withdrawing(sealed: SealedEpoch, asset: SealedAsset, row: SealedRow, lots: bigint, change: Partial<SealedRow>): SealedEpoch {
  const changed = withRow(sealed, asset, row, {withdrawal: row.withdrawal + lots, ...change});
  const target = changed.assets.find(({token, chainId}) => token === asset.token && chainId === asset.chainId)!;
  const paid = withAsset(changed, target, {authorisedOut: target.authorisedOut + lots});
  return {...paid, payouts: raised(paid, asset, row.wallet, lots)};
}

function raised({payouts}: SealedEpoch, {chainId, token}: SealedAsset, wallet: Address, lots: bigint) {
  const known = payouts.find((payout) => payout.chainId === chainId && payout.token === token && payout.wallet === wallet);
  if (!known) return [...payouts, {chainId, token, wallet, cumulative: lots, paid: 0n, withdrawal: lots}];
  return payouts.map((payout) => (payout === known ? {...payout, cumulative: payout.cumulative + lots, withdrawal: payout.withdrawal + lots} : payout));
}

/** The false books; lies about the summary, the mapping or the vault leave them as they are. */
export function falsify(lie: Lie, sealed: SealedEpoch): SealedEpoch {
  switch (lie) {
    case 'omit-account': {
      const {asset, row} = richest(sealed, (_, {withdrawal}) => withdrawal === 0n);
      return withAsset(sealed, asset, {rows: asset.rows.filter((each) => each !== row)});
    }
    case 'negative-balance': {
      const {asset, row} = richest(sealed, ({rows}) => rows.filter(isUser).length >= 2);
      const other = asset.rows.find((each) => isUser(each) && each !== row && each.withdrawal === 0n)!;
      const shift = other.total + 5n;
      const negative = withRow(sealed, asset, other, {total: -5n, withdrawable: -5n});
      const again = negative.assets.find(({token, chainId}) => token === asset.token && chainId === asset.chainId)!;
      return withRow(negative, again, row, {total: row.total + shift, withdrawable: row.withdrawable + other.withdrawable + 5n});
    }
    case 'inflate-balance': {
      const {asset, row} = richest(sealed);
      return withRow(sealed, asset, row, {total: row.total + 1_000_000n});
    }
    case 'duplicate-row': {
      const {asset, row} = richest(sealed, (_, {withdrawal, withdrawable}) => withdrawal === 0n && withdrawable > 2n);
      const half = {...row, total: row.total / 2n, withdrawable: row.withdrawable / 2n};
      const rest = {...row, total: row.total - half.total, withdrawable: row.withdrawable - half.withdrawable};
      return withAsset(sealed, asset, {rows: asset.rows.flatMap((each) => (each === row ? [half, rest] : [each]))});
    }
    case 'withdraw-more': {
      const {asset, row} = richest(sealed, (_, {withdrawal}) => withdrawal > 0n);
      return withdrawing(sealed, asset, row, row.withdrawable - row.withdrawal + 1n, {});
    }
    case 'payout-more': {
      const {asset, row} = richest(sealed, (_, {withdrawal}) => withdrawal > 0n);
      return {...sealed, payouts: raised(sealed, asset, row.wallet, 1_000n)};
    }
    case 'omit-deposit': {
      const {asset, row} = richest(sealed, ({deposited}, {withdrawal, total}) => withdrawal === 0n && total <= deposited);
      return withAsset(sealed, asset, {rows: asset.rows.filter((each) => each !== row), deposited: asset.deposited - row.total});
    }
    case 'early-winnings': {
      const {asset, row} = richest(sealed, (_, {total, withdrawable}) => total > 0n && withdrawable === 0n);
      return withdrawing(sealed, asset, row, row.total - row.withdrawal, {withdrawable: row.total});
    }
    case 'ignore-forced': {
      const {asset, row} = richest(sealed, (_, {withdrawal, withdrawable}) => withdrawal > 0n && withdrawal === withdrawable);
      return withdrawing(sealed, asset, row, -row.withdrawal, {});
    }
    case 'false-record': {
      const [told, ...others] = sealed.legs;
      if (told === undefined) throw new Error('the epoch tells no movement to lie about');
      return {...sealed, legs: [{...told, lots: told.lots + 1n}, ...others]};
    }
    case 'wrong-cid':
    case 'insolvent':
    case 'wrong-parent':
    case 'mapping-lie':
      return sealed;
  }
}
