import type {Done, Duty, Side, TreasuryChain, TreasuryRule} from './ports.ts';

export type TreasuryDeps = {chain: TreasuryChain};

const OTHER: Readonly<Record<Side, Side>> = {l1: 'l2', l2: 'l1'};

/**
 * Keeps the treasury's reserves on both chains within written limits, through Arbitrum's token gateways (minutes to L2,
 * about a week to L1). One transfer of an asset at a time in each direction: what is under way is not sent twice.
 */
export class TreasuryDuty implements Duty {
  readonly name = 'treasury';
  readonly #rules: readonly TreasuryRule[];
  readonly #chain: TreasuryChain;

  constructor(rules: readonly TreasuryRule[], {chain}: TreasuryDeps) {
    this.#rules = rules;
    this.#chain = chain;
  }

  async step(): Promise<Done | undefined> {
    for (const rule of this.#rules) {
      const done = (await this.#fill('l2', rule)) ?? (await this.#fill('l1', rule));
      if (done !== undefined) return done;
    }
    return undefined;
  }

  async #fill(side: Side, rule: TreasuryRule): Promise<Done | undefined> {
    const from = OTHER[side];
    const [here, there] = await Promise.all([this.#chain.balance(side, rule), this.#chain.balance(from, rule)]);
    const amount = transferOf(rule, {to: side, here, there});
    if (amount === 0n) return undefined;
    switch (await this.#chain.newestTransfer(from, rule)) {
      case 'under way':
        return undefined;
      case 'redeemable':
        return {what: 'ran a transfer to L2 again', symbol: rule.symbol, tx: await this.#chain.redeem(rule)};
      case 'arrived':
        return {what: `sent reserves to ${side.toUpperCase()}`, symbol: rule.symbol, amount, tx: await this.#chain.send(from, rule, amount)};
    }
  }
}

/** Base units to send to an end that holds `here`, from the other that holds `there`; 0 when the limits ask for none. */
export function transferOf(rule: TreasuryRule, {to, here, there}: {to: Side; here: bigint; there: bigint}): bigint {
  const spare = there - rule[OTHER[to]].target;
  if (here >= rule[to].floor || spare <= 0n) return 0n;
  const amount = [rule[to].target - here, spare, rule.transferMax].reduce((least, each) => (each < least ? each : least));
  return amount < rule.transferMin ? 0n : amount;
}
