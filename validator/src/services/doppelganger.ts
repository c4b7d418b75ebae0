/** Looks for votes of this key that its journal never promised: another signer, or a journal that was lost. */
import type {Address} from 'viem';
import {ValidatorError} from '../errors.ts';
import type {SigningJournal} from '../journal/signing-journal.ts';
import type {CastPort, EpochsPort} from './ports.ts';

/** Newest epochs that are looked at. */
const EPOCHS_LOOKED_AT = 64;

export type DoppelgangerDeps = {epochs: EpochsPort; cast: CastPort; journal: SigningJournal};

/** @throws {ValidatorError} `DOPPELGANGER` */
export async function requireNoDoppelganger(validator: Address, {epochs, cast, journal}: DoppelgangerDeps): Promise<void> {
  const newest = [...(await epochs.proposals()).keys()].sort((a, b) => (a > b ? -1 : 1)).slice(0, EPOCHS_LOOKED_AT);
  for (const epoch of newest) {
    if (journal.find(epoch) !== undefined || journal.history.closed.has(epoch)) continue;
    if ((await cast.votesOf(epoch, validator)).length > 0) throw new ValidatorError({code: 'DOPPELGANGER', epoch: epoch.toString()});
  }
}
