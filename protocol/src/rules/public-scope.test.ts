import {describe, expect, test} from 'vitest';
import {checkEpoch} from './check-epoch.ts';
import type {Evidence} from './evidence.ts';
import {type Books, evidenceOf, honestBooks, wallet} from './evidence.fixture.ts';
import {uncheckedRules} from './unchecked.ts';

/** What a stranger gathers: everything but the mapping and what is derived from mappings. */
function stranger(lie: (books: Books) => void = () => {}): Evidence {
  const books = honestBooks();
  lie(books);
  return {...evidenceOf(books), mapping: undefined, mappingWithheld: true, active: undefined};
}

const L1 = 0;
const L2 = 1;

describe('an epoch judged without its mapping', () => {
  test('passes when honest, and says what was not judged', () => {
    const evidence = stranger();
    expect(checkEpoch(evidence)).toEqual([]);
    expect(uncheckedRules(evidence)).toEqual([
      {rule: 4, part: 'one row per wallet'}, {rule: 6}, {rule: 7, part: 'which wallet each withdrawal is of'}, {rule: 9, part: 'a record per changed row'}, {rule: 10}, {rule: 11},
    ]);
    expect(uncheckedRules(evidenceOf(honestBooks()))).toEqual([]);
    expect(uncheckedRules({...evidenceOf(honestBooks()), active: undefined})).toEqual([{rule: 11}]);
  });

  test('a mapping that was owed to this reader and did not come is still V6', () => {
    expect(checkEpoch({...evidenceOf(honestBooks()), mapping: undefined})).toMatchObject([{rule: 6}]);
  });

  test.each<[string, number, (books: Books) => void]>([
    ['insolvent', 2, ({custodies}) => void (custodies[L1]!.assets[0]!.truth.balance -= 1n)],
    ['withdraw-more', 3, ({custodies}) => {
      const book = custodies[L1]!.assets[0]!;
      book.rows[0]!.withdrawal += 61n;
      book.authorisedOut += 61n;
      custodies[L1]!.payouts[0]!.cumulative += 61n;
    }],
    ['inflate-balance', 8, ({custodies}) => void (custodies[L1]!.assets[0]!.rows[1]!.total += 9n)],
    ['omit-account', 8, ({custodies}) => custodies[L2]!.assets[1]!.rows.splice(1, 1)],
    ['omit-deposit', 8, ({custodies}) => {
      const book = custodies[L2]!.assets[1]!;
      book.rows.splice(1, 1);
      book.deposited -= 50n;
    }],
    ['payout-more', 7, ({custodies}) => void (custodies[L1]!.payouts[0]!.cumulative += 1n)],
    ['a payout that no row withdraws', 7, ({custodies}) => void custodies[L2]!.payouts.push({token: custodies[L2]!.assets[1]!.token, wallet: wallet(2), cumulative: 3n})],
    ['a withdrawal without a payout', 7, ({custodies}) => custodies[L2]!.payouts.splice(0, 1)],
  ])('%s is V%i alone', (_, rule, lie) => {
    expect(checkEpoch(stranger(lie)).map((violation) => violation.rule)).toEqual([rule]);
  });

  test('an omitted account blames no bystander', () => {
    const [violation] = checkEpoch(stranger(({custodies}) => custodies[L2]!.assets[1]!.rows.splice(1, 1)));
    expect(violation!.rows).toEqual([]);
  });

  test('leaves of the base line neither fall nor vanish while unpaid', () => {
    const evidence = stranger();
    const [line] = evidence.lines;
    const [facts] = evidence.custodies.values();
    const token = honestBooks().custodies[L1]!.assets[0]!.token;
    const based = (cumulative: bigint, owner = wallet(1)): Evidence => {
      const payouts = new TextEncoder().encode(`token,wallet,cumulative\n${token},${owner},${cumulative}\n`);
      const base = {line: {...line!, assets: [{...line!.assets[0]!, authorisedOut: 0n}]}, payouts};
      return {...evidence, custodies: new Map(evidence.custodies).set([...evidence.custodies.keys()][0]!, {...facts!, base})};
    };
    expect(checkEpoch(based(41n))).toMatchObject([{rule: 7, rows: [`${token} ${wallet(1)} 40 below 41`, expect.stringMatching('a row withdraws 40')]}]);
    expect(checkEpoch(based(5n, wallet(9)))).toMatchObject([{rule: 7, rows: [`${token} ${wallet(9)} missing instead of 5`]}]);
  });
});
