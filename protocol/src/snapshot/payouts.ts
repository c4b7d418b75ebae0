/** `payouts/<chainId>.csv`: cumulative payouts by token and wallet (PROTOCOL §3). */
import type {Address} from 'viem';
import {compareText, utf8} from '../bytes.ts';
import type {PayoutRow} from '../types.ts';
import {addFinding, type Finding, linesAfter} from './text.ts';

const HEADER = 'token,wallet,cumulative';
const ROW = /^(0x[0-9a-f]{40}),(0x[0-9a-f]{40}),(0|-?[1-9]\d{0,77})$/;

export const payoutsName = (chainId: bigint | number): string => `payouts/${chainId}.csv`;

/** Lower-case rows in file order: by token, then wallet. */
export const sortPayouts = (rows: readonly PayoutRow[]): PayoutRow[] =>
  rows
    .map(({token, wallet, cumulative}) => ({
      token: token.toLowerCase() as Address, wallet: wallet.toLowerCase() as Address, cumulative,
    }))
    .sort(comparePayouts);

/** Canonical bytes; sorts the rows. */
export const encodePayouts = (rows: readonly PayoutRow[]): Uint8Array =>
  utf8([HEADER, ...sortPayouts(rows).map(({token, wallet, cumulative}) => `${token},${wallet},${cumulative}`), ''].join('\n'));

/** Strict reader, total over bad bytes: rows in file order, what is not canonical as findings. */
export function parsePayouts(bytes: Uint8Array): {rows: PayoutRow[]; findings: Finding[]} {
  const findings: Finding[] = [];
  const rows: PayoutRow[] = [];
  for (const {line, text} of linesAfter(HEADER, bytes, findings)) {
    const match = ROW.exec(text);
    if (match === null) {
      addFinding(findings, 'ROW_INVALID', line, text);
      continue;
    }
    const row = {token: match[1] as Address, wallet: match[2] as Address, cumulative: BigInt(match[3]!)};
    const previous = rows.at(-1);
    const order = previous ? comparePayouts(previous, row) : -1;
    if (order > 0) addFinding(findings, 'NOT_SORTED', line, text);
    else if (order === 0) addFinding(findings, 'DUPLICATE', line, text);
    rows.push(row);
  }
  return {rows, findings};
}

const comparePayouts = (a: PayoutRow, b: PayoutRow): number =>
  compareText(a.token, b.token) || compareText(a.wallet, b.wallet);
