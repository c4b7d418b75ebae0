/** Checks an inclusion proof step by step, so that its reader sees what was recomputed from what. */
import type {Hex} from 'viem';
import {levelsOf, type MerkleSum, rootOf} from '../gpmp/node.ts';
import {linesRootFrom} from '../gpmp/payouts.ts';
import {verifyLeaf} from '../gpmp/verify.ts';
import {accountId} from '../ids.ts';
import {lineHash, summaryDigest} from '../summary.ts';
import type {AssetLine} from '../types.ts';
import type {InclusionProof} from './shape.ts';

export type StepName = 'identity' | 'row' | 'tree' | 'sums' | 'root' | 'equality' | 'line' | 'summary';
export type ProofStep = {name: StepName; ok: boolean; detail: string; expected?: string; actual?: string};

/** `digest` is what the caller compares with `EpochManager.digestOf(epoch)`: until then the proof is only consistent. */
export type InclusionVerdict = {ok: boolean; steps: ProofStep[]; digest: Hex};

/**
 * Pure. All steps are always run and listed.
 *
 * @param onChain - `EpochManager.digestOf(epoch)`, when the caller has read it.
 */
export function verifyInclusion(proof: InclusionProof, onChain?: Hex): InclusionVerdict {
  const asset = proof.line.assets[proof.assetIndex];
  const digest = summaryDigest(proof.summary, proof.network.salt);
  const steps = [
    ...identityStep(proof),
    rowStep(proof),
    ...(asset === undefined ? [absentAsset(proof)] : assetSteps(proof, asset)),
    lineStep(proof),
    summaryStep(digest, onChain),
  ];
  return {ok: steps.every(({ok}) => ok), steps, digest};
}

function identityStep({wallet, blinding, leaf}: InclusionProof): ProofStep[] {
  if (wallet === undefined || blinding === undefined) return [];
  return [compared('identity', 'The id is made of this wallet and its blinding.', leaf.id, accountId(wallet, blinding))];
}

function rowStep({leaf: {total, withdrawable, withdrawal}}: InclusionProof): ProofStep {
  const ok = total >= withdrawable && withdrawable >= withdrawal && withdrawal >= 0n;
  return {
    name: 'row', ok, detail: 'The row holds total ≥ withdrawable ≥ withdrawal ≥ 0 (V3).', actual: `${total} ≥ ${withdrawable} ≥ ${withdrawal}`,
  };
}

const absentAsset = ({assetIndex, line}: InclusionProof): ProofStep =>
  ({name: 'tree', ok: false, detail: `The line has ${line.assets.length} assets and no asset ${assetIndex}.`});

function assetSteps(proof: InclusionProof, asset: AssetLine): ProofStep[] {
  const verdict = verifyLeaf({...proof, count: asset.count});
  if (!verdict.ok) return [{name: 'tree', ok: false, detail: `The row does not lead to the tree: ${verdict.reason}.`}];
  const {hash, sums} = verdict;
  const root = rootOf({assetIndex: proof.assetIndex, token: asset.token, lotSize: asset.lotSize, hash, sums});
  const owed = asset.liabilities - asset.withdrawals;
  return [
    compared('tree', `The row and its ${proof.siblings.length} siblings lead to the tree's hash.`, proof.treeHash, hash),
    compared('sums', 'The tree adds up to the totals of the line.', sumsText(sumsOf(asset)), sumsText(sums)),
    compared('root', 'Asset, lot size, hash and totals give the root in the line.', asset.root, root),
    compared('equality', 'Liabilities less withdrawals equal deposits less everything authorised (V8), in lots.', `${asset.deposited - asset.authorisedOut}`, `${owed}`),
  ];
}

function lineStep({line, lineIndex, linePath, summary}: InclusionProof): ProofStep {
  const detail = 'The line leads to the lines root of the summary.';
  if (lineIndex >= summary.lineCount || linePath.length !== levelsOf(summary.lineCount)) {
    return {name: 'line', ok: false, detail: `The summary counts ${summary.lineCount} lines; index ${lineIndex} and a path of ${linePath.length} do not fit.`};
  }
  return compared('line', detail, summary.linesRoot, linesRootFrom(lineHash(line), lineIndex, linePath));
}

function summaryStep(digest: Hex, onChain: Hex | undefined): ProofStep {
  if (onChain !== undefined) return compared('summary', 'The summary is the one the chain stored for this epoch.', onChain, digest);
  return {name: 'summary', ok: true, detail: 'The digest of the summary, to be compared with EpochManager.digestOf(epoch).', actual: digest};
}

function compared(name: StepName, detail: string, expected: string, actual: string): ProofStep {
  return {name, ok: expected.toLowerCase() === actual.toLowerCase(), detail, expected, actual};
}

const sumsOf = ({liabilities, withdrawable, withdrawals, count}: AssetLine): MerkleSum =>
  ({total: liabilities, withdrawable, withdrawal: withdrawals, count});

const sumsText = ({total, withdrawable, withdrawal, count}: MerkleSum): string =>
  `total ${total}, withdrawable ${withdrawable}, withdrawal ${withdrawal}, rows ${count}`;
