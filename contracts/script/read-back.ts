/** Reads every role, limit, implementation, immutable and setting of a deployment back and compares it with the plan. */
import {getAddress} from 'viem';
import type {Chain, Finding} from './chain.ts';
import type {ChainPlan} from './steps.ts';

/** @param fromBlock - Block before the first transaction: role holders are counted from events since. */
export async function readBack(chain: Chain, {contracts, steps, expectations, roles}: ChainPlan, fromBlock: bigint): Promise<Finding[]> {
  const code = steps.map(({done}) => done).filter(({kind}) => kind === 'code' || kind === 'implementation');
  const findings = await Promise.all([...code, ...expectations].map((check) => chain.find(check)));
  const missing = findings.filter(({what, found}) => found === 'no code' && what.endsWith(' code'));
  // Nothing can be asked of a contract that is not there.
  if (missing.length > 0) return findings;
  const held = await Promise.all(roles.map(async (entry): Promise<Finding> => {
    const found = await chain.holders(entry, fromBlock);
    const expected = entry.holders.map((holder) => getAddress(holder)).sort();
    return {what: `${entry.contract} ${entry.address} ${entry.role}`, expected: expected.join(', ') || 'nobody', found: found.join(', ') || 'nobody', ok: found.join() === expected.join()};
  }));
  // A role that the plan does not speak of must have no holder at all.
  const unplanned = await Promise.all(Object.values(contracts).map((entry) => chain.unplannedRoles(entry, roles, fromBlock)));
  return [...findings, ...held, ...unplanned.flat()];
}
