import type {InclusionProof} from '@pobs/protocol';
import type {CheckResult, CheckStep} from '../../lib/browser/check-proof.ts';
import {formatCount, formatLots} from '../../lib/format.ts';
import {ToneIcon} from '../verdict.tsx';
import type {KnownAsset} from './verifier.tsx';

/** The answer in one sentence: holds, does not hold (and where), or could not be finished. */
export function Outcome({result: {steps, proof}, assets}: {result: CheckResult; assets: readonly KnownAsset[]}) {
  const failed = steps.find(({ok}) => ok === false);
  const open = steps.find(({ok}) => ok === undefined);
  const tone = failed !== undefined ? 'bad' : open !== undefined ? 'wait' : 'good';
  const colours = {good: 'bg-good-soft text-good', bad: 'bg-bad-soft text-bad', wait: 'bg-wait-soft text-wait'}[tone];
  return (
    <div className={`rounded-xl p-4 sm:p-6 ${colours}`} data-testid="outcome" data-outcome={tone} role="status">
      <p className="flex items-center gap-2 text-lg font-semibold"><ToneIcon tone={tone} size={20} />{sentence(proof, failed, open)}</p>
      {proof !== undefined && failed === undefined && <Amounts proof={proof} assets={assets} />}
      {failed?.next !== undefined && <p className="mt-2 text-sm text-ink">{failed.next}</p>}
    </div>
  );
}

function sentence(proof: InclusionProof | undefined, failed: CheckStep | undefined, open: CheckStep | undefined): string {
  if (failed !== undefined) return `This proof does not hold. The step that fails: “${failed.title}”.`;
  if (open !== undefined) return 'The proof is consistent, but the chain was not asked.';
  return `This balance was counted in epoch ${formatCount(proof!.summary.epoch)}.`;
}

function Amounts({proof, assets}: {proof: InclusionProof; assets: readonly KnownAsset[]}) {
  const asset = proof.line.assets[proof.assetIndex];
  if (asset === undefined) return null;
  const known = assets.find(({chainId, token}) => BigInt(chainId) === proof.line.chainId && token.toLowerCase() === asset.token.toLowerCase());
  const show = (lots: bigint) => (known === undefined ? `${formatCount(lots)} lots` : `${formatLots(lots, {lotSize: asset.lotSize, decimals: known.decimals})} ${known.symbol}`);
  return (
    <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-1 text-sm text-ink">
      <div className="flex gap-2"><dt className="text-muted">Total</dt><dd className="font-medium">{show(proof.leaf.total)}</dd></div>
      <div className="flex gap-2"><dt className="text-muted">Withdrawable</dt><dd>{show(proof.leaf.withdrawable)}</dd></div>
      <div className="flex gap-2"><dt className="text-muted">Leaving</dt><dd>{show(proof.leaf.withdrawal)}</dd></div>
      {proof.wallet !== undefined && <div className="flex min-w-0 gap-2"><dt className="text-muted">Wallet</dt><dd className="font-mono text-xs break-all">{proof.wallet}</dd></div>}
    </dl>
  );
}
