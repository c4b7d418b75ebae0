/** V2: per custody asset at `blockHash`, `balance + paidOut·lotSize ≥ deposited·lotSize`. */
import type {Context} from './context.ts';
import type {Report} from './report.ts';

export function checkV2({custodies}: Context, report: Report): void {
  for (const {line, facts, label, assets} of custodies) {
    if (facts === undefined) continue;
    if (facts.blockHash === undefined) {
      report.add({rule: 2, where: label, detail: `chain ${line.chainId} has no block ${line.blockNumber}`});
      continue;
    }
    if (facts.blockHash.toLowerCase() !== line.blockHash.toLowerCase()) {
      report.add({rule: 2, where: label, detail: `block ${line.blockNumber} has hash ${facts.blockHash}, the line says ${line.blockHash}`});
      continue;
    }
    for (const {asset, facts: held} of assets) {
      if (held === undefined) continue;
      const reserves = held.balance + held.paidOut * asset.lotSize;
      const needed = asset.deposited * asset.lotSize;
      if (reserves >= needed) continue;
      report.add({
        rule: 2, where: label, rows: [asset.token.toLowerCase()],
        detail: `balance ${held.balance} + paid out ${held.paidOut} × ${asset.lotSize} is ${needed - reserves} base units below deposited ${asset.deposited} × ${asset.lotSize}`,
      });
    }
  }
}
