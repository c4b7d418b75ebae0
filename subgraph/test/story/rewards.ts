/** L2: participation counted and reported, and the life of a term's rewards. */
import {hash, type Tell, wallet} from './tell.ts';

export async function playRewards(tell: Tell): Promise<void> {
  const count = (epoch: bigint, setId: number, signers: bigint) => tell('participation', 'ParticipationCounted', {epoch, setId, signers: [signers, 0n, 0n, 0n]});
  await count(1n, 1, 0b1011n);
  await count(2n, 1, 0b0011n);
  // Of a set that this chain does not know nobody can be called absent; the highest bit must not read as a sign.
  await count(3n, 9, 1n << 255n);
  await tell('participation', 'AbsencesReported', {setId: 1, validators: [wallet(12), wallet(13)], position: 4n});

  await tell('rewards', 'PayeeSet', {validator: wallet(10), payee: wallet(30)});
  await tell('rewards', 'PayeeSet', {validator: wallet(10), payee: wallet(31)});
  for (const root of ['first', 'second']) await tell('rewards', 'AuditRootCommitted', {setId: 1, validator: wallet(10), root: hash(root)});
  for (const amount of [60n, 40n]) await tell('rewards', 'TermFunded', {setId: 1, from: wallet(40), amount});
  await tell('rewards', 'TermDrawn', {setId: 1, round: 7n, seed: hash('seed'), prize: 25n, claimDeadline: 9_000n});
  for (const ticket of [0, 3]) await tell('rewards', 'TicketPaid', {setId: 1, ticket, validator: wallet(10), payee: wallet(31), epoch: 1n, amount: 25n});
  await tell('rewards', 'TermCarried', {from: 1, to: 2, amount: 50n});
}
