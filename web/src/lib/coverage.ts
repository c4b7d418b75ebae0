import type {CoverageAsset, EpochRow} from './queries.ts';

/** What one custody asset holds and owes, in lots. */
export type Cover = {
  asset: CoverageAsset;
  held: bigint;
  /** Balances on the sheet, plus what was authorised to leave and is still unpaid. */
  owed: bigint;
  surplus: bigint;
};

/**
 * Held against owed, per custody asset.
 *
 * A withdrawal sealed in the epoch is part of both its liabilities and its `authorisedOut`; it is owed once (rule V2 with V8).
 */
export function covers(assets: readonly CoverageAsset[], epoch: EpochRow | undefined): Cover[] {
  return assets.map((asset) => {
    const line = epoch?.lines.find(({chainId}) => chainId === asset.chainId);
    const sealed = line?.assets.find(({token}) => token.toLowerCase() === asset.token.toLowerCase())?.withdrawals ?? '0';
    const unpaid = BigInt(asset.authorisedOut) - BigInt(asset.paidOut);
    const owed = BigInt(asset.liabilities) - BigInt(sealed) + (unpaid > 0n ? unpaid : 0n);
    const held = BigInt(asset.reserves);
    return {asset, held, owed, surplus: held - owed};
  });
}

/** The least covered asset that owes anything. */
export function weakest(all: readonly Cover[]): Cover | undefined {
  let lowest: Cover | undefined;
  for (const cover of all) {
    if (cover.owed <= 0n) continue;
    if (lowest === undefined || cover.held * lowest.owed < lowest.held * cover.owed) lowest = cover;
  }
  return lowest;
}
