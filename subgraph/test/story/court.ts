/** L1: every offence, and dissent that is queued, executed, vetoed, or proven right. */
import {hash, type Tell, wallet} from './tell.ts';

export async function playCourt(tell: Tell): Promise<void> {
  const reporter = wallet(90);
  const convict = (n: number, epoch: bigint, offence: number) => tell('court', 'Convicted', {validator: wallet(n), epoch, offence, setId: 1, slashed: 10n, reporter});
  const queue = (n: number, epoch: bigint) => tell('court', 'DissentQueued', {validator: wallet(n), epoch, digest: hash(`epoch ${epoch}`), setId: 1, executableAt: 400n, rejecter: true, reporter});
  await tell('court', 'AbsenceReporterSet', {bridge: wallet(91), l2Reporter: wallet(92)});
  await tell('court', 'AbsenceReporterSet', {bridge: wallet(91), l2Reporter: wallet(93)});
  await convict(10, 1n, 1);
  await tell('court', 'FraudProven', {epoch: 2n, digest: hash('epoch 2'), chainId: 31337n, custody: wallet(94), reporter});
  await convict(11, 2n, 2);
  await tell('court', 'OperatorConvicted', {epoch: 2n, digest: hash('epoch 2'), slashed: 50n, reporter});
  await queue(12, 3n);
  await queue(13, 4n);
  await queue(14, 5n);
  await convict(12, 3n, 3);
  await tell('court', 'DissentVetoed', {digest: hash('epoch 4')});
  await tell('court', 'RejectionConfirmed', {digest: hash('epoch 5')});
  await tell('court', 'AbsentJailed', {validator: wallet(15), setId: 1});
}
