/** V10 and V7's forwarders: in each case exactly this rule objects, whatever else of the sheet is honest. */
import {describe, expect, test} from 'vitest';
import {checkEpoch} from './check-epoch.ts';
import {balancesName, custodyKey, type Evidence, type ForcedFacts} from './evidence.ts';
import {blinding, type Books, evidenceOf, honestBooks, idFor, wallet} from './evidence.fixture.ts';
import {uncheckedRules} from './unchecked.ts';

const DAY = 86_400n;
const NOW = 1_700_000_000n;
const [L1, L2] = [honestBooks().custodies[0]!, honestBooks().custodies[1]!];
const USDC_2 = L2.assets[1]!.token;
const sheet1 = balancesName(1, L1.assets[0]!.token);
const sheet2 = balancesName(2, USDC_2);

/** Evidence in which a custody's line stands at {@link NOW} and these withdrawals are forced. */
function forced(books: Books, custody: typeof L1, facts: Partial<ForcedFacts>): Evidence {
  const evidence = evidenceOf(books);
  const key = custodyKey(custody.chainId, custody.custody);
  const forcedFacts: ForcedFacts = {blockTime: NOW, carriedTime: NOW - 600n, requests: [], ...facts};
  return {...evidence, custodies: new Map(evidence.custodies).set(key, {...evidence.custodies.get(key)!, forced: forcedFacts})};
}

const request = (n: number, token: string, age = DAY) => ({token, wallet: wallet(n), requestedAt: NOW - age});

/** Wallet 2 takes everything on chain 1 out. */
function served(): Books {
  const books = honestBooks();
  const custody = books.custodies[0]!;
  custody.assets[0]!.rows[1]!.withdrawal = 200n;
  custody.assets[0]!.authorisedOut += 200n;
  custody.payouts.push({token: custody.assets[0]!.token, wallet: wallet(2), cumulative: 200n});
  return books;
}

describe('V10', () => {
  test('a forced withdrawal that is ignored for a day is V10 alone', () => {
    const violations = checkEpoch(forced(honestBooks(), L1, {requests: [request(2, L1.assets[0]!.token)]}));
    expect(violations).toMatchObject([{rule: 10, where: sheet1, rows: [`${idFor(wallet(2), blinding(2))} 0 of 200`]}]);
  });

  test('part of it is not all of it', () => {
    const violations = checkEpoch(forced(honestBooks(), L1, {requests: [request(1, L1.assets[0]!.token)]}));
    expect(violations).toMatchObject([{rule: 10, rows: [`${idFor(wallet(1), blinding(1))} 40 of 100`]}]);
  });

  test('served whole it breaks no rule', () => {
    expect(checkEpoch(forced(served(), L1, {requests: [request(2, L1.assets[0]!.token)]}))).toEqual([]);
  });

  test('a row that owes nothing withdrawable answers, an absent one does not', () => {
    expect(checkEpoch(forced(honestBooks(), L2, {requests: [request(3, USDC_2)]}))).toEqual([]);
    const absent = checkEpoch(forced(honestBooks(), L2, {requests: [{token: USDC_2, wallet: wallet(9), requestedAt: NOW - DAY}]}));
    expect(absent).toMatchObject([{rule: 10, where: sheet2, rows: [wallet(9)]}]);
  });

  test('a younger request binds no line, and of an older one only the first line after its day', () => {
    const token = L1.assets[0]!.token;
    expect(checkEpoch(forced(honestBooks(), L1, {requests: [request(2, token, DAY - 1n)]}))).toEqual([]);
    expect(checkEpoch(forced(honestBooks(), L1, {carriedTime: NOW - 600n, requests: [request(2, token, DAY + 600n)]}))).toEqual([]);
    expect(checkEpoch(forced(honestBooks(), L1, {carriedTime: NOW - 600n, requests: [request(2, token, DAY + 599n)]})).map(({rule}) => rule)).toEqual([10]);
  });

  test('a line that carries no withdrawals owes no answer', () => {
    const evidence = forced(evenLines(), L1, {requests: [request(2, L1.assets[0]!.token)]});
    const rules = {...evidence.rules, custodies: evidence.rules.custodies.map((each) => ({...each, withdrawEvery: 2}))};
    expect(checkEpoch({...evidence, rules}).some(({rule}) => rule === 10)).toBe(false);
  });

  test('without a mapping it is left to validators, and said so', () => {
    const evidence = {...forced(honestBooks(), L1, {requests: [request(2, L1.assets[0]!.token)]}), mapping: undefined, mappingWithheld: true};
    expect(checkEpoch(evidence)).toEqual([]);
    expect(uncheckedRules(evidence)).toContainEqual({rule: 10});
  });
});

function evenLines(): Books {
  const books = honestBooks();
  for (const custody of books.custodies) {
    custody.payouts = [];
    for (const book of custody.assets) {
      book.authorisedOut = 0n;
      for (const row of book.rows) row.withdrawal = 0n;
    }
  }
  return books;
}

test('a forwarder as payee is V7 alone', () => {
  const evidence = evidenceOf(honestBooks());
  const key = custodyKey(1, L1.custody);
  const facts = evidence.custodies.get(key)!;
  const violations = checkEpoch({...evidence, custodies: new Map(evidence.custodies).set(key, {...facts, notPayees: new Set([...facts.notPayees, wallet(1)])})});
  expect(violations).toMatchObject([{rule: 7, rows: [`${L1.assets[0]!.token} ${wallet(1)}`]}]);
});
