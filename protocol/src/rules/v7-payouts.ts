/**
 * V7: payout leaves = those of the base line + this epoch's withdrawals by wallet; nothing else leaves.
 *
 * A leaf already fully paid at the line's block may be left out. Withdrawals are taken from the rows as they are,
 * so a row that breaks V3 is not blamed twice.
 */
import {type AssetContext, type Context, type CustodyContext, type MappingContext} from './context.ts';
import {paidKey} from './evidence.ts';
import {readPayouts, walletOf} from './record-readers.ts';
import {checkRises} from './v7-public.ts';
import type {Report} from './report.ts';
import {LOTS_LIMIT} from './sheet-work.ts';

const ZERO_ADDRESS = `0x${'0'.repeat(40)}`;
const SYSTEM_WALLET_MAX = 4n;

export function checkV7(context: Context, report: Report): void {
  for (const custody of context.custodies) {
    checkKills(custody, report);
    checkSchedule(context, custody, report);
    checkAuthorised(custody, report);
    checkPayees(custody, report);
    checkLeaves(context, custody, report);
  }
}

function checkKills({line, facts, label}: CustodyContext, report: Report): void {
  if (facts === undefined || facts.kills === line.kills) return;
  report.add({rule: 7, where: label, detail: `kills is ${line.kills}, the Custody counts ${facts.kills}: its base line is another`});
}

function checkSchedule({evidence}: Context, {key, line, label}: CustodyContext, report: Report): void {
  const every = evidence.rules.custodies.find(({chainId, custody}) => `${chainId}-${custody.toLowerCase()}` === key)?.withdrawEvery ?? 1;
  const early = line.assets.filter(({withdrawals}) => withdrawals > 0n).map(({token}) => token.toLowerCase());
  if (early.length === 0 || (every > 0 && evidence.summary.epoch % BigInt(every) === 0n)) return;
  report.add({rule: 7, where: label, detail: `withdrawals in epoch ${evidence.summary.epoch}, the rules allow every ${every}th only`, rows: early});
}

function checkAuthorised({facts, label, line}: CustodyContext, report: Report): void {
  if (facts === undefined) return;
  for (const {token, authorisedOut, withdrawals} of line.assets) {
    const expected = authorisedBefore(facts.base?.line, token) + withdrawals;
    if (authorisedOut === expected) continue;
    report.add({rule: 7, where: label, detail: `authorisedOut is ${authorisedOut}, the base line and this epoch's withdrawals give ${expected}`, rows: [token.toLowerCase()]});
  }
}

/** Cumulative lots authorised by the base line; 0 before the first. */
export const authorisedBefore = (base: CustodyContext['line'] | undefined, token: string): bigint =>
  base?.assets.find((asset) => asset.token.toLowerCase() === token.toLowerCase())?.authorisedOut ?? 0n;

function checkPayees({payouts, facts, name, committed}: CustodyContext, report: Report): void {
  if (payouts === undefined || facts === undefined || !committed) return;
  const forbidden = payouts.rows.filter(({wallet}) => facts.notPayees.has(wallet) || wallet === ZERO_ADDRESS || BigInt(wallet) <= SYSTEM_WALLET_MAX);
  if (forbidden.length === 0) return;
  report.add({rule: 7, where: name, detail: 'payee is a custody, token, forwarder, system row or zero', rows: forbidden.map(({token, wallet}) => `${token} ${wallet}`)});
}

type Leaf = {token: string; wallet: string; cumulative: bigint};

function checkLeaves({evidence, mapping}: Context, custody: CustodyContext, report: Report): void {
  const {payouts, facts, name, committed} = custody;
  if (payouts === undefined || facts === undefined || !committed || payouts.malformed.length > 0) return;
  if (mapping === undefined && evidence.mappingWithheld) return checkRises(custody, report);
  const withdrawals = withdrawalsOf(custody.assets, mapping);
  if (withdrawals === undefined) return;
  const base = new Map((facts.base === undefined ? [] : readPayouts(facts.base.payouts).rows).map((leaf) => [paidKey(leaf.token, leaf.wallet), leaf]));
  const expected = new Map<string, Leaf>();
  const paidOf = (leaf: Leaf) => facts.paid.get(paidKey(leaf.token, leaf.wallet)) ?? 0n;
  for (const leaf of [...base.values(), ...withdrawals]) {
    const key = paidKey(leaf.token, leaf.wallet);
    const before = expected.get(key)?.cumulative ?? base.get(key)?.cumulative ?? paidOf(leaf);
    expected.set(key, {...leaf, cumulative: base.get(key) === leaf ? before : before + leaf.cumulative});
  }
  const wrong: string[] = [];
  for (const leaf of payouts.rows) {
    const key = paidKey(leaf.token, leaf.wallet);
    const due = expected.get(key)?.cumulative ?? paidOf(leaf);
    if (leaf.cumulative !== due || leaf.cumulative < 0n || leaf.cumulative >= LOTS_LIMIT) wrong.push(`${leaf.token} ${leaf.wallet} ${leaf.cumulative} instead of ${due}`);
    expected.delete(key);
  }
  for (const leaf of expected.values()) {
    if (leaf.cumulative > paidOf(leaf)) wrong.push(`${leaf.token} ${leaf.wallet} missing instead of ${leaf.cumulative}`);
  }
  if (wrong.length > 0) report.add({rule: 7, where: name, detail: 'payout leaves are not those of the base line plus this epoch\'s withdrawals', rows: wrong});
}

/**
 * This epoch's withdrawals by token and wallet; undefined when rows that withdraw have no provable wallet, or rows
 * are unreadable: V1, V4 or V6 has named them and a comparison would blame bystanders.
 */
function withdrawalsOf(assets: readonly AssetContext[], mapping: MappingContext | undefined): Leaf[] | undefined {
  const sums = new Map<string, Leaf>();
  for (const {asset, sheet, joined, committed} of assets) {
    if (sheet === undefined || joined === undefined || mapping === undefined || !committed || sheet.malformed.length > 0) return undefined;
    for (const {wallet, lots} of withdrawingRows({sheet, joined, mapping})) {
      if (wallet === undefined) return undefined;
      const token = asset.token.toLowerCase();
      const key = paidKey(token, wallet);
      sums.set(key, {token, wallet, cumulative: (sums.get(key)?.cumulative ?? 0n) + lots});
    }
  }
  return [...sums.values()];
}

type Joined = {sheet: NonNullable<AssetContext['sheet']>; joined: Int32Array; mapping: MappingContext};

function* withdrawingRows({sheet, joined, mapping}: Joined): Generator<{wallet: string | undefined; lots: bigint}> {
  const words = new Int32Array(sheet.withdrawal.buffer, sheet.withdrawal.byteOffset, sheet.count * 2);
  for (let row = 0; row < sheet.count; row += 1) {
    if ((words[2 * row]! | words[2 * row + 1]!) === 0) continue;
    const mappingRow = joined[row]!;
    const known = mappingRow >= 0 && mapping.holds[mappingRow] === 1;
    yield {wallet: known ? walletOf(mapping, mappingRow) : undefined, lots: sheet.withdrawal[row]!};
  }
}
