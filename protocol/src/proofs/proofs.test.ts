import {beforeAll, describe, expect, test} from 'vitest';
import {buildEpoch, type BuiltEpoch} from '../builder.ts';
import {encodeProof, type InclusionProof, parseProof, proofFromFiles, shareableProof, verifyInclusion} from './index.ts';
import {ALICE, BOB, buildInput, CAROL, NATIVE, sealedRow, USDC_2} from '../testing/books.ts';

const {salt} = buildInput();
let built: BuiltEpoch;
let proof: InclusionProof;

beforeAll(async () => {
  const result = await buildEpoch(buildInput());
  if (!result.ok) throw new Error('honest books were refused');
  built = result;
  const proved = proofOf(ALICE);
  if (!proved.ok) throw new Error(proved.reason);
  proof = proved.proof;
});

const proofOf = (wallet: typeof ALICE, token = USDC_2) => proofFromFiles({
  network: {salt, name: 'test'}, summary: built.summary, lines: built.lines, chainId: 412_346, token,
  balancesBytes: built.files.get(`balances/412346-${token}.csv`)!, owner: {wallet, blinding: sealedRow(wallet, 0n).blinding},
});

/** Names of the steps that failed. */
const failures = (changed: InclusionProof, onChain = built.digest): string[] =>
  verifyInclusion(changed, onChain).steps.filter(({ok}) => !ok).map(({name}) => name);

describe('an inclusion proof', () => {
  test('from published files holds step by step', () => {
    const verdict = verifyInclusion(proof, built.digest);
    expect(verdict.steps.map(({name, ok}) => [name, ok])).toEqual(
      ['identity', 'row', 'tree', 'sums', 'root', 'equality', 'line', 'summary'].map((name) => [name, true]));
    expect(verdict).toMatchObject({ok: true, digest: built.digest});
    expect(proof.leaf).toMatchObject({total: 250n, withdrawable: 200n, withdrawal: 0n});
  });

  test('without the chain says which digest to compare', () => {
    expect(verifyInclusion(proof).steps.at(-1)).toMatchObject({name: 'summary', ok: true, actual: built.digest});
    expect(failures(proof, `0x${'00'.repeat(32)}`)).toEqual(['summary']);
  });

  test('survives JSON, and its shareable form names no wallet', () => {
    expect(parseProof(encodeProof(proof))).toEqual({ok: true, proof});
    const shared = encodeProof(shareableProof(proof));
    expect(shared).not.toContain(ALICE);
    const parsed = parseProof(shared);
    expect(parsed.ok && verifyInclusion(parsed.proof, built.digest).ok).toBe(true);
  });

  test('names what a changed field breaks', () => {
    const [asset] = proof.line.assets;
    expect(failures({...proof, wallet: BOB})).toEqual(['identity']);
    expect(failures({...proof, leaf: {...proof.leaf, withdrawable: 251n}})).toContain('row');
    expect(failures({...proof, leaf: {...proof.leaf, total: 251n}})).toEqual(['tree', 'sums', 'root']);
    expect(failures({...proof, treeHash: `0x${'01'.repeat(32)}`})).toEqual(['tree']);
    expect(failures({...proof, leafIndex: 9})).toEqual(['tree']);
    expect(failures({...proof, siblings: []})).toEqual(['tree']);
    expect(failures({...proof, assetIndex: 5})).toEqual(['tree']);
    expect(failures({...proof, line: {...proof.line, assets: [{...asset!, deposited: asset!.deposited + 1n}, proof.line.assets[1]!]}})).toEqual(['line']);
    expect(failures({...proof, lineIndex: 0})).toEqual(['line']);
    expect(failures({...proof, linePath: []})).toEqual(['line']);
    expect(failures({...proof, summary: {...proof.summary, epoch: 8n}})).toEqual(['summary']);
    expect(failures({...proof, network: {salt: `0x${'01'.repeat(32)}`}})).toEqual(['summary']);
  });
});

test('what is missing is said', () => {
  expect(proofOf(CAROL)).toMatchObject({ok: false, reason: expect.stringMatching(/^no row has the id 0x/) as string});
  expect(proofOf(CAROL, NATIVE)).toMatchObject({ok: true});
  const base = {network: {salt}, summary: built.summary, lines: built.lines, token: USDC_2, balancesBytes: new Uint8Array(3), id: `0x${'00'.repeat(24)}` as const};
  expect(proofFromFiles({...base, chainId: 5})).toMatchObject({ok: false, reason: 'the epoch has no line for chain 5'});
  expect(proofFromFiles({...base, chainId: 31_337})).toMatchObject({ok: false, reason: `the line of chain 31337 has no token ${USDC_2}`});
  expect(proofFromFiles({...base, chainId: 412_346})).toMatchObject({ok: false, reason: expect.stringContaining('not canonical') as string});
  expect(proofFromFiles({...base, chainId: 412_346, id: undefined})).toMatchObject({ok: false});
});

test.each([
  ['no JSON', () => 'hello'],
  ['another version', () => encodeProof({...proof, v: 2 as 1})],
  ['a number too large', () => encodeProof({...proof, leaf: {...proof.leaf, total: 2n ** 64n}})],
  ['a negative number', () => encodeProof({...proof, leaf: {...proof.leaf, total: -1n}})],
  ['a short hash', () => encodeProof({...proof, treeHash: '0x12'})],
  ['a wallet without blinding', () => encodeProof({...proof, blinding: undefined})],
  ['an unknown field', () => encodeProof({...proof, note: 'hi'} as InclusionProof)],
])('%s is no proof, in one sentence', (_, text) => {
  const parsed = parseProof(text());
  expect(parsed).toMatchObject({ok: false, reason: expect.stringMatching(/^This is no inclusion proof: [^\n]*\.$/) as string});
});
