/** `npm start -- --once --tamper=<kind>`: one lie of a dishonest operator on a network of its own. */
import {isForAuditors, type Lie, LIE_NAMES, LIES, needsForced} from '../../test/dishonest/lies.ts';
import {Checks} from './checks.ts';
import {runEpoch} from './epochs.ts';
import {forceDaysAgo} from './exits.ts';
import {L1, openMarket, pushDeposits, trade, USDC} from './market.ts';
import {startValidators, withPassingNetwork} from './passing-network.ts';
import {followVerdicts, runLie} from './run-lie.ts';

export const TAMPER_KINDS = LIE_NAMES;
export type TamperKind = Lie;

/** Exit code: 0 only if exactly the expected rule was reported and nothing left custody. */
export async function runTamper({kind, json}: {kind: TamperKind; json: boolean}): Promise<number> {
  const say = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  const checks = new Checks(say);
  const verdicts = await withPassingNetwork(say, async (network) => {
    const market = await openMarket(network);
    await pushDeposits(network, market, checks);
    await trade(network, market, checks);
    if (!needsForced(kind)) await market.alice.withdraw(L1, market.l1Usdc, 1_000n * USDC);
    network.validatorsAudit = isForAuditors(kind);
    await startValidators(network);
    if (needsForced(kind)) {
      say('One honest epoch, then alice forces a withdrawal and a day passes');
      await runEpoch(network);
      await forceDaysAgo(network, market);
    }
    const seen = followVerdicts(network);
    say(`A dishonest operator tries ${kind}`);
    await runLie({network, market, lie: kind, verdicts: seen, checks});
    return seen;
  });
  if (json) process.stdout.write(`${JSON.stringify({ok: checks.ok, kind, expectedRule: LIES[kind].rule, verdicts, checks: checks.all})}\n`);
  say(checks.ok ? `✓ ${kind} was reported as V${LIES[kind].rule}, nothing left custody` : `✗ ${kind}: not everything held`);
  return checks.ok ? 0 : 4;
}
