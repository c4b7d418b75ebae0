import {createHash} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {assembleEpoch, buildEpoch, type BuildInput, type BuiltEpoch, jointTest} from '../builder.ts';
import {
  accountId, linesRootFrom, lineHash, NO_PAYOUTS_ROOT, openRecord, parseBalances, parseManifest, parseMapping, parsePayouts, rootOf, summaryDigest,
  verifyLogChain, verifyPayout, ZERO_BLINDING,
} from '../index.ts';
import {ALICE, AUDITOR_IDENTITY, BOB, books, buildInput, CAROL, CUSTODY_1, CUSTODY_2, NATIVE, RULES, sealedRow, USDC_1, USDC_2, withAsset, ZERO} from '../testing/books.ts';
import {naiveTree} from '../testing/naive.ts';
import {type SealedEpoch, SYSTEM_WALLETS} from '../types.ts';

async function built(sealed: SealedEpoch = books()): Promise<BuiltEpoch> {
  const result = await buildEpoch(buildInput(sealed));
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('buildEpoch', () => {
  test('lines are ordered by chain, assets by token, and hold the sums of their rows', async () => {
    const {lines, trees, summary, linesTree} = await built();
    expect(lines.map(({chainId, custody, assets}) => [chainId, custody, assets.map(({token}) => token)])).toEqual([
      [31_337n, CUSTODY_1, [USDC_1]], [412_346n, CUSTODY_2, [NATIVE, USDC_2]],
    ]);
    expect(lines[1]!.assets[1]).toMatchObject({liabilities: 970n, withdrawable: 800n, withdrawals: 100n, deposited: 1_000n, authorisedOut: 130n, count: 3});
    lines.forEach((line, i) => {
      line.assets.forEach(({token, lotSize, root}, assetIndex) => {
        const {hash, sums} = trees[i]![assetIndex]!;
        expect(rootOf({assetIndex, token, lotSize, hash, sums})).toBe(root);
      });
      expect(linesRootFrom(lineHash(line), i, linesTree.prove(i))).toBe(summary.linesRoot);
    });
    expect(summary.lineCount).toBe(2);
  });

  test('files give the roots: the published bytes are enough', async () => {
    const {files, lines, trees} = await built();
    expect([...files.keys()].sort()).toEqual([
      `balances/31337-${USDC_1}.csv`, `balances/412346-${NATIVE}.csv`, `balances/412346-${USDC_2}.csv`, 'log.bin', 'payouts/31337.csv', 'payouts/412346.csv',
    ]);
    lines.forEach(({chainId, assets}, i) => assets.forEach(({token}, assetIndex) => {
      const {rows, findings} = parseBalances(files.get(`balances/${chainId}-${token}.csv`)!);
      expect(findings).toEqual([]);
      expect(naiveTree(assetIndex, rows).hash).toBe(trees[i]![assetIndex]!.hash);
    }));
  });

  test('manifest, CID, mapping and digest are those of the summary', async () => {
    const {summary, digest, manifest, mapping, files} = await built();
    expect(summary.snapshotCid).toBe(`0x${sha256(manifest)}`);
    expect(summary.mappingHash).toBe(`0x${sha256(mapping)}`);
    expect(digest).toBe(summaryDigest(summary, buildInput().salt));
    const parsed = parseManifest(manifest);
    if (!parsed.ok) throw new Error(parsed.reason);
    for (const {name, size, sha256: hash} of parsed.manifest.files) expect([files.get(name)!.length, sha256(files.get(name)!)]).toEqual([size, hash]);
    expect(parsed.manifest.files.length).toBe(files.size);
  });

  test('the mapping names every holder once and nobody else', async () => {
    const {rows, findings} = parseMapping((await built()).mapping);
    expect(findings).toEqual([]);
    expect(rows.map(({wallet}) => wallet).sort()).toEqual([SYSTEM_WALLETS.fees, ALICE, BOB, CAROL].sort());
    for (const {id, wallet, blinding} of rows) expect(accountId(wallet, blinding)).toBe(id);
    expect(rows.find(({wallet}) => wallet === SYSTEM_WALLETS.fees)?.blinding).toBe(ZERO_BLINDING);
  });

  test('an empty row is published where the books list one: it answers a forced withdrawal (V10)', async () => {
    const {rows} = parseBalances((await built()).files.get(`balances/31337-${USDC_1}.csv`)!);
    const carol = accountId(CAROL, sealedRow(CAROL, 0n).blinding);
    expect(rows).toHaveLength(2);
    expect(rows.find(({id}) => id === carol)).toEqual({id: carol, total: 0n, withdrawable: 0n, withdrawal: 0n});
  });

  test('a leaf already paid in full is left out, one with this epoch’s withdrawal is there', async () => {
    const {payoutTrees, files, lines} = await built();
    expect(payoutTrees[0]!.root).toBe(NO_PAYOUTS_ROOT);
    const [, l2] = payoutTrees;
    expect(l2!.rows).toEqual([{token: NATIVE, wallet: CAROL, cumulative: 5n}, {token: USDC_2, wallet: BOB, cumulative: 110n}]);
    expect(parsePayouts(files.get('payouts/412346.csv')!).rows).toEqual(l2!.rows);
    l2!.rows.forEach((row, index) => {
      expect(verifyPayout({payer: {chainId: 412_346, custody: CUSTODY_2}, row, index, path: l2!.prove(index), root: lines[1]!.payoutRoot})).toBe(true);
    });
  });

  test('the log holds each row’s side of every movement', async () => {
    const {files, summary, logHead} = await built();
    const verdict = verifyLogChain(files.get('log.bin')!, {epoch: 7n, previous: `0x${'0b'.repeat(32)}`, logRoot: summary.logRoot});
    if (!verdict.ok) throw new Error(verdict.reason);
    expect(logHead).toBe(summary.logRoot);
    const idOf = (wallet: typeof ALICE) => accountId(wallet, sealedRow(wallet, 0n).blinding);
    const sides = await Promise.all(verdict.log.records.map(async (record) => {
      const opened = await openRecord(verdict.log, record, {role: 'auditor', identity: AUDITOR_IDENTITY});
      return opened.ok ? [record.asset, record.id, opened.legs.map(({seq, direction, outside}) => [seq, direction, outside])] : [opened.reason];
    }));
    expect(sides).toEqual([
      [0, idOf(ALICE), [[1n, 'in', true]]], [0, idOf(CAROL), [[3n, 'out', true]]], [2, idOf(ALICE), [[2n, 'in', false]]], [2, idOf(BOB), [[2n, 'out', false]]],
    ].sort((a, b) => (a[0] as number) - (b[0] as number) || ((a[1] as string) < (b[1] as string) ? -1 : 1)));
  });

  test('is deterministic, whatever the order of rows, assets, chains and payouts', async () => {
    const sealed = books();
    const turned: SealedEpoch = {
      ...sealed, chains: sealed.chains.toReversed(), payouts: sealed.payouts.toReversed(),
      assets: sealed.assets.map((asset) => ({...asset, rows: asset.rows.toReversed()})),
    };
    const [first, again] = [await built(sealed), await built(turned)];
    expect(again.digest).toBe(first.digest);
    expect(again.files).toEqual(first.files);
  });

  test('an epoch of empty sheets has roots all the same', async () => {
    const empty = books({assets: books().assets.map((asset) => ({...asset, rows: [], deposited: 0n, authorisedOut: 0n})), payouts: [], legs: []});
    const {lines} = await built(empty);
    for (const {root, count} of lines.flatMap(({assets}) => assets)) {
      expect(count).toBe(0);
      expect(root).not.toBe(ZERO);
    }
  });
});

describe('the joint test names', () => {
  const rulesOf = (sealed: SealedEpoch, change: Partial<BuildInput> = {}) => [...new Set(jointTest({...buildInput(sealed), ...change}).map(({rule}) => rule))];
  const payoutsOf = (change: Partial<SealedEpoch['payouts'][number]>) => books({payouts: books().payouts.map((payout) => (payout.wallet === BOB ? {...payout, ...change} : payout))});
  const rowsOf = (token: typeof NATIVE, rows: SealedEpoch['assets'][number]['rows']) => withAsset(books(), token, () => ({rows}));
  const usdc = [sealedRow(BOB, 700n, 600n, 100n), sealedRow(ALICE, 250n, 200n), sealedRow(SYSTEM_WALLETS.fees, 20n, 0n)];

  test('nothing in honest books', () => {
    expect(jointTest(buildInput())).toEqual([]);
  });

  test.each<[string, number[], () => number[]]>([
    ['V1: a foreign salt', [1], () => rulesOf(books(), {salt: ZERO})],
    ['V1: an asset the rules do not know', [1], () => rulesOf(books(), {rules: {...RULES, custodies: RULES.custodies.map((custody) => ({...custody, tokens: custody.tokens.filter(({token}) => token !== USDC_1)}))}})],
    ['V1: another lot size', [1], () => rulesOf(withAsset(books(), USDC_1, () => ({lotSize: 10n})))],
    ['V1: a chain without line', [1], () => rulesOf(books({chains: books().chains.slice(0, 1)}))],
    ['V2: reserves nobody read', [2], () => rulesOf(books(), {facts: {reserves: []}})],
    ['V3: a negative row', [3], () => rulesOf(rowsOf(USDC_2, [usdc[0]!, {...usdc[1]!, total: -5n, withdrawable: -5n}, {...usdc[2]!, total: 275n}]))],
    ['V3: more requested than withdrawable', [3], () => rulesOf(rowsOf(USDC_2, [{...usdc[0]!, withdrawable: 99n}, ...usdc.slice(1)]))],
    ['V3: sums beyond 2^63', [3, 8], () => rulesOf(rowsOf(USDC_1, [sealedRow(ALICE, 2n ** 62n), sealedRow(BOB, 2n ** 62n)]))],
    ['V4: a row split in two', [4], () => rulesOf(rowsOf(USDC_2, [usdc[0]!, sealedRow(ALICE, 100n, 100n), sealedRow(ALICE, 150n, 100n), usdc[2]!]))],
    ['V5: epoch zero', [5], () => rulesOf(books({epoch: 0n}))],
    ['V5: time that stands still', [5], () => rulesOf(books(), {facts: {approved: {epoch: 6n, snapshotTime: 1_700_000_000n}}})],
    ['V6: two blindings of one wallet', [6], () => rulesOf(rowsOf(USDC_1, [{...sealedRow(ALICE, 500n), blinding: ZERO}]))],
    ['V6: a blinded system row', [6], () => rulesOf(rowsOf(USDC_2, [...usdc.slice(0, 2), {...usdc[2]!, blinding: `0x${'01'.repeat(32)}`}]))],
    ['V7: a payout above the request', [7], () => rulesOf(payoutsOf({withdrawal: 101n, cumulative: 111n}))],
    ['V7: a request without payout', [7], () => rulesOf(books({payouts: books().payouts.filter(({wallet}) => wallet !== BOB)}))],
    ['V7: paid more than was authorised before', [7], () => rulesOf(payoutsOf({paid: 11n}))],
    ['V7: a custody as payee', [7], () => rulesOf(payoutsOf({wallet: CUSTODY_2}))],
    ['V7: a forwarder as payee', [7], () => rulesOf(books(), {facts: {notPayees: [BOB]}})],
    ['V7: a withdrawal in an epoch that carries none', [7], () => rulesOf(books(), {rules: {...RULES, custodies: RULES.custodies.map((custody) => ({...custody, withdrawEvery: 4}))}})],
    ['V8: an account omitted', [8], () => rulesOf(rowsOf(USDC_2, usdc.slice(0, 2)))],
    ['V8: a balance inflated', [8], () => rulesOf(rowsOf(USDC_1, [sealedRow(ALICE, 501n)]))],
    ['V8: a deposit invented', [8], () => rulesOf(withAsset(books(), USDC_1, () => ({deposited: 501n})))],
    ['V11: what was just won', [11], () => rulesOf(books(), {facts: {withdrawableLimit: (_, wallet) => (wallet === ALICE ? 199n : undefined)}})],
  ])('%s', (_, rules, found) => {
    expect(found()).toEqual(rules);
  });

  test('V2: reserves below deposits, to the base unit', () => {
    const reserve = (balance: bigint) => ({facts: {reserves: books().assets.map(({chainId, custody, token, deposited, lotSize}) =>
      ({chainId, custody, token, balance: token === NATIVE ? balance : deposited * lotSize, paidOut: token === NATIVE ? 3n : 0n}))}});
    const needed = (2_000_000_000n - 3n) * 1_000_000_000n;
    expect([rulesOf(books(), reserve(needed)), rulesOf(books(), reserve(needed - 1n))]).toEqual([[], [2]]);
  });

  test('the rows, and buildEpoch gives no summary', async () => {
    const result = await buildEpoch(buildInput(rowsOf(USDC_1, [sealedRow(ALICE, 500n, 501n)])));
    expect(result).toEqual({ok: false, violations: [{
      rule: 3, detail: 'a row breaks total ≥ withdrawable ≥ withdrawal ≥ 0', where: `31337-${USDC_1}`, rows: [`${ALICE} 500 501 0`],
    }]});
  });

  test('while assembleEpoch builds consistent bytes over false books', async () => {
    const negative = rowsOf(USDC_2, [usdc[0]!, {...usdc[1]!, total: -5n, withdrawable: -5n}, {...usdc[2]!, total: 275n, withdrawable: 205n}]);
    const {lines, files} = await assembleEpoch(buildInput(negative));
    expect(lines[1]!.assets[1]).toMatchObject({liabilities: 970n, withdrawable: 800n});
    expect(parseBalances(files.get(`balances/412346-${USDC_2}.csv`)!).rows.map(({total}) => total)).toContain(-5n);

    const split = rowsOf(USDC_2, [usdc[0]!, sealedRow(ALICE, 100n, 100n), sealedRow(ALICE, 150n, 100n), usdc[2]!]);
    const twice = await assembleEpoch(buildInput(split));
    expect(twice.lines[1]!.assets[1]).toMatchObject({liabilities: 970n, count: 4});
    expect(parseBalances(twice.files.get(`balances/412346-${USDC_2}.csv`)!).findings).toMatchObject([{code: 'DUPLICATE'}]);
    expect(parseMapping(twice.mapping)).toMatchObject({findings: []});
  });
});
