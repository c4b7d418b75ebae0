/**
 * V3, V7, V8, V11 and the conservation of legs, checked on sealed epochs from the commands alone: no state of the core is read.
 * Its own, deliberately slow bookkeeping of deposits, outcomes and active epochs.
 */
import type {SealedEpoch} from '@pobs/protocol';
import type {Command} from '../../src/core/commands.ts';

type Sheet = {sealed: SealedEpoch; outcome: 'open' | 'approved' | 'dead'; deposits: Map<string, bigint>};

const key = (...parts: (string | number)[]): string => parts.join('|').toLowerCase();

export class SheetRules {
  /** Base units received, by chain, token and sender. */
  readonly #received = new Map<string, bigint>();
  readonly #active = new Map<number, bigint>();
  readonly #sheets: Sheet[] = [];
  readonly #lotSizes = new Map<string, bigint>();

  constructor({custodies}: Extract<Command, {type: 'genesis'}>['rules']) {
    for (const {chainId, tokens} of custodies) {
      this.#active.set(chainId, 0n);
      for (const {token, lotSize} of tokens) this.#lotSizes.set(key(chainId, token), BigInt(lotSize));
    }
  }

  /** Follows an accepted command; a seal comes with its sheet and answers what is broken. */
  follow(command: Command, sealed?: SealedEpoch): string[] {
    if (command.type === 'advanceChain') {
      for (const {token, from, amount} of command.deposits) {
        const at = key(command.chainId, token, from);
        this.#received.set(at, (this.#received.get(at) ?? 0n) + amount);
      }
      this.#active.set(command.chainId, command.activeEpoch);
    }
    if (command.type === 'decideEpoch') {
      const sheet = this.#sheets.at(-1)!;
      if (sheet.sealed.epoch === command.epoch) sheet.outcome = command.outcome;
    }
    if (command.type !== 'seal') return [];
    const broken = this.#check(sealed!);
    this.#sheets.push({sealed: sealed!, outcome: 'open', deposits: this.#creditedLots()});
    return broken;
  }

  #creditedLots(): Map<string, bigint> {
    return new Map([...this.#received].map(([at, units]) => [at, units / this.#lotSizes.get(at.slice(0, at.lastIndexOf('|')))!]));
  }

  get #parent(): Sheet | undefined {
    return this.#sheets.findLast(({outcome}) => outcome === 'approved');
  }

  #check(sealed: SealedEpoch): string[] {
    const credited = this.#creditedLots();
    return sealed.assets.flatMap((asset, index) => {
      const broken: string[] = [];
      const at = key(asset.chainId, asset.token);
      const sum = (field: 'total' | 'withdrawal'): bigint => asset.rows.reduce((total, row) => total + row[field], 0n);
      const deposited = [...credited].filter(([where]) => where.startsWith(`${at}|`)).reduce((total, [, lots]) => total + lots, 0n);
      if (asset.deposited !== deposited) broken.push(`V8 ${at}: deposited ${asset.deposited}, the chain says ${deposited}`);
      if (sum('total') - sum('withdrawal') !== asset.deposited - asset.authorisedOut) broken.push(`V8 ${at}: liabilities − withdrawals ≠ deposited − authorisedOut`);
      for (const row of asset.rows) {
        if (!(row.total >= row.withdrawable && row.withdrawable >= row.withdrawal && row.withdrawal >= 0n)) broken.push(`V3 ${at} ${row.wallet}`);
        const bound = this.#bound(sealed.epoch, {index, wallet: row.wallet, at, credited});
        if (row.withdrawable > 0n && row.withdrawable > bound) broken.push(`V11 ${at} ${row.wallet}: ${row.withdrawable} > ${bound}`);
      }
      return [...broken, ...this.#brokenLegs(sealed, index), ...this.#brokenPayouts(sealed, index)];
    });
  }

  /** total(J) − withdrawal(J) + own deposits since J − own withdrawals sealed after J in live epochs; may be negative, then nothing may leave. */
  #bound(epoch: bigint, {index, wallet, at, credited}: {index: number; wallet: string; at: string; credited: Map<string, bigint>}): bigint {
    const base = [...this.#active.values()].reduce((low, value) => (value < low ? value : low));
    const rowIn = (sheet: Sheet | undefined) => sheet?.sealed.assets[index]!.rows.find((row) => row.wallet === wallet);
    const sheet = this.#sheets.find(({sealed}) => sealed.epoch === base);
    const before = rowIn(sheet);
    const after = this.#sheets.filter(({sealed, outcome}) => sealed.epoch > base && sealed.epoch < epoch && outcome !== 'dead');
    const left = after.reduce((total, later) => total + (rowIn(later)?.withdrawal ?? 0n), 0n);
    const since = (credited.get(key(at, wallet)) ?? 0n) - (sheet?.deposits.get(key(at, wallet)) ?? 0n);
    return (before ? before.total - before.withdrawal : 0n) + since - left;
  }

  /** Each row's change since the parent sheet is the sum of its legs. */
  #brokenLegs(sealed: SealedEpoch, index: number): string[] {
    const changes = new Map<string, bigint>();
    const add = (wallet: string, lots: bigint): void => void changes.set(wallet, (changes.get(wallet) ?? 0n) + lots);
    for (const row of this.#parent?.sealed.assets[index]!.rows ?? []) add(row.wallet, row.total);
    for (const leg of sealed.legs) {
      if (leg.asset !== index) continue;
      add(leg.from, -leg.lots);
      add(leg.to, leg.lots);
    }
    for (const row of sealed.assets[index]!.rows) add(row.wallet, -row.total);
    const outside = '0x0000000000000000000000000000000000000000';
    return [...changes].filter(([wallet, lots]) => wallet !== outside && lots !== 0n).map(([wallet, lots]) => `V9b asset ${index} ${wallet}: ${lots} unexplained`);
  }

  /** Cumulative payouts = the parent's + this epoch's withdrawals. */
  #brokenPayouts(sealed: SealedEpoch, index: number): string[] {
    const {chainId, token, rows} = sealed.assets[index]!;
    const of = (from: SealedEpoch | undefined, wallet: string): bigint =>
      from?.payouts.find((payout) => payout.chainId === chainId && payout.token === token && payout.wallet === wallet)?.cumulative ?? 0n;
    return rows.filter(({wallet, withdrawal}) => of(sealed, wallet) !== of(this.#parent?.sealed, wallet) + withdrawal).map(({wallet}) => `V7 asset ${index} ${wallet}`);
  }
}
