import {describe, expect, test} from 'vitest';
import {keccak256, stringToBytes, zeroHash} from 'viem';
import {walletBook} from './books.ts';
import {checkEpoch} from './check-epoch.ts';
import {checkEpochParallel} from './parallel.ts';
import {balancesName, custodyKey, type Evidence, paidKey, payoutsName} from './evidence.ts';
import {
  blinding, type Books, ETHER, evidenceOf, type Forged, honestBooks, idFor, keyOf, publish, TIME, wallet,
} from './evidence.fixture.ts';

const rulesOf = (evidence: Evidence) => checkEpoch(evidence).map(({rule}) => rule);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Honest evidence after `lie` changed the books; all hashes follow. */
function lied(lie: (books: Books) => void, forged: Forged = {}): Evidence {
  const books = honestBooks();
  lie(books);
  return evidenceOf(books, forged);
}

const L1 = 0;
const L2 = 1;
const USDC_2 = 1;
const id = (n: number) => idFor(wallet(n), blinding(n));
const sheet2 = balancesName(2, honestBooks().custodies[L2]!.assets[USDC_2]!.token);

test('an honest epoch has no violation', () => {
  expect(checkEpoch(evidenceOf(honestBooks()))).toEqual([]);
});

describe('each lie is reported by its rule alone, with its rows', () => {
  test('omit-account is V8', () => {
    const [violation, ...more] = checkEpoch(lied(({custodies}) => custodies[L2]!.assets[USDC_2]!.rows.splice(1, 1)));
    expect(more).toEqual([]);
    expect(violation).toMatchObject({rule: 8, where: sheet2});
    expect(violation!.rows).toContain(wallet(2));
  });

  test('negative-balance is V3', () => {
    const violations = checkEpoch(lied(({custodies}) => {
      const {rows} = custodies[L2]!.assets[USDC_2]!;
      Object.assign(rows[1]!, {total: -5n, withdrawable: -5n});
      Object.assign(rows[0]!, {total: 123n, withdrawable: 123n});
    }));
    expect(violations.map(({rule}) => rule)).toEqual([3]);
    expect(violations[0]!.rows).toEqual([`${id(2)} -5 -5 0`]);
  });

  test('inflate-balance is V8', () => {
    const violations = checkEpoch(lied(({custodies}) => void (custodies[L1]!.assets[0]!.rows[1]!.total += 1_000_000n)));
    expect(violations).toMatchObject([{rule: 8, rows: [id(2)]}]);
  });

  test('duplicate-row is V4, with one mapping row or two', () => {
    const split = ({custodies}: Books) => {
      const {rows} = custodies[L1]!.assets[0]!;
      rows.splice(1, 1, {...rows[1]!, total: 80n, withdrawable: 80n}, {...rows[1]!, total: 120n, withdrawable: 120n});
    };
    expect(checkEpoch(lied(split))).toMatchObject([{rule: 4, rows: [id(2)]}]);
    const honest = text(publish(honestBooks()).mapping);
    const line = honest.split('\n').find((each) => each.startsWith(id(2).slice(2)))!;
    expect(checkEpoch(lied(split, {mapping: honest.replace(line, `${line}\n${line}`)}))).toMatchObject([{rule: 4, rows: [id(2)]}]);
  });

  test('one wallet behind two ids of one sheet is V4', () => {
    const violations = checkEpoch(lied(({custodies}) => {
      const {rows} = custodies[L1]!.assets[0]!;
      rows.splice(1, 1, {...rows[1]!, total: 80n, withdrawable: 80n}, {...rows[1]!, blinding: blinding(99), total: 120n, withdrawable: 120n});
    }));
    expect(violations.map(({rule}) => rule)).toEqual([4]);
    expect(violations[0]!.rows.toSorted()).toEqual([id(2), idFor(wallet(2), blinding(99))].toSorted());
  });

  test('withdraw-more is V3', () => {
    const violations = checkEpoch(lied(({custodies}) => {
      const custody = custodies[L1]!;
      custody.assets[0]!.rows[0]!.withdrawal = 101n;
      custody.assets[0]!.authorisedOut = 101n;
      custody.payouts[0]!.cumulative = 101n;
    }));
    expect(violations).toMatchObject([{rule: 3, rows: [`${id(1)} 100 100 101`]}]);
  });

  test('payout-more is V7, with or without authorisedOut', () => {
    const more = ({custodies}: Books) => void (custodies[L1]!.payouts[0]!.cumulative += 1_000n);
    expect(checkEpoch(lied(more))).toMatchObject([{rule: 7, rows: [expect.stringContaining(`${wallet(1)} 1040 instead of 40`)]}]);
    const covered = checkEpoch(lied((books) => {
      more(books);
      books.custodies[L1]!.assets[0]!.authorisedOut += 1_000n;
    }));
    expect(new Set(covered.map(({rule}) => rule))).toEqual(new Set([7]));
  });

  test('wrong-cid is V1: no bytes, other bytes, bytes of another sheet', () => {
    const honest = evidenceOf(honestBooks());
    expect(rulesOf({...honest, manifest: undefined, files: new Map()})).toEqual([1]);
    expect(rulesOf({...honest, manifest: stringToBytes('{}')})).toEqual([1]);
    expect(rulesOf(lied(() => {}, {summary: {snapshotCid: keccak256('0x01')}}))).toEqual([1]);
    const other = publish({...honestBooks(), epoch: 7n, custodies: lieTotals().custodies});
    const pointing = lied(() => {}, {summary: {snapshotCid: other.summary.snapshotCid}});
    expect(new Set(rulesOf({...pointing, manifest: other.manifest, files: other.files}))).toEqual(new Set([1]));
  });

  test('insolvent is V2', () => {
    const violations = checkEpoch(lied(({custodies}) => void (custodies[L1]!.assets[0]!.truth.balance -= 1n)));
    expect(violations).toMatchObject([{rule: 2, rows: [honestBooks().custodies[L1]!.assets[0]!.token]}]);
  });

  test('omit-deposit is V8', () => {
    const violations = checkEpoch(lied(({custodies}) => {
      const book = custodies[L2]!.assets[USDC_2]!;
      book.rows.splice(1, 1);
      book.deposited -= 50n;
    }));
    expect(violations.map(({rule}) => rule)).toEqual([8]);
    expect(violations[0]!.rows.toSorted()).toEqual([wallet(2), id(2)].toSorted());
  });

  test('wrong-parent is V5', () => {
    expect(checkEpoch(lied(() => {}, {summary: {parent: keccak256('0x02')}}))).toMatchObject([{rule: 5, rows: [keccak256('0x02')]}]);
  });

  test('mapping-lie is V6, also on a row that withdraws', () => {
    const honest = text(publish(honestBooks()).mapping);
    const {files, ...forged} = lied(() => {}, {mapping: honest.replace(wallet(1), wallet(2))});
    expect(checkEpoch({files, ...forged})).toMatchObject([{rule: 6, where: 'mapping.csv', rows: [id(1)]}]);
    const missing = honest.split('\n').filter((line) => !line.startsWith(id(1).slice(2))).join('\n');
    const violations = checkEpoch(lied(() => {}, {mapping: missing}));
    expect(violations).toMatchObject([{rule: 6, rows: [id(1)]}, {rule: 6, rows: [id(1)]}]);
  });

  test('early-winnings is V11', () => {
    const violations = checkEpoch(lied(({custodies}) => {
      const custody = custodies[L2]!;
      const book = custody.assets[USDC_2]!;
      Object.assign(book.rows[2]!, {withdrawable: 30n, withdrawal: 30n});
      book.authorisedOut += 30n;
      custody.payouts.push({token: book.token, wallet: wallet(3), cumulative: 30n});
    }));
    expect(violations).toMatchObject([{rule: 11, where: sheet2, rows: [`${id(3)} 30 above 0`]}]);
  });
});

/** Books of other totals, whole in themselves. */
function lieTotals(): Books {
  const books = honestBooks();
  books.custodies[L1]!.assets[0]!.rows[1]!.total += 9n;
  return books;
}

describe('bad bytes are a verdict, never an exception', () => {
  const sheetText = text(publish(honestBooks()).files.get(sheet2)!);
  const bad: Record<string, [string, number[]]> = {
    'no file content': ['', [4]],
    'no header': [sheetText.slice(sheetText.indexOf('\n') + 1), [4]],
    'trailing data': [`${sheetText}x`, [4]],
    'no last LF': [sheetText.slice(0, -1), [4]],
    CRLF: [sheetText.replaceAll('\n', '\r\n'), [4]],
    'leading zero': [sheetText.replace(/,(\d)/, ',0$1'), [4]],
    'upper-case id': [sheetText.replace(/\n([0-9a-f]{48})/, (line) => line.toUpperCase()), [4]],
    'empty line': [sheetText.replace('\n', '\n\n'), [4]],
    'binary garbage': [Array.from({length: 999}, (_, i) => String.fromCharCode((i * 37) % 128)).join(''), [4]],
    'amount of 2^63': [sheetText.replace(/,50,/, `,${1n << 63n},`), [3]],
    'amount of 40 digits': [sheetText.replace(/,50,/, `,${'9'.repeat(40)},`), [3]],
  };
  test.each(Object.entries(bad))('%s', (_, [content, rules]) => {
    expect([...new Set(rulesOf(lied(() => {}, {files: {[sheet2]: content}})))]).toEqual(rules);
  });

  test('unsorted rows are V4', () => {
    expect(rulesOf(lied(({custodies}) => Object.assign(custodies[L2]!.assets[USDC_2]!, {descending: true})))).toEqual([4]);
  });

  test('garbage mapping and payouts', () => {
    const rules = rulesOf(lied(() => {}, {mapping: 'id;wallet\n\n\n', files: {[payoutsName(1)]: 'token,wallet,cumulative\nx,y,z\n'}}));
    expect(new Set(rules)).toEqual(new Set([4, 6]));
    expect(rulesOf({...evidenceOf(honestBooks()), mapping: undefined})).toEqual([6]);
  });

  test('a huge number of bad rows is reported by its first twenty', () => {
    const [violation] = checkEpoch(lied(() => {}, {files: {[sheet2]: `id,total,withdrawable,withdrawal\n${'?\n'.repeat(500)}`}}));
    expect(violation!.rows).toHaveLength(20);
    expect(violation!.detail).toContain('first 20 of 500');
  });
});

test('worker threads change no verdict', async () => {
  const lies: Evidence[] = [
    evidenceOf(honestBooks()), lied(({custodies}) => void (custodies[L1]!.assets[0]!.rows[1]!.total += 5n)), lied(() => {}, {files: {[sheet2]: 'garbage'}}),
    {...evidenceOf(honestBooks()), files: new Map()},
  ];
  for (const evidence of lies) expect(await checkEpochParallel(evidence, {parallelBytesMin: 0})).toEqual(checkEpoch(evidence));
});

describe('V1, V2, V5: summary and chain', () => {
  const honest = evidenceOf(honestBooks());
  test.each<[string, Partial<Evidence>, number]>([
    ['digest', {digest: zeroHash}, 1],
    ['set', {expectedSetId: 2}, 5],
    ['no set', {expectedSetId: undefined}, 5],
    ['late proposal', {proposalTime: TIME + 122n + 1n}, 5],
    ['undead epoch between', {undead: [0n]}, 5],
    ['known rules', {rules: {...honest.rules, maxAgeSeconds: 1}}, 1],
    ['time before the approved one', {approved: {epoch: 0n, digest: zeroHash, snapshotTime: TIME + 1n}}, 5],
  ])('%s', (_, change, rule) => {
    expect(rulesOf({...honest, ...change})).toEqual([rule]);
  });

  test('manifest of another epoch is V5', () => {
    expect(rulesOf(lied(() => {}, {manifestEpoch: '9'}))).toEqual([5]);
  });

  test.each<[string, object, number]>([
    ['no such block', {blockHash: undefined}, 2], ['another block', {blockHash: zeroHash}, 2], ['kills', {kills: 1}, 7],
    ['payee is a token', {notPayees: new Set([wallet(1)])}, 7],
  ])('%s', (_, change, rule) => {
    const key = custodyKey(1, honest.lines[0]!.custody);
    const custodies = new Map(honest.custodies).set(key, {...honest.custodies.get(key)!, ...change});
    expect(rulesOf({...honest, custodies})).toEqual([rule]);
  });
});

describe('a second epoch', () => {
  /** Epoch 2 over the honest first one: 3 withdraws its winnings of epoch 1, 1 withdraws again on chain 1. */
  function second({active = true, winnings = 30n} = {}): Evidence {
    const first = publish(honestBooks());
    const books = honestBooks();
    books.epoch = 2n;
    const [one, two] = books.custodies as [Books['custodies'][number], Books['custodies'][number]];
    Object.assign(one.assets[0]!.rows[0]!, {total: 60n, withdrawable: 60n, withdrawal: 10n});
    one.assets[0]!.authorisedOut = 50n;
    one.payouts[0]!.cumulative = 50n;
    Object.assign(two.assets[0]!.rows[0]!, {total: 45n, withdrawable: 45n, withdrawal: 0n});
    const usdc = two.assets[USDC_2]!;
    Object.assign(usdc.rows[0]!, {total: 61n, withdrawable: 61n, withdrawal: 0n});
    Object.assign(usdc.rows[2]!, {withdrawable: winnings, withdrawal: winnings});
    usdc.authorisedOut = 7n + winnings;
    two.payouts = [{token: ETHER, wallet: wallet(3), cumulative: 5n}, {token: usdc.token, wallet: wallet(3), cumulative: winnings}];
    const evidence = evidenceOf(books, {summary: {parent: first.digest}});
    const sheets = books.custodies.flatMap((custody) => custody.assets.map((asset) => ({
      key: keyOf(custody, asset), deposits: asset.truth.deposits, book: walletBook(first.files.get(balancesName(custody.chainId, asset.token))!, first.mapping),
    })));
    const rows = new Map(sheets.map(({key, book}) => [key, book]));
    return {
      ...evidence, approved: {epoch: 1n, digest: first.digest, snapshotTime: first.summary.snapshotTime}, previous: rows,
      active: active ? {epoch: 1n, books: rows, deposits: new Map(sheets.map(({key, deposits}) => [key, deposits])), withdrawnSince: new Map()} : evidence.active,
      custodies: new Map(books.custodies.map((custody, i) => {
        const key = custodyKey(custody.chainId, custody.custody);
        const paid = new Map([[paidKey(usdc.token, wallet(1)), 7n]]);
        return [key, {...evidence.custodies.get(key)!, paid, base: {line: first.lines[i]!, payouts: first.files.get(payoutsName(custody.chainId))!}}];
      })),
    };
  }

  test('cumulative payouts, a paid leaf left out and vested winnings hold', () => {
    expect(checkEpoch(second())).toEqual([]);
  });

  test('winnings stay locked while no custody is active with them', () => {
    const violations = checkEpoch(second({active: false}));
    expect(violations).toMatchObject([{rule: 11, rows: [`${id(3)} 30 above 0`]}]);
  });

  test('a dropped leaf of the base line is V7', () => {
    const evidence = second();
    const key = custodyKey(2, evidence.lines[1]!.custody);
    const custodies = new Map(evidence.custodies).set(key, {...evidence.custodies.get(key)!, paid: new Map()});
    expect(checkEpoch({...evidence, custodies})).toMatchObject([{rule: 7, rows: [expect.stringContaining(`${wallet(1)} missing instead of 7`)]}]);
  });
});
