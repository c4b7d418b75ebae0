import fc from 'fast-check';
import {expect, test} from 'vitest';
import {assembleEpoch} from '../builder.ts';
import {accountId} from '../ids.ts';
import {buildInput, books, sealedRow, USDC_1, withAsset} from '../testing/books.ts';
import {testSeed} from '../testing/seed.ts';
import {encodeProof, parseProof, proofFromFiles, verifyInclusion} from './index.ts';

const options = {seed: testSeed('proofs'), numRuns: 25};
const DIGITS = '0123456789abcdef';

const wallets = fc.uniqueArray(fc.integer({min: 5, max: 2 ** 30}), {minLength: 1, maxLength: 12})
  .map((numbers) => numbers.map((number) => `0x${number.toString(16).padStart(40, '0')}` as const));

test('every row of a published epoch is proven, and no proof survives one changed digit', async () => {
  await fc.assert(fc.asyncProperty(wallets, fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat(15)), {minLength: 20, maxLength: 20}), async (owners, pick, changes) => {
    const rows = owners.map((wallet, i) => sealedRow(wallet, BigInt(i + 1) * 1_000n, BigInt(i) * 500n));
    const {summary, lines, files, digest} = await assembleEpoch(buildInput(withAsset(books(), USDC_1, () => ({
      rows, deposited: rows.reduce((sum, {total}) => sum + total, 0n),
    }))));
    const {wallet, blinding} = rows[pick % rows.length]!;
    const proved = proofFromFiles({
      network: {salt: buildInput().salt}, summary, lines, chainId: 31_337, token: USDC_1, balancesBytes: files.get(`balances/31337-${USDC_1}.csv`)!, owner: {wallet, blinding},
    });
    if (!proved.ok) throw new Error(proved.reason);
    expect(proved.proof.leaf.id).toBe(accountId(wallet, blinding));
    expect(verifyInclusion(proved.proof, digest).ok).toBe(true);

    const text = encodeProof(proved.proof);
    const places = [...text.matchAll(/(?<=: ?"(?:0x)?[0-9a-f]*)[0-9a-f](?=[0-9a-f]*")/g)].map(({index}) => index);
    for (const [at, digit] of changes) {
      const place = places[at % places.length]!;
      const changed = text[place] === DIGITS[digit] ? text : text.slice(0, place) + DIGITS[digit]! + text.slice(place + 1);
      const parsed = parseProof(changed);
      expect(parsed.ok && verifyInclusion(parsed.proof, digest).ok, `${text.slice(place - 40, place + 5)} → ${DIGITS[digit]}`).toBe(changed === text);
    }
  }), options);
});
