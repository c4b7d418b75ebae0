/** Deposits, binding, transfers and what the chains may say. */
import {describe, expect, test} from 'vitest';
import {buildRules, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, secretOf, USDC, WALLETS} from '../../test/model/exchange.ts';
import {createCore} from './engine.ts';
import {SYSTEM} from './venue/accounts.ts';
import {accountView, assetViews, isBound} from './queries.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];
const MIXED = WALLETS[3]!;
const hash = `0x${'7'.repeat(64)}` as const;

const total = (exchange: Exchange, wallet: `0x${string}`, chainId: number, token: `0x${string}`): bigint =>
  accountView(exchange.core, wallet)!.balances.find((entry) => entry.chainId === chainId && entry.token === token)!.total;

describe('deposits', () => {
  test('credit is ⌊cumulative / lotSize⌋: dust adds up', () => {
    const exchange = new Exchange().bind(ALICE);
    const dust = {token: ETHER, from: ALICE, amount: 600_000_000n, txHash: hash, logIndex: 0};
    exchange.advance(L2, {deposits: [dust]});
    expect(total(exchange, ALICE, L2, ETHER)).toBe(0n);
    exchange.advance(L2, {deposits: [dust, {...dust, logIndex: 1}]});
    expect(total(exchange, ALICE, L2, ETHER)).toBe(1n);
    expect(assetViews(exchange.core).find(({chainId, token}) => chainId === L2 && token === ETHER)?.deposited).toBe(1n);
  });

  test('an unbound sender is in the row `unmatched` until it binds, whatever the case of its letters', () => {
    const exchange = new Exchange();
    const [credited] = exchange.deposit(MIXED, L1, L1_USDC, 7n * USDC);
    expect(credited).toMatchObject({type: 'depositCredited', matched: false, wallet: MIXED.toLowerCase()});
    expect(exchange.claims(SYSTEM.unmatched)).toEqual([0n, 7n * USDC, 0n, 0n]);
    const events = exchange.must({type: 'bindAccount', wallet: MIXED.toLowerCase() as `0x${string}`, secret: secretOf(MIXED)});
    expect(events.some((event) => event.type === 'legPosted' && event.kind === 'bind' && event.lots === 7n * USDC)).toBe(true);
    expect(isBound(exchange.core, MIXED)).toBe(true);
    expect(total(exchange, MIXED, L1, L1_USDC)).toBe(7n * USDC);
  });

  test('binding again is harmless, another secret is not', () => {
    const exchange = new Exchange().bind(ALICE);
    expect(exchange.must({type: 'bindAccount', wallet: ALICE, secret: secretOf(ALICE)})).toEqual([]);
    expect(exchange.refusal({type: 'bindAccount', wallet: ALICE, secret: secretOf(BOB)})).toBe('WRONG_SEQUENCE');
    exchange.must({type: 'bindAccount', wallet: ALICE, secret: secretOf(ALICE), viewingKey: 'age1x'});
    expect(accountView(exchange.core, ALICE)?.viewingKey).toBe('age1x');
  });

  test.each(['0x0000000000000000000000000000000000000004', ETHER, L1_USDC, `0x${'c1'.repeat(20)}`] as const)('%s is nobody\'s wallet', (wallet) => {
    expect(new Exchange().refusal({type: 'bindAccount', wallet, secret: hash})).toBe('RESERVED_WALLET');
  });

  test.each([
    ['a block range twice', {blockNumber: 10n}, 'WRONG_SEQUENCE'],
    ['an active epoch nobody sealed', {activeEpoch: 9n}, 'WRONG_SEQUENCE'],
    ['a chain outside the rules', {chainId: 5}, 'WRONG_SEQUENCE'],
    ['more lots than the core can count', {deposits: [{token: L1_USDC, from: ALICE, amount: 1n << 53n, txHash: hash, logIndex: 0}]}, 'INVALID_QUANTITY'],
    ['a token outside the rules', {deposits: [{token: L2_USDC, from: ALICE, amount: 1n, txHash: hash, logIndex: 0}]}, 'UNKNOWN_ASSET'],
  ] as const)('refuses %s', (_, change, code) => {
    const exchange = new Exchange();
    exchange.advance(L1, {kills: 1});
    expect(exchange.refusal(exchange.advanceCommand(L1, {kills: 1, ...change}))).toBe(code);
    expect(exchange.refusal(exchange.advanceCommand(L1, {kills: 0}))).toBe('WRONG_SEQUENCE');
  });
});

describe('transfers', () => {
  test('move a claim between bound wallets, up to what is free', () => {
    const exchange = new Exchange().bind(ALICE, BOB);
    exchange.deposit(ALICE, L1, L1_USDC, 100n);
    const transfer = {type: 'transfer', from: ALICE, to: BOB, chainId: L1, token: L1_USDC, lots: 60n} as const;
    exchange.must(transfer);
    expect([total(exchange, ALICE, L1, L1_USDC), total(exchange, BOB, L1, L1_USDC)]).toEqual([40n, 60n]);
    expect(exchange.refusal(transfer)).toBe('INSUFFICIENT_FUNDS');
    expect(exchange.refusal({...transfer, lots: 0n})).toBe('INVALID_QUANTITY');
    expect(exchange.refusal({...transfer, to: ALICE, lots: 1n})).toBe('INVALID_QUANTITY');
    expect(exchange.refusal({...transfer, to: WALLETS[5]!})).toBe('UNKNOWN_ACCOUNT');
    expect(exchange.refusal({...transfer, to: '0x0000000000000000000000000000000000000001'})).toBe('UNKNOWN_ACCOUNT');
  });
});

describe('genesis', () => {
  const faulty = (change: (rules: ReturnType<typeof buildRules>) => void) => {
    const rules = structuredClone(buildRules());
    change(rules);
    const applied = createCore().apply({type: 'genesis', rules}, 1n);
    return applied.ok ? 'accepted' : applied.rejection.code;
  };

  test('comes first and once', () => {
    expect(createCore().apply({type: 'setMark', market: 'ETH-PERP', price: 1n}, 1n)).toMatchObject({ok: false, rejection: {code: 'WRONG_SEQUENCE'}});
    expect(new Exchange().refusal({type: 'genesis', rules: buildRules()})).toBe('WRONG_SEQUENCE');
  });

  test('assets are ordered by chain, custody and token', () => {
    expect(assetViews(new Exchange().core).map(({chainId, token}) => [chainId, token])).toEqual([[L1, ETHER], [L1, L1_USDC], [L2, ETHER], [L2, L2_USDC]]);
  });

  test.each([
    ['a lot that is no billionth of an ETH', (rules: ReturnType<typeof buildRules>) => void Object.assign(rules.custodies[0]!.tokens[1]!, {lotSize: '1'})],
    ['one chain twice', (rules: ReturnType<typeof buildRules>) => void Object.assign(rules.custodies[0]!, {chainId: L1})],
    ['no settlement currency', (rules: ReturnType<typeof buildRules>) => void Object.assign(rules, {settlementCurrency: 'EUR'})],
    ['withdrawEvery 0', (rules: ReturnType<typeof buildRules>) => void Object.assign(rules.custodies[0]!, {withdrawEvery: 0})],
  ])('refuses %s', (_, change) => {
    expect(faulty(change)).toBe('INVALID_RULES');
  });

});
