/** One pass over an asset's rows: everything that the joint test asks of amounts. */
import {LOTS_LIMIT, type SealedAsset, type SealedRow} from '../types.ts';

export type AssetSurvey = {
  asset: SealedAsset;
  /** Lots, over all rows. */
  total: bigint;
  withdrawn: bigint;
  /** Rows that request something. */
  requests: readonly SealedRow[];
  /** Rows that break V3. */
  broken: readonly SealedRow[];
};

/** Below this an amount is added as a double, exactly; a million rows then cost no bigint each. */
const SMALL_LIMIT = 2n ** 51n;
const FLUSH_AT = 2 ** 52;

export function surveyAsset(asset: SealedAsset): AssetSurvey {
  const requests: SealedRow[] = [];
  const broken: SealedRow[] = [];
  let total = 0n;
  let withdrawn = 0n;
  let small = 0;
  for (const row of asset.rows) {
    const ordered = row.total >= row.withdrawable && row.withdrawable >= row.withdrawal && row.withdrawal >= 0n && row.total < LOTS_LIMIT;
    if (!ordered) broken.push(row);
    if (row.withdrawal !== 0n) {
      requests.push(row);
      withdrawn += row.withdrawal;
    }
    if (ordered && row.total < SMALL_LIMIT) small += Number(row.total);
    else total += row.total;
    if (small >= FLUSH_AT) {
      total += BigInt(small);
      small = 0;
    }
  }
  return {asset, total: total + BigInt(small), withdrawn, requests, broken};
}
